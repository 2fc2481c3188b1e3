using PbxEvents.Providers;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Acceptance;

/// <summary>docs/outcomes.md: each row on each platform that can tell it, over the simulator's sockets.</summary>
public sealed class OutcomeTableTests
{
    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(2) };

    public static TheoryData<string> Platforms => [.. OutcomeTable.Platforms];

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Every_row_is_told_as_the_table_says(string platform)
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = platform });
        await using var client = await PbxClient.ConnectAsync(AcceptanceScript.OptionsOf(simulator), Limits.Patience);
        await SubscribeAsync(client);
        var watch = new ClientWatch(client);
        var wrong = new List<string>();
        foreach (var (_, scenario) in OutcomeTable.Rows.Where(r => r.Platform == platform))
            wrong.AddRange(await PlayAsync(simulator, client, watch, scenario));
        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    [Theory]
    [MemberData(nameof(Platforms))]
    public void A_simulator_plays_exactly_the_rows_that_its_platform_can_tell(string platform)
    {
        var played = OutcomeTable.Rows.Where(r => r.Platform == platform).Select(r => r.Scenario);
        using var simulator = new SimulatorHandle(platform);
        var named = simulator.Simulator.ScenarioNames;
        Assert.Equal(played.Order(), OutcomeTable.Scenarios.Where(s => named.Contains(s)).Order());
    }

    internal static async Task SubscribeAsync(PbxClient client)
    {
        // These two platforms want the extensions to be named.
        string[] extensions = client.Provider is "OneCloud" or "PortSIP" ? ["1001", "1002"] : [];
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = extensions }, Limits.Patience);
        foreach (var type in (PbxSubscriptionType[])[PbxSubscriptionType.Queue, PbxSubscriptionType.Cdr, PbxSubscriptionType.Voicemail])
        {
            // No event of Yeastar is a queue's own; the subscription names the numbers that are queues.
            if (client.Platform.EventTypes.Any(e => e.Subscription == type) || (client.Provider, type) == ("Yeastar", PbxSubscriptionType.Queue))
            {
                await client.SubscribeAsync(new PbxSubscriptionFilter
                {
                    Type = type,
                    Queue = type == PbxSubscriptionType.Queue ? ["4020"] : [],
                    Extension = type == PbxSubscriptionType.Voicemail ? ["1001"] : [],
                }, Limits.Patience);
            }
        }
    }

    private static async Task<IEnumerable<string>> PlayAsync(PbxSimulator simulator, PbxClient client, ClientWatch watch, string scenario)
    {
        var call = Assert.Single(await simulator.PlayAsync(scenario, Pace, Limits.Patience));
        var end = await watch.EndAsync(call.CallId);
        var expected = OutcomeTable.Expect(client.Provider, scenario);
        var actual = end.Call!;
        var isReached = expected["AnsweredBy"] != "-";
        var wrong = expected.Where(c => Show(actual, c.Key, call) != c.Value)
            .Select(c => $"{client.Provider} {scenario}: {c.Key} is {Show(actual, c.Key, call)}, not {c.Value}").ToList();
        if (actual.IsReached != isReached)
            wrong.Add($"{client.Provider} {scenario}: IsReached is {actual.IsReached}");
        return wrong;
    }

    private static string Show(PbxCall call, string column, SimulatedCall played)
    {
        if (column == "Legs")
        {
            var legs = call.Legs.Where(l => l is { Role: PbxLegRole.Callee, Extension: not null }).Select(l => $"{l.Extension} {l.Outcome}").Distinct().Order();
            return string.Join(", ", legs) is { Length: > 0 } list ? list : "-";
        }
        var text = typeof(PbxCall).GetProperty(column)!.GetValue(call)?.ToString();
        if (string.IsNullOrEmpty(text))
            return column == "Outcome" ? nameof(PbxOutcome.Unknown) : "-";
        return column is not ("From" or "To" or "AnsweredBy") ? text
            : text == played.ForwardTo ? "mobile"
            : text.Length <= 4 ? text
            : column == "From" && text == played.From ? "caller"
            : text == played.To ? "called"
            : text;
    }

    /// <summary>A simulator that only says what it can play.</summary>
    private sealed class SimulatorHandle(string platform) : IDisposable
    {
        public PbxSimulator Simulator { get; } = PbxSimulator.Start(new SimulatorOptions { Provider = platform });

        public void Dispose() => Simulator.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
