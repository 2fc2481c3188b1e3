namespace PbxEvents.Benchmarks.Harness;

/// <summary>Somebody who takes part.</summary>
/// <param name="Name">For people to read.</param>
/// <param name="Start">Starts its process; it is given the server's port.</param>
/// <param name="Count">How many events it gets in a round: slow ones get fewer.</param>
/// <param name="Proof">How it shows that it took all of them.</param>
/// <param name="IsFresh">True for a process of its own for each round, warm after one that does not count.</param>
internal sealed record Contestant(string Name, Func<int, Child> Start, int Count, Proof Proof = Proof.Last, bool IsFresh = false);

/// <summary>
/// Several contestants against one server, in alternating rounds: whatever else the machine does, it hits all of them. Each is
/// warm before the first round that counts.
/// </summary>
internal static class Contest
{
    /// <summary>The compiler's second thoughts come late: a client is at its speed after some hundred thousand events.</summary>
    private const int WarmUps = 4;

    /// <summary>Fewer rounds than asked for are enough when so many ratios lie so near to each other; on a busy machine they do not.</summary>
    private const int FewestRounds = 3;

    private const double SteadyWithin = 0.05;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs it.</summary>
    /// <param name="server">The server; its first line is <c>port N</c>.</param>
    /// <param name="platform">Whose events it sends.</param>
    /// <param name="contestants">Who takes part.</param>
    /// <param name="rounds">How many rounds count at most.</param>
    /// <returns>Each contestant's rounds, and how many events a second the server could make if it made them one by one.</returns>
    public static async Task<(Dictionary<string, Round[]> Rounds, double ServerRate)> RunAsync(
        Child server, string platform, IReadOnlyList<Contestant> contestants, int rounds)
    {
        var port = int.Parse((await server.ReadAsync("port ", Limit))["port ".Length..]);
        var rate = 0.0;
        foreach (var count in contestants.Select(c => c.Count).Distinct())
        {
            server.Tell($"prepare {count}");
            rate = Math.Max(rate, double.Parse((await server.ReadAsync("prepared ", Limit))["prepared ".Length..]));
        }
        var children = new Child?[contestants.Count];
        try
        {
            var results = contestants.ToDictionary(c => c.Name, _ => new List<Round>());
            for (var i = 0; i < children.Length; i++)
                children[i] = contestants[i].IsFresh ? null : contestants[i].Start(port);
            for (var round = -WarmUps; round < rounds && !IsSteady(contestants, results); round++)
            {
                for (var i = 0; i < children.Length; i++)
                {
                    if (contestants[i].IsFresh && round < 0)
                        continue;
                    var result = children[i] is { } child ? await RoundAsync(child, contestants[i]) : await FreshAsync(contestants[i]);
                    if (round >= 0)
                        results[contestants[i].Name].Add(result);
                }
            }
            return (results.ToDictionary(r => r.Key, r => r.Value.ToArray()), rate);
        }
        finally
        {
            foreach (var child in children)
                child?.Dispose();
        }

        async Task<Round> FreshAsync(Contestant contestant)
        {
            using var child = contestant.Start(port);
            await RoundAsync(child, contestant);
            return await RoundAsync(child, contestant);
        }

        async Task<Round> RoundAsync(Child child, Contestant contestant)
        {
            child.Tell($"run {contestant.Count}");
            await child.ReadAsync("armed", Limit);
            server.Tell($"go {contestant.Count}");
            var line = await child.ReadAsync(Limit);
            Proofs.Check(contestant, platform, line);
            return Round.Parse(line);
        }
    }

    /// <summary>Whether no contestant's ratio to the first one changes any more. Who proves nothing (the sink) is judged by nobody.</summary>
    private static bool IsSteady(IReadOnlyList<Contestant> contestants, Dictionary<string, List<Round>> results)
    {
        var ours = results[contestants[0].Name];
        return ours.Count >= FewestRounds && contestants.Skip(1).Where(c => c.Proof != Proof.None).All(c =>
        {
            var ratios = ours.Zip(results[c.Name], (a, b) => a.EventsPerSecond / b.EventsPerSecond).ToArray();
            return ratios.Max() - ratios.Min() <= SteadyWithin * ratios.Median();
        });
    }

    /// <summary>The median of a figure.</summary>
    public static double Median(this IEnumerable<Round> rounds, Func<Round, double> figure) => rounds.Select(figure).Median();

    /// <summary>The median.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>
    /// How many times as fast as another one: the median over the rounds, each round's two compared with each other, because
    /// they met the same machine.
    /// </summary>
    public static double RatioTo(this Round[] rounds, Round[] others) =>
        rounds.Zip(others, (a, b) => a.EventsPerSecond / b.EventsPerSecond).Median();

    /// <summary>How many times less processor time for an event; as <see cref="RatioTo"/>.</summary>
    public static double CpuRatioTo(this Round[] rounds, Round[] others) =>
        rounds.Zip(others, (a, b) => b.CpuMicrosecondsPerEvent / a.CpuMicrosecondsPerEvent).Median();
}
