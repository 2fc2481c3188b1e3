namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The rows of a reading, as they come in: those of one session are one call (history/portsip-history.md section 4).</summary>
internal sealed class PortSipRecordRows
{
    private readonly Dictionary<string, Dictionary<string, PortSipRow>> _calls = new(StringComparer.Ordinal);
    private DateTimeOffset _takenUntil = DateTimeOffset.MinValue;

    /// <summary>Adds a row; of two with the same id the newer counts, which may know an end that the older did not.</summary>
    /// <param name="session">Its call.</param>
    /// <param name="row">The row.</param>
    public void Add(string session, PortSipRow row)
    {
        if (!_calls.TryGetValue(session, out var rows))
            _calls.Add(session, rows = new Dictionary<string, PortSipRow>(StringComparer.Ordinal));
        rows[row.Id!] = row;
    }

    /// <summary>Takes out the calls of which all rows ended before a moment, in the order of their ends; of a call that was given no rows are taken again.</summary>
    public IReadOnlyList<(string Session, IReadOnlyCollection<PortSipRow> Rows)> TakeEnded(DateTimeOffset before)
    {
        var ended = _calls.Select(c => (Session: c.Key, Rows: c.Value.Values, EndedAt: c.Value.Values.Max(r => r.EndedAt ?? DateTimeOffset.MaxValue)))
            .Where(c => c.EndedAt < before).OrderBy(c => c.EndedAt).ThenBy(c => c.Session, StringComparer.Ordinal).ToList();
        foreach (var call in ended)
            _calls.Remove(call.Session);
        ended.RemoveAll(c => c.EndedAt < _takenUntil);
        _takenUntil = before;
        return [.. ended.Select(c => (c.Session, (IReadOnlyCollection<PortSipRow>)c.Rows))];
    }
}
