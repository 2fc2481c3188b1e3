namespace PbxEvents.Module.Watching;

/// <summary>Remembers which rows changed just now. What is there at first is no change.</summary>
internal sealed class ChangeMarks
{
    /// <summary>How long a change is marked: long enough to be seen by somebody who looks up.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(4);

    private Dictionary<string, (object State, DateTimeOffset? ChangedAt)> _rows = new(StringComparer.Ordinal);
    private bool _isFirst = true;

    /// <summary>Looks at all rows.</summary>
    /// <param name="rows">Each row's key, and what is a change when it differs.</param>
    /// <param name="now">This moment.</param>
    public void Look(IEnumerable<(string Key, object State)> rows, DateTimeOffset now)
    {
        var next = new Dictionary<string, (object, DateTimeOffset?)>(StringComparer.Ordinal);
        foreach (var (key, state) in rows)
        {
            var isKnown = _rows.TryGetValue(key, out var before);
            next[key] = isKnown && before.State.Equals(state) ? before : (state, _isFirst ? null : now);
        }
        _rows = next;
        _isFirst = false;
    }

    /// <summary>True when a row changed just now.</summary>
    public bool IsFresh(string key, DateTimeOffset now) =>
        _rows.TryGetValue(key, out var row) && row.ChangedAt is { } at && now - at < Lifetime;
}
