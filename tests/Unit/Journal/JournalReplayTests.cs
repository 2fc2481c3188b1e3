using PbxEvents.Journal;
using PbxEvents.Providers;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>What is read back is what came, on every platform.</summary>
public sealed class JournalReplayTests : IDisposable
{
    private readonly JournalFolder _folder = new();

    public static TheoryData<string> Platforms => [.. OutcomeTable.Platforms];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task The_events_of_all_scenarios_come_back_equal_in_every_field(string platform)
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = platform });
        await using var journal = _folder.Open();
        await using var client = PbxClient.Start(AcceptanceScript.OptionsOf(simulator) with { Name = "pbx" }, journal);
        await client.WaitUntilConnectedAsync(Limits.Patience);
        await OutcomeTableTests.SubscribeAsync(client);
        foreach (var scenario in simulator.ScenarioNames)
            await simulator.PlayAsync(scenario, new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(1) }, Limits.Patience);
        await client.DisconnectAsync(CancellationToken.None);

        // Whoever has seen the end of a connection finds all of it in the journal.
        var read = journal.Read(EventQuery.Everything).ToArray();
        var cursor = client.Events.OpenCursor(0);
        var differences = new List<string>();
        foreach (var kept in read)
        {
            Assert.True(cursor.TryRead(out var came, out _));
            differences.AddRange(SameEvent.Differences(came!, kept).Select(d => $"{came}: {d}"));
        }
        Assert.False(cursor.TryRead(out _, out _));
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences.Take(20)));
        Assert.InRange(read.Length, 20, int.MaxValue);
        Assert.True(File.Exists(journal.StatePathOf("pbx")));
    }
}
