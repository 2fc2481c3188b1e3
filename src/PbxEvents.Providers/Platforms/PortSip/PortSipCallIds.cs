using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// The <c>session_id</c> of the calls that live events told, by their SIP Call-ID: the rows of <c>/cdrs</c> name no session for sure
/// (history/portsip-history.md section 4, points 2 and 3). Any thread.
/// </summary>
internal sealed class PortSipCallIds
{
    private readonly RecentMap<string> _sessions = new(10_000);

    /// <summary>A live event names both. The first one counts: it is the caller's leg.</summary>
    public void Add(string callId, string session)
    {
        lock (_sessions)
            _sessions.Add(callId, session);
    }

    /// <summary>The session; null when no live event told it.</summary>
    public string? Find(string? callId)
    {
        lock (_sessions)
            return callId is not null && _sessions.TryGet(callId, out var session) ? session : null;
    }
}
