using System.Text.RegularExpressions;
using PbxEvents.Simulator;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Compares what a client saw with what its simulator did.</summary>
internal static partial class ChaosOracle
{
    /// <summary>What is wrong; empty when every event came once and in order, or lies in a gap.</summary>
    /// <param name="log">The simulator's entries.</param>
    /// <param name="seen">The client's events.</param>
    /// <returns>One line for each fault, and how many events came and were lost.</returns>
    public static (IReadOnlyList<string> Faults, int Delivered, int InGaps) Compare(IReadOnlyList<SimulatorLogEntry> log, IReadOnlyList<PbxEvent> seen)
    {
        var faults = new List<string>();
        var calls = log.Where(e => e.Kind == SimulatorLogKind.Event && e.Category == PbxCategory.Call).ToArray();
        var subscribed = calls.Where(e => e.WrittenTo.Count > 0).Select(e => e.Name).ToHashSet();

        // Without ids (OneCloud) a name says nothing of the stream: only what some link was subscribed to is owed.
        var owed = calls.Where(e => e.EventId is null ? e.WrittenTo.Count + e.LostOn.Count > 0 : subscribed.Contains(e.Name)).GroupBy(KeyOf).ToArray();
        var gaps = seen.Select((e, at) => (e.Gap, At: at)).Where(g => g.Gap is { Recovery: not PbxGapRecovery.Recovered }).ToArray();
        var places = new Dictionary<string, List<int>>();
        for (var at = 0; at < seen.Count; at++)
        {
            if (seen[at] is { Synthesized: false, Category: PbxCategory.Call } e)
            {
                var key = KeyOf(e);
                if (!places.TryGetValue(key, out var list))
                    places.Add(key, list = []);
                list.Add(at);
            }
        }

        var came = owed.Select(g => places.GetValueOrDefault(g.Key)).ToArray();
        var delivered = came.Count(c => c is not null);
        var before = -1;
        for (var i = 0; i < owed.Length; i++)
        {
            var entry = owed[i].First();
            if (came[i] is { } at)
            {
                if (at.Count > owed[i].Count())
                    faults.Add($"came {at.Count} times: {entry}");

                // Of one that was said again, either may be the one that came.
                if (owed[i].Count() > 1)
                    continue;
                if (at[0] < before)
                    faults.Add($"came too late: {entry}");
                before = Math.Max(before, at[0]);
                continue;
            }

            // A gap told after the last event before it, which began before the next event came.
            var next = came.Skip(i + 1).FirstOrDefault(c => c is not null);
            var until = next is null ? DateTimeOffset.MaxValue : seen[next[0]].ReceivedAt;
            if (!gaps.Any(g => g.At > before && g.Gap!.From <= until))
                faults.Add($"lost without a gap (after {before}, before {next?[0]}): written to [{string.Join(',', entry.WrittenTo)}], lost on [{string.Join(',', entry.LostOn)}], {entry}");
        }
        foreach (var g in gaps)
        {
            if (g.Gap!.To < g.Gap.From)
                faults.Add($"ends before it begins: {g.Gap}");
        }
        return (faults, delivered, owed.Length - delivered);
    }

    private static string KeyOf(SimulatorLogEntry entry) => entry.EventId ?? KeyOf(entry.Text);

    /// <summary>Platforms that number their events tell the number in the payload; of the others the payload is the key.</summary>
    private static string KeyOf(PbxEvent e) => Id().Match(e.Raw) is { Success: true } found ? found.Groups[1].Value : KeyOf(e.Raw);

    /// <summary>OneCloud says a record again when nothing but its refresh changed; ids and state make it the same (onecloud.md section 7, point 8).</summary>
    private static string KeyOf(string payload) => Refresh().Replace(payload, "");

    [GeneratedRegex("""(?:"eventId"|"uuid"):"([^"]+)""")]
    private static partial Regex Id();

    [GeneratedRegex("\"(?:ts|time_refresh|time_begin)\":\"[^\"]*\",?")]
    private static partial Regex Refresh();
}
