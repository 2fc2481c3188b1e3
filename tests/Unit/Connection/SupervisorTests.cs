using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

public sealed class SupervisorTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _clock = new();
    private readonly FakePlatform _platform = new();
    private readonly FakeLinks _links = new();
    private PbxClient? _client;

    private static PbxException Lost(TimeSpan? retryAfter = null) =>
        new(PbxErrorKind.LinkLost, "the cable", "plug it in") { RetryAfter = retryAfter };

    private static PbxSubscriptionFilter Topic(string name) => new() { Topic = [name] };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }

    private PbxClient Start(Func<PbxConnectOptions, PbxConnectOptions>? change = null)
    {
        var options = new PbxConnectOptions { Provider = "Fake", Name = "c", Transport = new TransportOptions { Clock = _clock } };
        return _client = PbxClient.Start(change?.Invoke(options) ?? options, _platform, _links, new FakeHttp(_ => new HttpAnswer(200, default)));
    }

    private async Task<(PbxClient Client, FakeLink Link)> ConnectAsync(Func<PbxConnectOptions, PbxConnectOptions>? change = null)
    {
        var client = Start(change);
        var link = await _links.NextAsync();
        Assert.Equal("hello", await link.SentAsync());
        await link.ReceiveAsync("ready");
        await client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit);
        return (client, link);
    }

    private static async Task<PbxSubscription> SubscribeAsync(PbxClient client, FakeLink link, string topic)
    {
        var task = client.SubscribeAsync(Topic(topic), CancellationToken.None);
        Assert.Equal($"subscribe {topic}", await link.SentAsync());
        await link.ReceiveAsync($"confirm {topic}");
        return await task.WaitAsync(Limit);
    }

    /// <summary>Reads the stream up to an event of that name.</summary>

    /// <summary>Lets the pause before the next attempt pass, whenever it begins.</summary>
    private async Task<FakeLink> NextLinkAsync(TimeSpan? pause = null)
    {
        var next = _links.NextAsync();
        while (!next.IsCompleted)
        {
            _clock.Advance(pause ?? TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(20));
        }
        return await next;
    }

    [Fact]
    public async Task Connected_means_ready_and_not_only_open()
    {
        var client = Start();
        var link = await _links.NextAsync();
        await link.SentAsync();
        Assert.Equal(PbxConnectionState.Connecting, client.State);
        await link.ReceiveAsync("ready");
        await client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(PbxConnectionState.Connected, client.State);
        Assert.NotNull(client.ConnectedAt);
    }

    [Fact]
    public async Task A_first_attempt_that_fails_is_told_at_once()
    {
        _links.OpenFaults.Enqueue(new PbxException(PbxErrorKind.HostNotFound, "no such host", "check"));
        var client = Start();
        var error = await Assert.ThrowsAsync<PbxException>(() => client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit));
        Assert.Equal(PbxErrorKind.HostNotFound, error.Kind);
        Assert.Equal(PbxConnectionState.Faulted, client.State);
    }

    [Fact]
    public async Task A_first_attempt_that_fails_promises_no_other_one()
    {
        _links.OpenFaults.Enqueue(new PbxException(PbxErrorKind.RateLimited, "slow down", "Nothing to do: it is tried again.") { RetryAfter = TimeSpan.FromHours(1) });
        var error = await Assert.ThrowsAsync<PbxException>(() => Start().WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit));
        Assert.Equal("A first connect is not repeated. Connect again, 3600 s from now at the earliest.", error.Advice);
    }

    [Fact]
    public async Task A_first_attempt_that_hangs_ends_at_the_time_out()
    {
        _platform.Prepare = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return [];
        };
        var client = Start(o => o with { Timeout = TimeSpan.FromSeconds(5) });
        var wait = client.WaitUntilConnectedAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(6));
        var error = await Assert.ThrowsAsync<PbxException>(() => wait.WaitAsync(Limit));
        Assert.Equal(PbxErrorKind.Timeout, error.Kind);
        await client.DisposeAsync().AsTask().WaitAsync(Limit);
    }

    [Fact]
    public async Task Several_addresses_are_tried_in_order()
    {
        _platform.Prepare = (_, _) => Task.FromResult<IReadOnlyList<LinkTarget>>(
            [new LinkTarget { Uri = new Uri("ws://one.test/") }, new LinkTarget { Uri = new Uri("ws://two.test/") }]);
        _links.OpenFaults.Enqueue(Lost());
        Start();
        await _links.NextAsync();
        Assert.Equal("two.test", (await _links.NextAsync()).Target.Uri.Host);
    }

    [Fact]
    public async Task Of_several_addresses_that_fail_the_clearest_fault_is_told_with_all_that_were_tried()
    {
        _platform.Prepare = (_, _) => Task.FromResult<IReadOnlyList<LinkTarget>>(
            [new LinkTarget { Uri = new Uri("wss://a.test/one") }, new LinkTarget { Uri = new Uri("wss://a.test/two") }]);
        _links.OpenFaults.Enqueue(new PbxException(PbxErrorKind.ConnectionRefused, "Refused.", "check"));
        _links.OpenFaults.Enqueue(new PbxException(PbxErrorKind.TlsFailed, "A stranger's certificate.", "pin"));
        var fault = await Assert.ThrowsAsync<PbxException>(() => Start().WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit));

        Assert.Equal(PbxErrorKind.TlsFailed, fault.Kind);
        Assert.Contains("wss://a.test/one, wss://a.test/two", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_link_is_restored_with_a_gap_and_each_subscription_once()
    {
        var (client, link) = await ConnectAsync();
        var subscription = await SubscribeAsync(client, link, "calls");
        var cursor = client.Events.OpenCursor(client.Events.Head);
        link.LastReceivedAt = _clock.GetUtcNow();
        var lastByte = _clock.GetUtcNow();

        await link.LoseAsync(Lost());
        var lost = await cursor.ReadUntilAsync("Reconnecting");
        Assert.Equal("the cable", lost.Error!.Message);
        Assert.Equal(PbxSubscriptionState.Pending, subscription.State);

        var second = await NextLinkAsync();
        Assert.Equal("subscribe calls", await second.SentAsync());
        Assert.Equal("hello", await second.SentAsync());
        Assert.Equal(PbxConnectionState.Reconnecting, client.State);
        await second.ReceiveAsync("confirm calls");
        await second.ReceiveAsync("ready");

        var gap = (await cursor.ReadUntilAsync("Gap")).Gap!;
        Assert.Equal(lastByte, gap.From);
        Assert.True(gap.To > gap.From);
        Assert.Equal(PbxGapRecovery.Lost, gap.Recovery);
        await cursor.ReadUntilAsync("Connected");
        Assert.Equal(PbxSubscriptionState.Active, subscription.State);
        Assert.Equal(1, client.ReconnectCount);
        Assert.Single(client.Gaps);
        Assert.False(second.TrySent(out _));
        Assert.True(link.IsDisposed);
    }

    [Fact]
    public async Task Without_a_subscription_a_lost_link_leaves_no_gap()
    {
        var (client, link) = await ConnectAsync();
        var cursor = client.Events.OpenCursor(client.Events.Head);
        await link.LoseAsync(Lost());
        await (await NextLinkAsync()).ReceiveAsync("ready");
        await cursor.ReadUntilAsync("Connected");
        Assert.Empty(client.Gaps);
    }

    [Fact]
    public async Task A_permanent_refusal_ends_the_connection_at_once()
    {
        var (client, link) = await ConnectAsync();
        await link.ReceiveAsync("fatal");
        var cursor = client.Events.OpenCursor(0);
        Assert.Equal("fix it", (await cursor.ReadUntilAsync("Faulted")).Error!.Advice);
        Assert.Equal(PbxConnectionState.Faulted, client.State);
        Assert.Equal(1, _links.CreatedCount);
        var error = await Assert.ThrowsAsync<PbxException>(() => client.SubscribeAsync(Topic("calls"), CancellationToken.None).WaitAsync(Limit));
        Assert.Equal(PbxErrorKind.Disconnected, error.Kind);
    }

    [Fact]
    public async Task Attempts_end_where_the_user_said()
    {
        var (client, link) = await ConnectAsync(o => o with { MaxReconnectAttempts = 2 });
        var cursor = client.Events.OpenCursor(client.Events.Head);
        for (var i = 0; i < 5; i++)
            _links.OpenFaults.Enqueue(Lost());
        await link.LoseAsync(Lost());
        await NextLinkAsync();
        await NextLinkAsync();
        await cursor.ReadUntilAsync("Faulted");
        Assert.Equal(3, _links.CreatedCount);
    }

    [Fact]
    public async Task A_server_that_asks_for_patience_gets_it()
    {
        var (_, link) = await ConnectAsync();
        _links.OpenFaults.Enqueue(Lost(TimeSpan.FromSeconds(100)));
        await link.LoseAsync(Lost());
        await NextLinkAsync();
        var asked = _clock.GetUtcNow();
        await NextLinkAsync();
        Assert.True(_clock.GetUtcNow() - asked >= TimeSpan.FromSeconds(99), $"came back after {_clock.GetUtcNow() - asked}");
    }

    [Fact]
    public async Task An_open_link_that_never_gets_ready_is_recycled()
    {
        var (_, link) = await ConnectAsync();
        await link.LoseAsync(Lost());
        var second = await NextLinkAsync();
        var third = await NextLinkAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(PbxErrorKind.Timeout, second.AbortedWith!.Kind);
        Assert.NotEqual(second.Id, third.Id);
    }

    [Fact]
    public async Task A_rotation_changes_the_link_without_a_gap()
    {
        var (client, link) = await ConnectAsync();
        await SubscribeAsync(client, link, "calls");
        var cursor = client.Events.OpenCursor(client.Events.Head);
        await link.ReceiveAsync("rotate");
        var second = await _links.NextAsync();
        Assert.True(_platform.Plans[^1].IsRotation);
        await link.ReceiveAsync("event during");
        await second.ReceiveAsync("confirm calls");
        await second.ReceiveAsync("ready");
        await second.ReceiveAsync("event after");
        await cursor.ReadUntilAsync("during");
        await cursor.ReadUntilAsync("after");
        Assert.Equal(PbxConnectionState.Connected, client.State);
        Assert.Empty(client.Gaps);
        Assert.Equal(0, client.ReconnectCount);
    }

    [Fact]
    public async Task A_replaced_link_is_read_to_its_end()
    {
        var (client, link) = await ConnectAsync();
        var cursor = client.Events.OpenCursor(client.Events.Head);
        link.BeforeGoodbye = async () => await link.ReceiveAsync("event tail");
        await link.ReceiveAsync("rotate");
        var second = await _links.NextAsync();
        await second.ReceiveAsync("ready");
        await cursor.ReadUntilAsync("tail");
        await second.ReceiveAsync("event after");
        await cursor.ReadUntilAsync("after");
        Assert.Equal(PbxConnectionState.Connected, client.State);
    }

    [Fact]
    public async Task A_first_attempt_that_would_have_to_wait_longer_than_the_user_does_is_told_at_once()
    {
        _platform.Prepare = (_, _) => throw new PbxException(PbxErrorKind.TokenLimit, "too many", "wait") { RetryAfter = TimeSpan.FromMinutes(30) };
        var error = await Assert.ThrowsAsync<PbxException>(() => Start().WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit));
        Assert.Equal(PbxErrorKind.TokenLimit, error.Kind);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(1, 5, 5)]
    public void No_wait_is_granted_once_and_never_below_the_shortest(int attempt, int shortest, int expected)
    {
        var policy = BackoffPolicy.Default with { Shortest = TimeSpan.FromSeconds(shortest) };
        Assert.Equal(TimeSpan.FromSeconds(expected), policy.Delay(attempt, 0.5, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_link_that_dies_while_its_successor_opens_is_replaced_by_it()
    {
        var (client, link) = await ConnectAsync();
        await SubscribeAsync(client, link, "calls");
        await link.ReceiveAsync("rotate");
        var second = await _links.NextAsync();
        var cursor = client.Events.OpenCursor(client.Events.Head);
        await link.LoseAsync(Lost());
        await cursor.ReadUntilAsync("Reconnecting");
        await second.ReceiveAsync("confirm calls");
        await second.ReceiveAsync("ready");
        await cursor.ReadUntilAsync("Gap");
        await cursor.ReadUntilAsync("Connected");
        Assert.Equal(2, _links.CreatedCount);
    }

    [Fact]
    public async Task A_sessions_exception_costs_one_frame_and_not_the_connection()
    {
        var (client, link) = await ConnectAsync();
        var cursor = client.Events.OpenCursor(client.Events.Head);
        await link.ReceiveAsync("throw");
        await link.ReceiveAsync("throw");
        await link.ReceiveAsync("event next");
        var report = await cursor.ReadUntilAsync("UnreadableFrame");
        Assert.Contains("a session's mistake", report.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(report.Sequence + 1, (await cursor.ReadUntilAsync("next")).Sequence);
        Assert.Equal(2, client.Dropped);
        Assert.IsType<InvalidOperationException>(report.Error.InnerException);
    }

    [Fact]
    public async Task A_mistake_in_a_timer_is_told_as_that_and_keeps_the_exception()
    {
        var (client, link) = await ConnectAsync();
        var cursor = client.Events.OpenCursor(client.Events.Head);
        await link.ReceiveAsync("timer");
        await link.ReceiveAsync("event set");
        await cursor.ReadUntilAsync("set");
        _clock.Advance(TimeSpan.FromSeconds(1));
        var report = await cursor.ReadUntilAsync("Warning");
        Assert.Contains("handling 'FaultyTimer'", report.Error!.Message, StringComparison.Ordinal);
        Assert.Equal("a timer's mistake", report.Error.InnerException!.Message);
        Assert.Equal(0, client.Dropped);
    }

    [Fact]
    public async Task What_was_asked_for_and_not_answered_is_asked_again_on_the_next_link_even_if_that_gap_was_recovered()
    {
        var (client, link) = await ConnectAsync();
        await SubscribeAsync(client, link, "calls");
        _platform.FailsToLookUp = true;
        await link.LoseAsync(Lost());
        var second = await NextLinkAsync();
        await second.ReceiveAsync("confirm calls");
        await second.ReceiveAsync("ready");
        var cursor = client.Events.OpenCursor(0);
        await cursor.ReadUntilAsync("Warning");
        _platform.FailsToLookUp = false;
        await second.LoseAsync(Lost());
        var third = await NextLinkAsync();
        await third.ReceiveAsync("confirm calls");
        await third.ReceiveAsync("recovered");
        await cursor.ReadUntilAsync("found");
        await third.LoseAsync(Lost());
        var fourth = await NextLinkAsync();
        await fourth.ReceiveAsync("confirm calls");
        await fourth.ReceiveAsync("recovered");
        await cursor.ReadUntilAsync("Connected");
        await fourth.ReceiveAsync("event last");
        await cursor.ReadUntilAsync("last");
        Assert.Equal(2, _platform.LookUps);
    }

    [Fact]
    public async Task A_refused_subscription_is_an_error_and_leaves_nothing_behind()
    {
        var (client, link) = await ConnectAsync();
        var task = client.SubscribeAsync(Topic("secret"), CancellationToken.None);
        await link.SentAsync();
        await link.ReceiveAsync("refuse secret");
        var error = await Assert.ThrowsAsync<PbxException>(() => task.WaitAsync(Limit));
        Assert.Equal(PbxErrorKind.SubscriptionRefused, error.Kind);
        Assert.Empty(client.Subscriptions);
    }

    [Fact]
    public async Task Two_subscriptions_share_a_topic_that_is_sent_once_and_dropped_last()
    {
        var (client, link) = await ConnectAsync();
        var first = await SubscribeAsync(client, link, "calls");
        var second = await client.SubscribeAsync(Topic("calls"), CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(PbxSubscriptionState.Active, second.State);
        await client.UnsubscribeAsync(first, CancellationToken.None);
        Assert.False(link.TrySent(out _));
        await client.UnsubscribeAsync(second, CancellationToken.None);
        Assert.Equal("unsubscribe calls", await link.SentAsync());
    }

    [Fact]
    public async Task A_request_fails_at_once_when_the_link_drops()
    {
        var (client, link) = await ConnectAsync();
        var replies = client.RequestAsync(new PbxRequest { Request = "Status" }, Timeout.InfiniteTimeSpan, 1, CancellationToken.None);
        var read = replies.GetAsyncEnumerator().MoveNextAsync().AsTask();
        await client.UnsubscribeAsync(new PbxSubscription { Filter = Topic("none") }, CancellationToken.None);
        await link.LoseAsync(Lost());
        var error = await Assert.ThrowsAsync<PbxException>(() => read.WaitAsync(Limit));
        Assert.Equal(PbxErrorKind.LinkLost, error.Kind);
    }

    [Fact]
    public async Task A_request_that_nobody_answers_ends_at_its_time_out()
    {
        var (client, _) = await ConnectAsync();
        var replies = client.RequestAsync(new PbxRequest { Request = "Status", To = "e1" }, TimeSpan.FromSeconds(5), 1, CancellationToken.None);
        var read = replies.GetAsyncEnumerator().MoveNextAsync().AsTask();
        _clock.Advance(TimeSpan.FromSeconds(6));
        var error = await Assert.ThrowsAsync<PbxException>(() => read.WaitAsync(Limit));
        Assert.Equal(PbxErrorKind.NoReply, error.Kind);
        Assert.Contains("Status", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disconnecting_says_goodbye_gives_back_and_leaves_no_timer()
    {
        var (client, link) = await ConnectAsync();
        await client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.Equal("bye", await link.SentAsync());
        Assert.True(link.IsDisposed);
        Assert.Equal(1, _platform.Releases);
        // WaitAsync frees its timer just after it has woken the one who waits.
        Assert.True(SpinWait.SpinUntil(() => _clock.TimerCount == 0, Limit), $"{_clock.TimerCount} timers are left");
        Assert.Equal(PbxConnectionState.Disconnected, client.State);
        Assert.True(client.Events.IsComplete);
        await client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
    }

    [Fact]
    public async Task Disconnecting_ends_an_attempt_that_hangs()
    {
        _platform.Prepare = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return [];
        };
        var client = Start();
        await client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(PbxConnectionState.Disconnected, client.State);
    }

    [Fact]
    public async Task Disconnecting_while_waiting_for_the_next_attempt_is_obeyed()
    {
        var (client, link) = await ConnectAsync();
        var cursor = client.Events.OpenCursor(client.Events.Head);
        await link.LoseAsync(Lost());
        await cursor.ReadUntilAsync("Reconnecting");
        await client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, _links.CreatedCount);
    }
}
