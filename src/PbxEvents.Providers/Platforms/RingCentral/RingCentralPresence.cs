using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The calls that detailed presence shows (ringcentral.md sections 8.2 and 8.3), for those who subscribe to no telephony
/// sessions: less is known of a call here, and a missed one can only be guessed. Loop only.
/// </summary>
/// <param name="host">Where the calls go.</param>
/// <param name="pool">Where texts come from.</param>
internal sealed class RingCentralPresence(ISessionHost host, Utf8Pool pool)
{
    /// <summary>So many extensions are followed; of more, those that were new the longest time ago are forgotten.</summary>
    public const int MaxExtensions = 10_000;

    private static readonly FieldNames Names = new();
    private static readonly Field
        Id = Names.Add("id"), TelephonySessionId = Names.Add("telephonySessionId"), SessionId = Names.Add("sessionId"),
        PartyId = Names.Add("partyId"), Direction = Names.Add("direction"), From = Names.Add("from"), FromName = Names.Add("fromName"),
        To = Names.Add("to"), Status = Names.Add("telephonyStatus");

    private readonly JsonFields _call = new(Names, pool);
    private readonly CallUpdate _update = new();
    private readonly RecentMap<Dictionary<string, Entry>> _extensions = new(MaxExtensions);

    /// <summary>Makes call events of what changed in an extension's list.</summary>
    /// <param name="extension">The extension.</param>
    /// <param name="calls">The array <c>activeCalls</c>; empty when there is none.</param>
    /// <param name="total">How many calls the extension has; null when it does not say. The list holds only the latest seven.</param>
    /// <param name="origin">The presence event, which the call events repeat.</param>
    public void Read(string extension, ReadOnlyMemory<byte> calls, long? total, PbxEvent origin)
    {
        if (!_extensions.TryGet(extension, out var known))
            _extensions.Add(extension, known = new Dictionary<string, Entry>(StringComparer.Ordinal));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(calls.Span);
        if (!calls.IsEmpty && reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                _call.Read(calls, ref reader);
                if ((_call.Text(TelephonySessionId) ?? _call.Text(SessionId) ?? _call.Text(Id)) is not { } id)
                    continue;
                seen.Add(id);
                Follow(extension, known, id, origin);
            }
        }

        // An entry that is gone has ended only when the list holds everything.
        if (total is { } count && count > seen.Count)
            return;
        foreach (var (id, entry) in known.Where(k => !seen.Contains(k.Key)).ToArray())
            End(extension, known, id, entry, origin);
    }

    private void Follow(string extension, Dictionary<string, Entry> known, string id, PbxEvent origin)
    {
        var status = _call.Text(Status)?.ToLowerInvariant();
        var state = status switch
        {
            "ringing" => PbxCallState.Ringing,
            "callconnected" => PbxCallState.Answered,
            "onhold" => PbxCallState.Held,
            "parkedcall" => PbxCallState.Parked,
            "nocall" => PbxCallState.Ended,
            _ => (PbxCallState?)null,
        };
        known.TryGetValue(id, out var before);
        if (state is not { } wanted || before?.State == wanted)
            return;
        var isInbound = _call.Is(Direction, "Inbound");
        var entry = new Entry(_call.Text(PartyId) ?? id, isInbound, wanted);
        if (wanted == PbxCallState.Ended)
        {
            if (before is not null)
                End(extension, known, id, before, origin);
            return;
        }
        known[id] = entry;
        _update.Reset(id);
        _update.Direction = isInbound ? PbxDirection.Inbound : PbxDirection.Outbound;
        _update.HidesFrom = HiddenParty.IsHidden(_call.Text(From), _call.Text(FromName));
        _update.From = _update.HidesFrom ? null : _call.Text(From);
        _update.FromName = _update.HidesFrom ? null : _call.Text(FromName);
        _update.To = _call.Text(To);
        _update.State = wanted;
        _update.AnsweredBy = wanted == PbxCallState.Answered ? (isInbound ? extension : _call.Text(To)) : null;
        Emit(extension, entry, wanted, origin);
    }

    private void End(string extension, Dictionary<string, Entry> known, string id, Entry entry, PbxEvent origin)
    {
        known.Remove(id);
        _update.Reset(id).IsEnd = true;
        Emit(extension, entry, PbxCallState.Ended, origin);
    }

    private void Emit(string extension, Entry entry, PbxCallState state, PbxEvent origin)
    {
        _update.Add(new LegUpdate(entry.LegId, entry.IsInbound ? PbxLegRole.Callee : PbxLegRole.Caller, state) { Extension = extension });
        host.Emit(new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = origin.Name,
            Topic = origin.Topic,
            Time = origin.Time,
            Payload = origin.Payload,
            LegId = entry.LegId,
            Extension = extension,
            From = _update.From,
            To = _update.To,
            Synthesized = true,
        }, _update);
    }

    private sealed record Entry(string LegId, bool IsInbound, PbxCallState State);
}
