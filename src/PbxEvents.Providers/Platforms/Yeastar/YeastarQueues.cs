namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The numbers that are known to be queues: a call's path does not say what it is. Loop only.</summary>
internal sealed class YeastarQueues
{
    private const int MaxQueues = 1000;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Takes note of a queue; nothing happens without a number.</summary>
    public void Add(string? number)
    {
        if (number is not null && _known.Count < MaxQueues)
            _known.Add(number);
    }

    /// <summary>The queue that a path is, as far as that is known: a menu or a ring group looks the same.</summary>
    public string? Of(string? path)
    {
        if (path is null)
            return null;
        if (_known.Contains(path))
            return path;
        return path.Contains("queue", StringComparison.OrdinalIgnoreCase) ? Strip(path) : null;
    }

    /// <summary>Section 5.1: a sample has the prefix <c>queue-</c>.</summary>
    public static string? Strip(string? text)
    {
        if (text is null || !text.StartsWith("queue", StringComparison.OrdinalIgnoreCase))
            return text;
        var number = text["queue".Length..].TrimStart('-', '_', ' ', ':', '/');
        return number.Length == 0 ? text : number;
    }
}
