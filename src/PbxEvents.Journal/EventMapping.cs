using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Journal;

/// <summary>An event as a record, and back: equal in every field, but for secrets, which are not kept.</summary>
internal static class EventMapping
{
    /// <summary>The event as a store keeps it.</summary>
    /// <param name="e">The event.</param>
    /// <param name="seq">Its number in the journal.</param>
    /// <param name="run">Which connection's.</param>
    /// <param name="firstSeq">The number of the first event of its call.</param>
    /// <param name="mask">Takes the secrets out.</param>
    public static EventRecord ToRecord(PbxEvent e, long seq, long run, long? firstSeq, SecretMask mask) => new()
    {
        Seq = seq,
        Run = run,
        RunSeq = e.Sequence,
        EventId = e.Id,
        Received = e.ReceivedUtc.UtcTicks,
        Time = e.Time.UtcTicks,
        Category = e.Category,
        Name = e.Name,
        CallState = e.CallState,
        Outcome = e.Outcome,
        Flags = (e.IsCallNews ? EventFlags.CallNews : 0) | (e.Synthesized ? EventFlags.Synthesized : 0) | (e.Gap is null ? 0 : EventFlags.Gap)
            | e.IsRegistered switch { true => EventFlags.Registered, false => EventFlags.Unregistered, null => EventFlags.None },
        CallId = e.CallId,
        LegId = e.LegId,
        From = e.From,
        To = e.To,
        Extension = e.Extension,
        ExtensionName = e.ExtensionName,
        Queue = e.Queue,
        QueueName = e.QueueName,
        Tenant = e.Tenant,
        Topic = e.Topic,
        FirstSeq = firstSeq,
        Raw = mask.Apply(e.Payload),
        Call = e.Call is null ? null : JsonSerializer.SerializeToUtf8Bytes(StoredCall.Of(e.Call), StoredJson.Default.StoredCall),
        Gap = e.Gap is null ? null : JsonSerializer.SerializeToUtf8Bytes(StoredGap.Of(e.Gap), StoredJson.Default.StoredGap),
        Error = e.Error is null ? null
            : Encoding.UTF8.GetBytes(mask.Apply(JsonSerializer.Serialize(StoredError.Of(e.Error), StoredJson.Default.StoredError))),
    };

    /// <summary>A gap that only the journal knows of, as an event of a connection.</summary>
    public static EventRecord OfGap(long seq, long run, PbxGap gap) => new()
    {
        Seq = seq,
        Run = run,
        EventId = "",
        Received = gap.To.UtcTicks,
        Time = gap.To.UtcTicks,
        Category = PbxCategory.Connection,
        Name = "Gap",
        Flags = EventFlags.Synthesized | EventFlags.Gap,
        Gap = JsonSerializer.SerializeToUtf8Bytes(StoredGap.Of(gap), StoredJson.Default.StoredGap),
    };

    /// <summary>The event as it came.</summary>
    /// <param name="r">The record.</param>
    /// <param name="run">Which connection's it is.</param>
    /// <param name="callEvents">The events of its call up to it.</param>
    public static PbxEvent ToEvent(EventRecord r, JournalRun run, IReadOnlyList<PbxEvent> callEvents)
    {
        var e = ToEventAlone(r, run);
        if (r.Call is { } call)
            e.MakeCallLater(() => JsonSerializer.Deserialize(call, StoredJson.Default.StoredCall)!.ToCall(run, callEvents));
        return e;
    }

    /// <summary>The call of an event as it stood then, without its events; null for an event of no call.</summary>
    public static PbxCall? ToCall(EventRecord r, JournalRun run) =>
        r.Call is { } call ? JsonSerializer.Deserialize(call, StoredJson.Default.StoredCall)!.ToCall(run, []) : null;

    private static PbxEvent ToEventAlone(EventRecord r, JournalRun run) => new()
    {
        Sequence = r.RunSeq,
        Id = r.EventId,
        Provider = run.Provider,
        Connection = run.Connection,
        ReceivedAt = new DateTimeOffset(r.Received, TimeSpan.Zero),
        Time = new DateTimeOffset(r.Time, TimeSpan.Zero).ToLocalTime(),
        Category = r.Category,
        Name = r.Name,
        CallState = r.CallState,
        Outcome = r.Outcome,
        IsCallNews = r.Flags.HasFlag(EventFlags.CallNews),
        Synthesized = r.Flags.HasFlag(EventFlags.Synthesized),
        IsRegistered = r.Flags.HasFlag(EventFlags.Registered) ? true : r.Flags.HasFlag(EventFlags.Unregistered) ? false : null,
        CallId = r.CallId,
        LegId = r.LegId,
        From = r.From,
        To = r.To,
        Extension = r.Extension,
        ExtensionName = r.ExtensionName,
        Queue = r.Queue,
        QueueName = r.QueueName,
        Tenant = r.Tenant,
        Topic = r.Topic,
        Payload = r.Raw,
        Gap = r.Gap is null ? null : JsonSerializer.Deserialize(r.Gap, StoredJson.Default.StoredGap)!.ToGap(),
        Error = r.Error is null ? null : JsonSerializer.Deserialize(r.Error, StoredJson.Default.StoredError)!.ToError(),
    };
}
