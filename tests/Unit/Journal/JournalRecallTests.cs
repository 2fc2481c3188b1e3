using PbxEvents.Journal;
using PbxEvents.Providers;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>A process that was killed when its journal had an event, and its state not yet.</summary>
public sealed class JournalRecallTests : IDisposable
{
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_call_that_was_kept_just_before_the_kill_has_the_same_id_when_records_tell_it_again()
    {
        await using var simulator = PbxSimulator.Start(new SimulatorOptions { Provider = "TelecomX" });
        string called;
        byte[] before;
        await using (var journal = _folder.Open())
        {
            var state = journal.StatePathOf("desk");
            await using var client = await ConnectAsync(simulator, journal);
            while (!File.Exists(state))
                await Task.Delay(20, Limits.Patience);
            before = await File.ReadAllBytesAsync(state);
            called = (await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.FromMilliseconds(1) }, Limits.Patience)).Single().CallId;
            await UntilToldAsync(client);
        }

        // A process that ends by itself has written its state; one that was killed has not.
        await File.WriteAllBytesAsync(_folder.Target + ".desk.state", before);
        await using var again = _folder.Open();
        await using var next = await ConnectAsync(simulator, again);
        var told = await UntilToldAsync(next);
        Assert.Equal((called, PbxCallOrigin.Record), (told.CallId, told.Call!.Origin));
    }

    private static async Task<PbxClient> ConnectAsync(PbxSimulator simulator, EventJournal journal)
    {
        var times = new RecordTimes { Asks = [TimeSpan.FromMilliseconds(100)] };
        var client = PbxClient.Start(
            SimulatorLogin.Of(simulator).ToOptions() with { Name = "desk" }, new QuickProvider("TelecomX", c => new TelecomXDriver(c) { RecordTimes = times }),
            null, null, null, journal);
        await client.WaitUntilConnectedAsync(Limits.Patience);
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, Limits.Patience);
        return client;
    }

    private static async Task<PbxEvent> UntilToldAsync(PbxClient client)
    {
        var patience = Limits.Patience;
        while (ClientEvents.Ended(client).Count == 0)
            await Task.Delay(20, patience);
        return ClientEvents.Ended(client)[0];
    }
}
