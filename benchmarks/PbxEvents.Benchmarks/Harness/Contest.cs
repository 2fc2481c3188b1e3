namespace PbxEvents.Benchmarks.Harness;

/// <summary>Somebody who takes part.</summary>
/// <param name="Name">For people to read.</param>
/// <param name="Start">Starts its process; it is given the server's port.</param>
/// <param name="Count">How many events it gets in a round: slow ones get fewer.</param>
internal sealed record Contestant(string Name, Func<int, Child> Start, int Count);

/// <summary>
/// Several contestants against one server, in alternating rounds: whatever else the machine does, it hits all of them. Each is
/// warm before the first round that counts.
/// </summary>
internal static class Contest
{
    /// <summary>The compiler's second thoughts come late: a client is at its speed after some hundred thousand events.</summary>
    private const int WarmUps = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs it.</summary>
    /// <param name="server">The server; its first line is <c>port N</c>.</param>
    /// <param name="contestants">Who takes part.</param>
    /// <param name="rounds">How many rounds count.</param>
    /// <returns>Each contestant's rounds, and how many events a second the server could make if it made them one by one.</returns>
    public static async Task<(Dictionary<string, Round[]> Rounds, double ServerRate)> RunAsync(
        Child server, IReadOnlyList<Contestant> contestants, int rounds)
    {
        var port = int.Parse((await server.ReadAsync("port ", Limit))["port ".Length..]);
        var rate = 0.0;
        foreach (var count in contestants.Select(c => c.Count).Distinct())
        {
            server.Tell($"prepare {count}");
            rate = Math.Max(rate, double.Parse((await server.ReadAsync("prepared ", Limit))["prepared ".Length..]));
        }
        var children = new List<Child>();
        try
        {
            var results = contestants.ToDictionary(c => c.Name, _ => new List<Round>());
            foreach (var contestant in contestants)
                children.Add(contestant.Start(port));
            for (var round = -WarmUps; round < rounds; round++)
            {
                for (var i = 0; i < contestants.Count; i++)
                {
                    children[i].Tell($"run {contestants[i].Count}");
                    await children[i].ReadAsync("armed", Limit);
                    server.Tell($"go {contestants[i].Count}");
                    var result = Round.Parse(await children[i].ReadAsync(Limit));
                    if (round >= 0)
                        results[contestants[i].Name].Add(result);
                }
            }
            return (results.ToDictionary(r => r.Key, r => r.Value.ToArray()), rate);
        }
        finally
        {
            children.ForEach(c => c.Dispose());
        }
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
