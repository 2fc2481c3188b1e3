using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// What the present link brings, as far as events need to know: records do not say which subscription they belong to, and
/// nothing can be unsubscribed (onecloud.md section 3). What is drawn from the whole of it is drawn once after a change, by
/// the first event that asks. Loop only.
/// </summary>
/// <param name="topics">What is wanted.</param>
/// <param name="abandoned">What the link still brings although nobody wants it any more.</param>
internal sealed class OneCloudStreams(TopicTable<OneCloudTopic> topics, HashSet<OneCloudTopic> abandoned)
{
    private Summary? _summary;

    /// <summary>The queue, when just one is subscribed to; else null.</summary>
    public string? OnlyQueue => Known.Queues.Count == 1 ? Known.Queues.First() : null;

    private Summary Known => _summary ??= Summarize();

    /// <summary>What is wanted, or what was abandoned, has changed.</summary>
    public void Changed() => _summary = null;

    /// <summary>True for a queue that is subscribed to.</summary>
    public bool IsQueue(string? number) => number is not null && Known.Queues.Contains(number);

    /// <summary>True for an extension whose calls are subscribed to.</summary>
    public bool IsExtension(string? number) => number is not null && topics.IsWanted(new OneCloudTopic(OneCloudTopics.Call, number));

    /// <summary>True for a call record that only a stream brings which nobody wants any more.</summary>
    public bool IsUnwantedCall(string? origin, string? termination)
    {
        if (abandoned.Count == 0 || IsExtension(origin) || IsExtension(termination) || Known.Queues.Count > 0)
            return false;
        return IsAbandoned(origin) || IsAbandoned(termination) || !(Known.Wanted.ContainsKey(OneCloudTopics.Call) || Known.Wanted.ContainsKey(OneCloudTopics.QueueCall));
    }

    /// <summary>True for an event, not of a call, of a stream that nobody wants any more.</summary>
    public bool IsUnwanted(string name) => Known.Abandoned.Contains(name) && !Known.Wanted.ContainsKey(name);

    /// <summary>
    /// The extension or queue that an event of an undocumented stream speaks of: the only one that the stream is subscribed
    /// for, else the one whose number stands in the payload. Null when that does not tell.
    /// </summary>
    public string? FindFilter(string name, ReadOnlyMemory<byte> payload)
    {
        if (!Known.Wanted.TryGetValue(name, out var filters))
            return null;
        if (filters.Count <= 1)
            return filters.FirstOrDefault();
        string? found = null;
        var reader = new Utf8JsonReader(payload.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String)
                continue;
            var named = OneCloudTopic.NumberIn(reader.GetString()!);
            if (named == found || !filters.Contains(named))
                continue;
            if (found is not null)
                return null;
            found = named;
        }
        return found;
    }

    private bool IsAbandoned(string? extension) => extension is not null && abandoned.Contains(new OneCloudTopic(OneCloudTopics.Call, extension));

    private Summary Summarize()
    {
        var wanted = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var queues = new HashSet<string>(StringComparer.Ordinal);
        foreach (var topic in topics.Wanted)
        {
            var name = topic.Name;
            if (!wanted.TryGetValue(name, out var filters))
                wanted.Add(name, filters = new HashSet<string>(StringComparer.Ordinal));
            if (topic.Filter is not { } filter)
                continue;
            filters.Add(filter);
            if (name is OneCloudTopics.QueueCall or OneCloudTopics.Queued)
                queues.Add(filter);
        }
        return new Summary(wanted, [.. abandoned.Select(t => t.Name)], queues);
    }

    /// <param name="Wanted">The streams that are wanted, each with its filters.</param>
    /// <param name="Abandoned">The streams that the link still brings although nobody wants them.</param>
    /// <param name="Queues">The queues that are subscribed to.</param>
    private sealed record Summary(Dictionary<string, HashSet<string>> Wanted, HashSet<string> Abandoned, HashSet<string> Queues);
}
