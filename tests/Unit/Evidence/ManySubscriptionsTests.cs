using System.Diagnostics;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Tests.Unit.OneCloud;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// Ten thousand subscriptions on one connection. OneCloud has a stream for each extension, so there they are as many on the
/// wire as well.
/// </summary>
[Collection(nameof(Alone))]
public sealed class ManySubscriptionsTests(ITestOutputHelper output)
{
    private const int Count = 10_000;

    [Fact]
    public async Task Ten_thousand_are_placed_restored_once_each_after_a_dropped_link_and_withdrawn()
    {
        await using var simulator = (OneCloudSimulator)PbxSimulator.Start(new OneCloudSimulatorOptions { Provider = "OneCloud" });
        await using var client = await PbxClient.ConnectAsync(
            new PbxConnectOptions
            {
                Provider = "OneCloud",
                Server = simulator.Server.ToString(),
                UserName = simulator.UserName,
                Password = new Secret(simulator.Password),
                ClientId = simulator.ClientId,
                ClientSecret = new Secret(simulator.ClientSecret),
                Timeout = TimeSpan.FromSeconds(60),
            },
            Limits.Patience);
        var watch = new ClientWatch(client);
        var limit = Limits.Patience;
        var clock = Stopwatch.StartNew();
        var placing = Enumerable.Range(0, Count).Select(i => client.SubscribeAsync(FilterOf(i), limit)).ToArray();
        var subscriptions = await Task.WhenAll(placing).InTime();
        var placed = clock.Elapsed;

        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
        await watch.ConnectionAsync(nameof(PbxConnectionState.Connected));
        var restored = clock.Elapsed;
        Assert.All(client.Subscriptions, s => Assert.Equal(PbxSubscriptionState.Active, s.State));
        var byLink = simulator.Log.Of(SimulatorLogKind.Subscribed).GroupBy(e => e.Link).OrderBy(g => g.Key).ToArray();
        Assert.Equal([Count, Count], byLink.Select(g => g.Count()));
        Assert.All(byLink, g => Assert.Equal(Count, g.Select(e => e.Name).Distinct().Count()));

        foreach (var subscription in subscriptions)
            await client.UnsubscribeAsync(subscription, limit);
        output.WriteLine($"placed in {placed.TotalSeconds:0.0} s, restored in {(restored - placed).TotalSeconds:0.0} s, withdrawn in {(clock.Elapsed - restored).TotalSeconds:0.0} s.");
        Assert.Empty(client.Subscriptions);
        Assert.All(subscriptions, s => Assert.Equal(PbxSubscriptionState.Cancelled, s.State));
    }

    [Fact]
    public void Each_costs_a_session_the_same_whether_there_are_hundreds_or_thousands()
    {
        // The first run pays for the compiler, and one of three may meet a machine that is busy with something else.
        MeasureSession(200);
        var few = Best(Count / 10);
        var many = Best(Count);
        output.WriteLine($"{few} for {Count / 10}, {many} for {Count}.");

        // Ten times as many: ten times the work, a hundred times when each looks at all the others.
        Assert.InRange(many.Bytes / (double)few.Bytes, 0, 20);
        Assert.InRange(many.Time / few.Time, 0, 40);
    }

    private static Cost Best(int count) => Enumerable.Range(0, 3).Select(_ => MeasureSession(count)).MinBy(c => c.Time);

    private static PbxSubscriptionFilter FilterOf(int number) => new() { Type = PbxSubscriptionType.Call, Extension = [$"{100_000 + number}"] };

    /// <summary>Places, confirms, loses, restores, times out and withdraws so many, one after the other, on this thread.</summary>
    private static Cost MeasureSession(int count)
    {
        var bench = OneCloudBench.Open();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var placed = new List<PbxSubscription>(count);
        for (var i = 0; i < count; i++)
        {
            placed.Add(bench.Subscribe(FilterOf(i)));
            Confirm(i);
        }
        bench.LoseLink();
        bench.OpenLink();
        for (var i = 0; i < count; i++)
            Confirm(i);
        bench.LoseLink();
        bench.OpenLink();
        bench.Host.Advance(TimeSpan.FromSeconds(12));
        foreach (var subscription in placed)
            bench.Session.Unsubscribe(subscription);
        return new Cost(clock.Elapsed, GC.GetAllocatedBytesForCurrentThread() - before);

        void Confirm(int number) => bench.Receive($$"""["status",{"status":"Setup Complete (example-domain-<>-call-<>-{{100_000 + number}})"}]""");
    }

    private readonly record struct Cost(TimeSpan Time, long Bytes)
    {
        public override string ToString() => $"{Time.TotalMilliseconds:0} ms and {Bytes / 1024} kB";
    }
}
