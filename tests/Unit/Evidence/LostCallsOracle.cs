using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Compares the calls that a simulator played with the ends that clients told: each once, and with the outcome that an undisturbed one gets.</summary>
internal static class LostCallsOracle
{
    private const int MaxFaults = 20;

    /// <summary>A live end whose outcome a later frame sets right (a message that was left) is one end, and counts as it stands in the end.</summary>
    private static ToldEnd[] Settled(ToldEnd[] ends) =>
        ends is [{ Origin: PbxCallOrigin.Live } first, { Origin: PbxCallOrigin.Live } last] && first.CallId == last.CallId
            && last.Outcome == PbxOutcome.Voicemail && first.Outcome is null or PbxOutcome.Missed && last.At - first.At < TimeSpan.FromMinutes(2)
            ? [last] : ends;

    /// <summary>Counts only: how many calls were told never, and how many twice without a reason.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="calls">What was played to its end.</param>
    /// <param name="told">What was told.</param>
    /// <param name="blind">The gaps that were told.</param>
    public static (int Unaccounted, int Twice, IReadOnlyList<string> Faults) Count(
        LostCallsPlatform platform, IReadOnlyList<SimulatedCall> calls, IReadOnlyList<ToldEnd> told, IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> blind)
    {
        var ends = told.ToLookup(t => t.CallId);
        var counts = calls.Select(c => (Call: c, Ends: Settled([.. platform.Chaos.IdsOf(c).SelectMany(id => ends[id])])))
            .Where(c => c.Ends.Length != 1 && !(IsHalfSeen(c.Call, blind) && platform.WhyTwice(c.Call, c.Ends) is not null)).ToArray();
        return (counts.Count(c => c.Ends.Length == 0), counts.Count(c => c.Ends.Length > 1),
            [.. counts.Take(5).Select(c => $"told {c.Ends.Length} times: {c.Call.Scenario} {c.Call.CallId} {c.Call.StartedAt:HH:mm:ss.fff} to {c.Call.EndedAt:HH:mm:ss.fff}: "
                + string.Join("; ", c.Ends.AsEnumerable()))]);
    }

    private static bool IsHalfSeen(SimulatedCall call, IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> blind) =>
        blind.Any(b => b.From <= call.EndedAt && call.StartedAt <= b.To);

    /// <summary>Compares.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="calls">What was played to its end.</param>
    /// <param name="told">What was told by clients and is known to have been told.</param>
    /// <param name="blind">The gaps that were told: what nobody saw.</param>
    public static LostCallsFigures Compare(
        LostCallsPlatform platform, IReadOnlyList<SimulatedCall> calls, IReadOnlyList<ToldEnd> told, IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> blind)
    {
        var faults = new List<string>();
        var others = new Dictionary<string, int>();
        var ends = told.ToLookup(t => t.CallId);
        var known = new HashSet<string>(StringComparer.Ordinal);
        var (missing, twice) = (0, 0);
        foreach (var call in calls)
        {
            var ids = platform.Chaos.IdsOf(call);
            known.UnionWith(ids);
            var own = Settled([.. ids.SelectMany(id => ends[id])]);
            var name = $"{call.Scenario} {call.CallId} {call.StartedAt:HH:mm:ss.fff} to {call.EndedAt:HH:mm:ss.fff}";
            if (own.Length == 0)
            {
                missing++;
                faults.Add($"not told: {name}");
                continue;
            }
            if (own.Length > 1)
            {
                if (IsHalfSeen(call, blind) && platform.WhyTwice(call, own) is { } why)
                {
                    others[why] = others.GetValueOrDefault(why) + 1;
                    continue;
                }
                twice++;
                faults.Add($"told {own.Length} times: {name}: {string.Join("; ", own.AsEnumerable())}{Environment.NewLine}{string.Join(Environment.NewLine, own.Select(o => o.Story))}");
                continue;
            }
            var expected = platform.Expect(call);
            if (own[0].Outcome == expected)
                continue;
            if (platform.WhyOther(expected, own[0]) is { } reason)
                others[reason] = others.GetValueOrDefault(reason) + 1;
            else
                faults.Add($"other outcome than {expected}: {name}: {own[0]}{Environment.NewLine}{own[0].Story}");
        }
        var strange = told.Where(t => !known.Contains(t.CallId)).ToArray();
        faults.AddRange(strange.GroupBy(t => t.CallId).Where(g => g.Count() > 1).Select(g => $"told {g.Count()} times: {string.Join("; ", g)}"));
        if (strange.Length > platform.OtherCalls(calls))
            faults.Add($"{strange.Length} calls came from nowhere: {string.Join(Environment.NewLine, strange.Take(5).Select(t => $"{t}{Environment.NewLine}{t.Story}"))}");
        return new LostCallsFigures(platform.Name, 0)
        {
            Calls = calls.Count,
            Live = told.Count(t => t.Origin == PbxCallOrigin.Live),
            Recorded = told.Count(t => t.Origin == PbxCallOrigin.Record),
            Unaccounted = missing,
            Twice = twice,
            Others = others,
            Faults = [.. faults.Take(MaxFaults)],
        };
    }
}
