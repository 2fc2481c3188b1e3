using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>What a call record becomes.</summary>
internal static class RecordedCall
{
    /// <summary>The event that tells it, before the trackers have seen it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="topic">The topic that live events of calls have; null for none.</param>
    public static PbxEvent ToEvent(this CallRecord record, string? topic)
    {
        record.Update.IsRecord = true;
        return new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = "CallRecord",
            Topic = topic,
            Extension = record.Update.Extension,
            Queue = record.Update.Queue,
            Synthesized = true,
            Time = record.EndedAt.ToLocalTime(),
            Payload = record.Payload,
        };
    }

    /// <summary>The event with its call, apart from any that were seen live.</summary>
    public static PbxEvent ToTrackedEvent(this CallRecord record, string? topic, string connection, string provider, NameBook names)
    {
        var told = record.ToEvent(topic);
        told.Connection = connection;
        told.Provider = provider;
        new CallTracker(connection, provider, endedKept: 1, names).Apply(told, record.Update);
        return told;
    }
}
