using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The calls in progress, and which of them an event means that names none. Loop only.</summary>
/// <param name="host">Where the calls are known.</param>
/// <param name="directory">What is known of the PBX's numbers.</param>
internal sealed class PortSipOpenCalls(ISessionHost host, PortSipDirectory directory)
{
    /// <summary>More calls than one PBX has at a time; beyond that the oldest are forgotten.</summary>
    private const int MaxOpenCalls = 10_000;

    private readonly Dictionary<string, PortSipCall> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sessionOfAgent = new(StringComparer.Ordinal);

    /// <summary>The call; null when it is not open.</summary>
    public PortSipCall? Find(string session) => _open.GetValueOrDefault(session);

    /// <summary>The call, from now on open.</summary>
    public PortSipCall Get(string session)
    {
        if (_open.TryGetValue(session, out var open))
            return open;
        if (_open.Count >= MaxOpenCalls)
            Prune();
        open = new PortSipCall(session);
        _open.Add(session, open);
        return open;
    }

    /// <summary>A call is over.</summary>
    /// <returns>What was remembered of it; null for nothing.</returns>
    public PortSipCall? Remove(string session) => _open.Remove(session, out var call) ? call : null;

    /// <summary>A queue says which call an agent has.</summary>
    public void AgentHas(string agent, string? session)
    {
        if (session is null or "0")
            _sessionOfAgent.Remove(agent);
        else if (_sessionOfAgent.Count < MaxOpenCalls)
            _sessionOfAgent[agent] = session;
    }

    /// <summary>The agent who has a call, as far as a queue has said; null when none has.</summary>
    public string? AgentIn(string session)
    {
        foreach (var (agent, has) in _sessionOfAgent)
        {
            if (has == session)
                return agent;
        }
        return null;
    }

    /// <summary>
    /// The call an extension's state speaks of: the one in which it has a leg, else the one that goes to it, else, for an
    /// extension that begins to ring, the only call that waits for somebody. Rather none than a wrong one.
    /// </summary>
    public (PbxCall Call, PbxLeg? Leg)? FindFor(string extension, string status)
    {
        if (status is not ("RINGING" or "ONCALL" or ""))
            return null;
        (PbxCall Call, PbxLeg? Leg)? called = null, calling = null, goesTo = null;
        PbxCall? waits = null;
        int waiting = 0, offered = 0;
        foreach (var open in _open.Values)
        {
            if (host.FindCall(open.Id) is not { } call || call.State == PbxCallState.Ended)
                continue;
            var leg = call.Legs.LastOrDefault(l => l.Extension == extension && l.IsLive());
            if (open.EndedAt is null && (leg is { Role: PbxLegRole.Callee, AnsweredAt: null } || (leg is null && GoesTo(call, open, extension))))
                offered++;
            if (leg?.Role == PbxLegRole.Callee)
                called ??= (call, leg);
            else if (leg is not null)
                calling = (call, leg);
            else if (open.EndedAt is null && GoesTo(call, open, extension))
                goesTo = (call, null);
            if (open.EndedAt is null && WaitsForSomebody(call, open))
            {
                waits = call;
                waiting++;
            }
        }
        return status switch
        {
            "" => called ?? calling,

            // Several calls are there for it to take: which of them it took, their records tell.
            "ONCALL" when offered > 1 => null,
            "ONCALL" => called ?? calling ?? goesTo,

            // Who talks and is called again rings in the other call.
            _ when called?.Leg?.AnsweredAt is null => called ?? goesTo ?? calling ?? (waiting == 1 ? (waits!, null) : null),
            _ => goesTo ?? called,
        };
    }

    private bool GoesTo(PbxCall call, PortSipCall open, string extension) =>
        (open.Target == extension || call.To == extension || _sessionOfAgent.GetValueOrDefault(extension) == open.Id)
        && !call.Legs.Any(l => l.Extension == extension);

    /// <summary>True when a call is with no person and goes to a number that is no known extension: a menu, a queue, a group.</summary>
    private bool WaitsForSomebody(PbxCall call, PortSipCall open) =>
        call.Direction != PbxDirection.Outbound && !directory.IsExtension(open.Target)
        && !call.Legs.Any(l => l.Role == PbxLegRole.Callee && l.AnsweredAt is not null && l.IsLive());

    /// <summary>Calls can end without a word, over a lost link; the tracker gives them up after hours.</summary>
    private void Prune()
    {
        foreach (var session in _open.Keys.ToArray())
        {
            if (host.FindCall(session) is null or { State: PbxCallState.Ended })
                _open.Remove(session);
        }
        foreach (var session in _open.Keys.Take(_open.Count - MaxOpenCalls / 2).ToArray())
            _open.Remove(session);
    }
}
