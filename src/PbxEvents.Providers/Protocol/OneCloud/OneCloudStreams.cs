using System.Text.Json;

namespace PbxEvents.Providers.Protocol.OneCloud;

/// <summary>
/// What the present link brings, as far as events need to know: records do not say which subscription they belong to, and
/// nothing can be unsubscribed (onecloud.md section 3). Loop only.
/// </summary>
internal sealed class OneCloudStreams
{
    private HashSet<OneCloudTopic> _wanted = [];
    private HashSet<OneCloudTopic> _abandoned = [];
    private string[] _queues = [];

    /// <summary>The queue, when just one is subscribed to; else null.</summary>
    public string? OnlyQueue => _queues is [var only] ? only : null;

    /// <summary>Takes what is wanted now, and what the link still brings although nobody wants it any more.</summary>
    public void Set(IEnumerable<OneCloudTopic> wanted, IEnumerable<OneCloudTopic> abandoned)
    {
        _wanted = [.. wanted];
        _abandoned = [.. abandoned];
        _queues = _wanted.Where(t => t.Name is OneCloudTopics.QueueCall or OneCloudTopics.Queued).Select(t => t.Filter!).Distinct().ToArray();
    }

    /// <summary>True for a queue that is subscribed to.</summary>
    public bool IsQueue(string? number) => number is not null && Array.IndexOf(_queues, number) >= 0;

    /// <summary>True for an extension whose calls are subscribed to.</summary>
    public bool IsExtension(string? number) => number is not null && _wanted.Contains(new OneCloudTopic(OneCloudTopics.Call, number));

    /// <summary>True for a call record that only a stream brings which nobody wants any more.</summary>
    public bool IsUnwantedCall(string? origin, string? termination)
    {
        if (_abandoned.Count == 0 || IsExtension(origin) || IsExtension(termination) || _queues.Length > 0)
            return false;
        return IsAbandoned(origin) || IsAbandoned(termination) || _wanted.All(t => t.Type != OneCloudTopics.Call);
    }

    /// <summary>True for an event, not of a call, of a stream that nobody wants any more.</summary>
    public bool IsUnwanted(string name) => _abandoned.Any(t => t.Name == name) && _wanted.All(t => t.Name != name);

    /// <summary>
    /// The extension or queue that an event of an undocumented stream speaks of: the only one that the stream is subscribed
    /// for, else the one whose number stands in the payload. Null when that does not tell.
    /// </summary>
    public string? FindFilter(string name, ReadOnlyMemory<byte> payload)
    {
        var filters = _wanted.Where(t => t.Name == name && t.Filter is not null).Select(t => t.Filter!).ToArray();
        if (filters.Length <= 1)
            return filters.FirstOrDefault();
        string? found = null;
        var reader = new Utf8JsonReader(payload.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String)
                continue;
            var named = filters.FirstOrDefault(Names(ref reader));
            if (named is null || named == found)
                continue;
            if (found is not null)
                return null;
            found = named;
        }
        return found;
    }

    private static Func<string, bool> Names(ref Utf8JsonReader reader)
    {
        var text = reader.GetString()!;
        return filter => text == filter || (text.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) && text.AsSpan(4).StartsWith(filter + "@"));
    }

    private bool IsAbandoned(string? extension) => extension is not null && _abandoned.Contains(new OneCloudTopic(OneCloudTopics.Call, extension));
}
