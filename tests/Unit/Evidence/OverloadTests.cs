using System.Diagnostics;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Tests.Unit.Connection;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;
using Xunit.Abstractions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Too much of everything: what is kept is bounded, what is lost is counted, and the connection goes on.</summary>
[Collection(nameof(Alone))]
public sealed class OverloadTests(ITestOutputHelper output)
{
    private const int Events = 200_000;

    [Fact]
    public async Task A_reader_that_sleeps_while_200_000_events_arrive_costs_a_buffer_and_is_told_the_exact_loss()
    {
        const int buffer = 10_000;
        var links = new FakeLinks();
        var options = new PbxConnectOptions { Provider = "Fake", BufferSize = buffer };
        await using var client = PbxClient.Start(options, new FakePlatform(), links, new FakeHttp(_ => new HttpAnswer(200, default)));
        var link = await links.NextAsync();
        await link.ReceiveAsync("ready");
        await client.WaitUntilConnectedAsync(Limits.Patience);
        var cursor = client.Events.OpenCursor(client.Events.Head);
        await link.ReceiveAsync("event first");
        Assert.True(await cursor.WaitAsync(Limits.Patience));
        Assert.True(cursor.TryRead(out _, out _));

        // The ring is full once before the memory is looked at. The reader sleeps from here on.
        await FeedAsync(link, buffer);
        await UntilHeadAsync(client, cursor.Position + buffer);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        await FeedAsync(link, Events - buffer);
        await UntilHeadAsync(client, cursor.Position + Events);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"{Events - buffer} events in {watch.Elapsed.TotalSeconds:0.00} s; memory grew by {grown / 1024} kB.");
        Assert.True(grown < 10 * 1024 * 1024, $"Memory grew by {grown} bytes.");

        // It wakes up.
        var read = 0;
        var lost = 0L;
        while (cursor.TryRead(out _, out var gap))
        {
            read++;
            if (gap is null)
                continue;
            Assert.Equal(PbxGapReason.SlowConsumer, gap.Reason);
            lost += gap.EventsLost!.Value;
        }
        Assert.Equal((buffer, (long)Events - buffer), (read, lost));
    }

    [Fact]
    public async Task A_frame_of_10_MB_is_refused_in_words_and_the_connection_comes_back()
    {
        await using var simulator = (OneCloudSimulator)PbxSimulator.Start(new OneCloudSimulatorOptions { Provider = "OneCloud" });
        await using var client = await PbxClient.ConnectAsync(OptionsOf(simulator), Limits.Patience);
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }, Limits.Patience);
        var watch = new ClientWatch(client);
        await simulator.SendEventAsync("queued", $$"""{"x":"{{new string('x', 10 * 1024 * 1024)}}"}""", "queued", "4020");

        var lost = await watch.ConnectionAsync(nameof(PbxConnectionState.Reconnecting));
        Assert.Contains("4194304", lost.Error!.Message.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.NotNull((await watch.ConnectionAsync("Gap")).Gap);
        await watch.ConnectionAsync(nameof(PbxConnectionState.Connected));
        await simulator.SendEventAsync("queued", """{"small":true}""", "queued", "4020");
        await watch.WaitAsync(e => e.Raw.Contains("small", StringComparison.Ordinal), "small event");
    }

    [Fact]
    public async Task Two_thousand_streams_are_subscribed_and_restored_each_once()
    {
        const int count = 2000;
        await using var simulator = (OneCloudSimulator)PbxSimulator.Start(new OneCloudSimulatorOptions { Provider = "OneCloud" });
        await using var client = await PbxClient.ConnectAsync(OptionsOf(simulator), Limits.Patience);
        var extensions = Enumerable.Range(1000, count).Select(i => $"{i}").ToArray();
        await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = extensions }, Limits.Patience);
        var watch = new ClientWatch(client);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Drop));
        await watch.ConnectionAsync(nameof(PbxConnectionState.Connected));

        var byLink = simulator.Log.Of(SimulatorLogKind.Subscribed).GroupBy(e => e.Link).OrderBy(g => g.Key).ToArray();
        Assert.Equal([count, count], byLink.Select(g => g.Count()));
        Assert.All(byLink, g => Assert.Equal(count, g.Select(e => e.Name).Distinct().Count()));
        Assert.Equal(PbxSubscriptionState.Active, Assert.Single(client.Subscriptions).State);
    }

    [Fact]
    public async Task A_thousand_subscriptions_are_restored_each_once()
    {
        const int count = 1000;
        var links = new FakeLinks();
        await using var client = PbxClient.Start(
            new PbxConnectOptions { Provider = "Fake" }, new FakePlatform(), links, new FakeHttp(_ => new HttpAnswer(200, default)));
        var link = await links.NextAsync();
        await link.ReceiveAsync("ready");
        await client.WaitUntilConnectedAsync(Limits.Patience);
        var waiting = Enumerable.Range(0, count)
            .Select(i => client.SubscribeAsync(new PbxSubscriptionFilter { Topic = [$"t{i}"] }, Limits.Patience)).ToArray();
        for (var i = 0; i < count; i++)
            await link.ReceiveAsync($"confirm t{i}");
        await Task.WhenAll(waiting).InTime();

        var watch = new ClientWatch(client);
        await link.LoseAsync(new PbxException(PbxErrorKind.LinkLost, "the cable", "plug it in"));
        var next = await links.NextAsync();
        var sent = new List<string>();
        while (sent.Count < count)
        {
            if (await next.SentAsync() is var text && text.StartsWith("subscribe ", StringComparison.Ordinal))
                sent.Add(text);
        }
        Assert.Equal(count, sent.Distinct().Count());
        Assert.Equal("hello", await next.SentAsync());
        foreach (var text in sent)
            await next.ReceiveAsync(text.Replace("subscribe", "confirm", StringComparison.Ordinal));
        await next.ReceiveAsync("ready");
        await watch.ConnectionAsync(nameof(PbxConnectionState.Connected));
        Assert.All(client.Subscriptions, s => Assert.Equal(PbxSubscriptionState.Active, s.State));
        Assert.False(next.TrySent(out _));
    }

    private static PbxConnectOptions OptionsOf(OneCloudSimulator simulator) => new()
    {
        Provider = "OneCloud",
        Server = simulator.Server.ToString(),
        UserName = simulator.UserName,
        Password = new Secret(simulator.Password),
        ClientId = simulator.ClientId,
        ClientSecret = new Secret(simulator.ClientSecret),
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static async Task FeedAsync(FakeLink link, int count)
    {
        for (var i = 0; i < count; i++)
            await link.ReceiveAsync($"event e{i}");
    }

    private static async Task UntilHeadAsync(PbxClient client, long head)
    {
        while (client.Events.Head < head)
            await client.Events.WaitAsync(client.Events.Head, Limits.Patience);
    }
}
