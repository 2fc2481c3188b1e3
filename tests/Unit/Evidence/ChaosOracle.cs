using System.Text.Json;
using System.Text.RegularExpressions;
using PbxEvents.Simulator;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Compares what a client saw with what its simulator did. Every event that the client had subscribed to came once and in
/// the simulator's order, or lies inside a gap; every gap begins and ends when it says, and counts what it says it counts.
/// </summary>
internal static partial class ChaosOracle
{
    private const int MaxFaults = 20;

    /// <summary>
    /// A link knows how long ago its last frame came, and the time of that comes from two looks at the clock: a thread that is put aside
    /// between them makes it earlier, never later.
    /// </summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Compares.</summary>
    /// <param name="log">The simulator's entries.</param>
    /// <param name="seen">The client's events.</param>
    /// <param name="wanted">The topics that the client is subscribed to from the first event to the last.</param>
    /// <returns>The figures; their faults are empty when all is well.</returns>
    public static ChaosFigures Compare(IReadOnlyList<SimulatorLogEntry> log, IReadOnlyList<PbxEvent> seen, IReadOnlyCollection<string> wanted)
    {
        var owed = log.Where(e => e is { Kind: SimulatorLogKind.Event, Category: PbxCategory.Call or PbxCategory.Cdr } && e.Topics.Any(wanted.Contains)).ToArray();
        var places = PlacesOf(seen);
        var faults = new List<string>();
        var groups = owed.GroupBy(KeyOf).ToDictionary(g => g.Key, g => g.ToArray());
        var gaps = seen.Select((e, at) => (Gap: e.Gap!, At: at)).Where(g => g.Gap is not null).ToArray();
        var unique = owed.Where(e => groups[KeyOf(e)].Length == 1).Select(e => (Entry: e, At: places.GetValueOrDefault(KeyOf(e))?[0] ?? -1)).ToArray();
        var live = unique.Where(u => u.At >= 0 && u.Entry.ReplayedTo.Count == 0).ToArray();
        var transit = live.Select(u => seen[u.At].ReceivedAt - u.Entry.Time).DefaultIfEmpty().Max();

        CheckOrder(unique, faults);

        // Some of the garbage is an event by its form; it belongs to no call.
        var unknown = places.Where(p => !groups.ContainsKey(p.Key) && seen[p.Value[0]].CallId is not null).Select(p => p.Key).ToArray();
        faults.AddRange(unknown.Take(3).Select(k => $"came from nowhere: {k}"));
        var lost = new List<SimulatorLogEntry>();
        var filled = FilledBy(seen);
        var (duplicates, delivered, silent) = (0, 0, 0);
        foreach (var (key, entries) in groups)
        {
            var came = places.GetValueOrDefault(key)?.Count ?? 0;
            delivered += Math.Min(came, entries.Length);
            if (came > entries.Length)
            {
                duplicates += came - entries.Length;
                faults.Add($"came {came} times: {entries[0]}");
            }

            // Of one that was said again, any may be the one that is missing.
            var outside = entries.Where(e => !gaps.Any(g => !IsReplayed(g.Gap, filled) && IsInside(g.Gap, e, transit))).ToArray();
            if (came == 0)
                lost.AddRange(entries);
            if (came > 0 && SaysAgain(entries[0]))
                continue;
            var unexplained = outside.Length - came;
            if (unexplained <= 0)
                continue;
            silent += unexplained;
            faults.Add($"lost without a gap: written to [{Join(outside[0].WrittenTo)}], replayed to [{Join(outside[0].ReplayedTo)}], lost on [{Join(outside[0].LostOn)}], {outside[0]}");
        }
        foreach (var (gap, at) in gaps)
            CheckGap(gap, at, seen, live, lost, gaps, transit, faults);

        return new ChaosFigures("", 0)
        {
            Sent = owed.Length,
            Delivered = delivered,
            Recovered = unique.Count(u => u.At >= 0 && u.Entry.ReplayedTo.Count > 0) + seen.Count(e => e is { Synthesized: true, Category: PbxCategory.Call }),
            InGaps = owed.Length - delivered - silent,
            Duplicates = duplicates,
            LostSilently = silent,
            Gaps = gaps.Length,
            LongestGap = gaps.Select(g => g.Gap.Duration).DefaultIfEmpty().Max(),
            LongestTransit = transit,
            Faults = [.. faults.Take(MaxFaults)],
        };
    }

    private static Dictionary<string, List<int>> PlacesOf(IReadOnlyList<PbxEvent> seen)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var at = 0; at < seen.Count; at++)
        {
            if (seen[at] is not { Synthesized: false, Category: PbxCategory.Call or PbxCategory.Cdr } e)
                continue;
            var key = KeyOf(e);
            if (!places.TryGetValue(key, out var list))
                places.Add(key, list = []);
            list.Add(at);
        }
        return places;
    }

    private static void CheckOrder((SimulatorLogEntry Entry, int At)[] unique, List<string> faults)
    {
        var last = -1;
        foreach (var (entry, at) in unique.Where(u => u.At >= 0))
        {
            if (at < last)
                faults.Add($"came too late: {entry}");
            last = Math.Max(last, at);
        }
    }

    /// <summary>An event may have been on its way when the link's last frame came: so much earlier than the gap it may have been made.</summary>
    private static bool IsInside(PbxGap gap, SimulatorLogEntry entry, TimeSpan transit) =>
        gap.From - transit <= entry.Time && entry.Time <= gap.To;

    /// <summary>A gap whose events the platform sent afterwards. Call records bring a gap's calls, not its events.</summary>
    private static bool IsReplayed(PbxGap gap, HashSet<DateTimeOffset> filled) => gap.Recovery == PbxGapRecovery.Recovered && !filled.Contains(gap.From);

    /// <summary>The beginnings of the gaps that call records have filled.</summary>
    private static HashSet<DateTimeOffset> FilledBy(IReadOnlyList<PbxEvent> seen) =>
        [.. seen.Where(e => e.Name == "GapFilled").Select(BeginOf)];

    private static DateTimeOffset BeginOf(PbxEvent filled)
    {
        using var data = JsonDocument.Parse(filled.Payload);
        return data.RootElement.GetProperty("from").GetDateTimeOffset();
    }

    private static void CheckGap(PbxGap gap, int at, IReadOnlyList<PbxEvent> seen, (SimulatorLogEntry Entry, int At)[] live, List<SimulatorLogEntry> lost,
        (PbxGap Gap, int At)[] gaps, TimeSpan transit, List<string> faults)
    {
        var cut = at;
        while (cut > 0 && seen[cut].Name != nameof(PbxConnectionState.Reconnecting))
            cut--;
        if (gap.To != seen[at].ReceivedAt)
            faults.Add($"ends at another time than it is told ({seen[at].ReceivedAt:HH:mm:ss.fff}): {gap}");
        if (gap.From > seen[cut].ReceivedAt)
            faults.Add($"begins after the link was lost ({seen[cut].ReceivedAt:HH:mm:ss.fff}): {gap}");
        if (live.LastOrDefault(u => u.At < cut).Entry is { } before && gap.From < before.Time - BetweenLooks)
            faults.Add($"begins before an event that came ({before}): {gap}");
        if (gap.EventsLost is not { } count)
            return;
        var own = lost.Where(e => IsInside(gap, e, transit)).ToArray();
        if (own.Any(e => gaps.Any(g => !ReferenceEquals(g.Gap, gap) && IsInside(g.Gap, e, transit))))
            return;
        if (own.Length != count)
            faults.Add($"counts {count} lost events where {own.Length} are missing: {gap}");
    }

    /// <summary>OneCloud says a record again when nothing but its refresh changed, and both are one (onecloud.md section 7, point 8).</summary>
    private static bool SaysAgain(SimulatorLogEntry entry) => entry.EventId is null && Refresh().IsMatch(entry.Text);

    private static string Join(IEnumerable<int> links) => string.Join(',', links);

    private static string KeyOf(SimulatorLogEntry entry) => entry.EventId ?? KeyOf(entry.Text);

    /// <summary>Platforms that number their events tell the number in the payload; of the others the payload is the key.</summary>
    private static string KeyOf(PbxEvent e) => Id().Match(e.Raw) is { Success: true } found ? found.Groups[1].Value : KeyOf(e.Raw);

    private static string KeyOf(string payload) => Refresh().Replace(payload, "");

    [GeneratedRegex("""(?:"eventId"|"uuid"):"([^"]+)""")]
    private static partial Regex Id();

    [GeneratedRegex("\"(?:ts|time_refresh|time_begin)\":\"[^\"]*\",?")]
    private static partial Regex Refresh();
}
