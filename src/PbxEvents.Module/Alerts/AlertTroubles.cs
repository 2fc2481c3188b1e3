namespace PbxEvents.Module.Alerts;

/// <summary>
/// What an alert found wrong, over time, and what of it is to be told: once when it has lasted long enough, once when it is over. What comes
/// and goes is told no more often than the interval. Not thread-safe.
/// </summary>
/// <param name="name">The alert's name.</param>
/// <param name="minInterval">The shortest time between two notices that the same is wrong.</param>
internal sealed class AlertTroubles(string name, TimeSpan minInterval)
{
    private readonly Dictionary<(PbxAlertKind, string), Trouble> _troubles = [];

    /// <summary>What was told and is not over.</summary>
    public IReadOnlyList<PbxAlertNotice> Active => [.. _troubles.Values.Select(t => t.Told).OfType<PbxAlertNotice>()];

    /// <summary>Takes what is wrong now.</summary>
    /// <returns>What is to be told.</returns>
    public IReadOnlyList<PbxAlertNotice> Take(IEnumerable<AlertFinding> findings, DateTimeOffset now)
    {
        var notices = new List<PbxAlertNotice>();
        var found = findings.ToLookup(f => (f.Kind, f.Source));
        foreach (var group in found)
        {
            if (!_troubles.TryGetValue(group.Key, out var trouble))
                _troubles.Add(group.Key, trouble = new Trouble());
            trouble.Since ??= now;
            var finding = group.First();
            trouble.Reason = finding.Reason;
            if (trouble.Told is null && now - trouble.Since >= finding.Patience && now - trouble.ToldAt >= minInterval)
            {
                notices.Add(trouble.Told = MakeNotice(group.Key, trouble, now, isOver: false));
                (trouble.ToldAt, trouble.Untold) = (now, 0);
            }
        }
        foreach (var (key, trouble) in _troubles.Where(t => !found.Contains(t.Key)).ToArray())
        {
            if (trouble.Told is not null)
                notices.Add(MakeNotice(key, trouble, now, isOver: true));
            else if (trouble.Since is not null && trouble.ToldAt > DateTimeOffset.MinValue)
                trouble.Untold++;
            (trouble.Since, trouble.Told) = (null, null);

            // It is remembered only so that it is not told again too soon.
            if (now - trouble.ToldAt >= minInterval)
                _troubles.Remove(key);
        }
        return notices;
    }

    private PbxAlertNotice MakeNotice((PbxAlertKind Kind, string Source) key, Trouble trouble, DateTimeOffset now, bool isOver) => new()
    {
        Alert = name,
        Kind = key.Kind,
        Source = key.Source,
        Reason = trouble.Reason,
        IsOver = isOver,
        Since = trouble.Since!.Value.ToLocalTime(),
        Time = now.ToLocalTime(),
        Untold = trouble.Untold,
    };

    private sealed class Trouble
    {
        /// <summary>Since when it is so; null when it is not so now.</summary>
        public DateTimeOffset? Since { get; set; }

        public string Reason { get; set; } = "";

        /// <summary>What was told of it and is not over; null for nothing.</summary>
        public PbxAlertNotice? Told { get; set; }

        /// <summary>When it was told last.</summary>
        public DateTimeOffset ToldAt { get; set; } = DateTimeOffset.MinValue;

        public int Untold { get; set; }
    }
}
