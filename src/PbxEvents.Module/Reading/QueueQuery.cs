using PbxEvents.Providers;

namespace PbxEvents.Module.Reading;

/// <summary>How queues are looked for: by number, id or name.</summary>
internal static class QueueQuery
{
    public static IEnumerable<PbxQueue> GetQueues(this PbxClient client, TextPatterns patterns) =>
        client.GetQueues().Where(q => patterns.IsMatch(q.Queue) || (q.Name is not null && patterns.IsMatch(q.Name)));
}
