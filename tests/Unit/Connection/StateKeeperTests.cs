using System.Text.Json;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>What one process leaves to the next, when it is written, and what the next makes of it. The clock is the test's.</summary>
public sealed class StateKeeperTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-keeper").FullName;
    private readonly ManualTimeProvider _clock = new();
    private readonly FakePlatform _platform = new() { Records = new FakeRecords() };
    private readonly FakeLinks _links = new();
    private readonly List<PbxClient> _clients = [];
    private PbxClient _client = null!;
    private EventCursor _cursor = null!;
    private FakeLink _link = null!;
    private string _path;
    private int _kills;

    public StateKeeperTests() => _path = Path.Combine(_folder, "state.json");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    // ---- what is written, and when -----------------------------------------------------------------------------------

    [Fact]
    public async Task Without_a_file_nothing_is_made_up_and_one_begins_at_once()
    {
        await ConnectAsync();
        await SubscribeAsync();
        var state = await FileAsync(s => s.GetProperty("server").GetString() == "a.test");
        Assert.Equal(("Fake", "alice", _clock.GetUtcNow()),
            (state.GetProperty("provider").GetString(), state.GetProperty("account").GetString(), state.GetProperty("wholeUntil").GetDateTimeOffset()));
        Assert.Empty(_client.Gaps);
        Assert.Null(_client.StateProblem);
        Assert.Null(_platform.Imported);
        Assert.Empty(_platform.Records!.Asked);
    }

    [Fact]
    public async Task A_call_that_has_ended_is_written_at_once_and_other_changes_within_two_seconds()
    {
        await ConnectAndSubscribeAsync();
        await _link.ReceiveAsync("call c1 Ringing");
        await _cursor.ReadUntilAsync("Ringing");
        Assert.Empty(Ids("open"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await FileAsync(s => Ids("open", s).Contains("c1"));
        await WrittenAsync();

        await _link.ReceiveAsync("call c1 Ended");
        await FileAsync(s => Ids("told", s).Contains("c1") && Ids("open", s).Length == 0);

        // No clock has moved since, so the next waits for its turn and is written with those that came meanwhile.
        await _link.ReceiveAsync("call c2 Ringing");
        await _link.ReceiveAsync("call c2 Ended");
        await _link.ReceiveAsync("call c3 Ringing");
        await _link.ReceiveAsync("call c3 Ended");
        await _cursor.ReadUntilAsync("Ended", 3);
        await TurnAsync();
        Assert.Equal(["c1"], Ids("told"));
        await WrittenAsync();
        await FileAsync(s => Ids("told", s) is ["c1", "c2", "c3"]);
    }

    [Fact]
    public async Task An_idle_connection_moves_only_the_time_and_seldom_and_a_still_one_nothing()
    {
        await ConnectAndSubscribeAsync();
        var first = WholeUntil();
        for (var second = 1; second <= 4; second++)
            await PassAsync(1, isHeard: true);
        Assert.Equal(first, WholeUntil());
        for (var second = 5; second <= 8; second++)
            await PassAsync(1, isHeard: true);
        var later = await FileAsync(s => s.GetProperty("wholeUntil").GetDateTimeOffset() > first);
        Assert.InRange(_clock.GetUtcNow() - later.GetProperty("wholeUntil").GetDateTimeOffset(), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6));

        // A platform that says nothing is not known to be there.
        var heard = _link.LastReceivedAt!.Value;
        for (var second = 0; second < 1500 && WholeUntil() < heard; second++)
            await PassAsync(1, isHeard: false);
        var last = File.GetLastWriteTimeUtc(_path);
        for (var second = 0; second < 60; second++)
            await PassAsync(1, isHeard: false);
        Assert.Equal(last, File.GetLastWriteTimeUtc(_path));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_once_and_tried_again_and_holds_up_nothing()
    {
        await ConnectAndSubscribeAsync();
        Directory.CreateDirectory(_path + ".tmp");
        await _link.ReceiveAsync("call c1 Ringing");
        await _link.ReceiveAsync("call c1 Ended");
        await _cursor.ReadUntilAsync("Ended");
        await WrittenAsync();
        Assert.Contains("cannot be written", (await _cursor.ReadUntilAsync("Warning")).Error!.Message, StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
            await PassAsync(2, isHeard: false);
        Directory.Delete(_path + ".tmp");
        for (var i = 0; i < 1500 && Ids("told") is not ["c1"]; i++)
            await PassAsync(1, isHeard: false);
        Assert.Equal(["c1"], Ids("told"));
        Assert.Single(Events(), e => e.Name == "Warning");
    }

    [Fact]
    public async Task The_end_of_the_connection_writes_the_last_state()
    {
        await ConnectAndSubscribeAsync();
        _platform.SetKeys("k", "v");
        await _link.ReceiveAsync("call open Ringing");
        await _cursor.ReadUntilAsync("Ringing");
        await _client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(["open"], Ids("open"));

        await ConnectAsync();
        Assert.Equal("v", _platform.Imported!["k"]);
    }

    [Fact]
    public async Task What_changes_in_the_keys_alone_is_written_within_two_seconds()
    {
        await ConnectAndSubscribeAsync();
        _platform.SetKeys("k", "v");
        await PassUntilAsync(() => FileNow().GetProperty("keys").TryGetProperty("k", out _));
    }

    // ---- the next process --------------------------------------------------------------------------------------------

    [Fact]
    public async Task The_time_in_which_no_process_ran_is_a_gap_that_waits_for_a_subscription_and_is_filled_then()
    {
        await ConnectAndSubscribeAsync();
        await _link.ReceiveAsync("call before Ringing");
        await _link.ReceiveAsync("call before Ended");
        await FileAsync(s => Ids("told", s).Contains("before"));
        await KillAsync();
        var stopped = WholeUntil();
        _clock.Advance(TimeSpan.FromHours(1));
        var missed = _clock.GetUtcNow() - TimeSpan.FromMinutes(30);
        var late = _clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        _platform.Records!.Rows = () => [FakeRecords.Ended("before", stopped), FakeRecords.Ended("missed", missed), FakeRecords.Ended("late", late)];

        await ConnectAsync();
        var gap = (await _cursor.ReadUntilAsync("Gap")).Gap!;
        Assert.Equal((PbxGapReason.NotRunning, PbxGapRecovery.Pending, stopped, _clock.GetUtcNow()), (gap.Reason, gap.Recovery, gap.From, gap.To));
        Assert.StartsWith("No process listened from ", gap.Detail, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await SubscribeAsync(PbxSubscriptionType.Presence);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_platform.Records.Asked);

        // What ended after the connect and before somebody listened was not heard either.
        await SubscribeAsync();
        await PassUntilAsync(() => gap.Recovery != PbxGapRecovery.Pending);
        Assert.Equal((PbxGapRecovery.Recovered, 2), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(["missed", "late"], Told());

        Assert.All(_platform.Records.Asked, a => Assert.Equal((stopped - TimeSpan.FromSeconds(2), gap.To + TimeSpan.FromSeconds(122)), a));
        Assert.Equal(2, _platform.Records.Asked.Count);
    }

    [Fact]
    public async Task A_call_that_stood_open_gets_its_true_end_and_keeps_its_beginning()
    {
        await ConnectAndSubscribeAsync();
        await _link.ReceiveAsync("call c1 Ringing");
        var begin = (await _cursor.ReadUntilAsync("Ringing")).Call!.StartedAt;
        _clock.Advance(TimeSpan.FromSeconds(2));
        await FileAsync(s => Ids("open", s).Contains("c1"));
        await KillAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        var ended = _clock.GetUtcNow() - TimeSpan.FromMinutes(1);
        _platform.Records!.Rows = () => [FakeRecords.Ended("other id", ended, PbxOutcome.Answered) with { OtherIds = ["c1"] }];
        await ConnectAsync();
        await SubscribeAsync();
        Assert.Equal((begin, PbxCallState.Ringing), Assert.Single(_client.GetCalls()) is { } open ? (open.StartedAt, open.State) : default);
        await PassUntilAsync(() => _client.Gaps[^1].Recovery != PbxGapRecovery.Pending);
        var call = Assert.Single(_client.GetCalls());
        Assert.Equal(("c1", begin, PbxOutcome.Answered, ended, PbxCallOrigin.Record), (call.CallId, call.StartedAt, call.Outcome, call.EndedAt!.Value, call.Origin));
    }

    [Fact]
    public async Task A_call_that_stood_open_goes_on_live_and_nobody_is_said_to_have_missed_it_unseen()
    {
        await ConnectAndSubscribeAsync();
        await _link.ReceiveAsync("call answered Ringing");
        await _link.ReceiveAsync("call answered Answered");
        await _link.ReceiveAsync("call unseen Ringing");
        await _cursor.ReadUntilAsync("Ringing", 2);
        var before = _client.GetCalls().Single(c => c.CallId == "answered");
        _clock.Advance(TimeSpan.FromSeconds(2));
        await FileAsync(s => Ids("open", s).Length == 2);
        await KillAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        await ConnectAsync();
        await SubscribeAsync();
        await _link.ReceiveAsync("call answered Ended");
        await _link.ReceiveAsync("call unseen Ended");
        await _cursor.ReadUntilAsync("Ended", 2);

        // No record tells how they went.
        await PassUntilAsync(() => _client.GetCalls().All(c => c.State == PbxCallState.Ended));
        var answered = _client.GetCalls().Single(c => c.CallId == "answered");
        Assert.Equal((PbxOutcome.Answered, before.StartedAt, before.AnsweredAt, "1001"), (answered.Outcome, answered.StartedAt, answered.AnsweredAt, answered.AnsweredBy));
        Assert.Null(_client.GetCalls().Single(c => c.CallId == "unseen").Outcome);
    }

    [Fact]
    public async Task A_call_whose_end_waits_for_its_record_is_open_in_the_file_and_the_next_process_asks_for_the_record()
    {
        await ConnectAndSubscribeAsync();
        await _link.ReceiveAsync("call c1 Answered");
        await _cursor.ReadUntilAsync("Answered");
        await PassUntilAsync(() => Ids("open").Contains("c1"));
        await KillAsync();
        await ConnectAsync();
        await SubscribeAsync();
        await PassUntilAsync(() => _client.Gaps[^1].Recovery != PbxGapRecovery.Pending);
        await _link.ReceiveAsync("call c1 Ended");
        var endedAt = (await _cursor.ReadUntilAsync("Ended")).Time;
        await PassUntilAsync(() => FileNow().GetProperty("open").EnumerateArray().Any(c => c.TryGetProperty("held", out var held) && held.ValueKind == JsonValueKind.Object));
        Assert.DoesNotContain("c1", Ids("told"));
        Assert.Empty(ClientEvents.Ended(_client));
        await KillAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        _platform.Records!.Rows = () => [FakeRecords.Ended("c1", endedAt, PbxOutcome.Transferred)];
        await ConnectAsync();
        await SubscribeAsync();
        await PassUntilAsync(() => ClientEvents.Ended(_client).Count > 0);
        await PassUntilAsync(() => Ids("told").Contains("c1"));
        var told = Assert.Single(ClientEvents.Ended(_client));
        Assert.Equal(("c1", PbxOutcome.Transferred, PbxCallOrigin.Record), (told.CallId, told.Outcome, told.Call!.Origin));
    }

    [Fact]
    public async Task A_late_word_about_a_call_that_was_told_before_is_no_news_and_its_id_may_be_used_again()
    {
        await ConnectAndSubscribeAsync();
        await _link.ReceiveAsync("call c1 Ringing");
        await _link.ReceiveAsync("call c1 Answered");
        await _link.ReceiveAsync("call c1 Ended");
        await FileAsync(s => Ids("told", s).Contains("c1"));
        await KillAsync();
        await ConnectAsync();
        await SubscribeAsync();
        await _link.ReceiveAsync("call c1 Ended");
        Assert.Equal((PbxCallState.Ended, false), (await _cursor.ReadUntilAsync("Ended")) is { } late ? (late.CallState!.Value, late.IsCallNews) : default);
        await _link.ReceiveAsync("begin c1");
        await _link.ReceiveAsync("call c1 Ringing");
        Assert.True((await _cursor.ReadUntilAsync("Ringing")).IsCallNews);
        await _link.ReceiveAsync("leg c1 caller Ended");
        await _link.ReceiveAsync("call c1 Ended");
        Assert.Equal(PbxOutcome.Missed, (await _cursor.ReadUntilAsync("Ended", 2)).Outcome);
    }

    [Fact]
    public async Task A_gap_that_is_not_filled_yet_is_left_to_the_next_process()
    {
        await ConnectAndSubscribeAsync();
        await KillAsync();
        var stopped = WholeUntil();
        for (var round = 0; round < 3; round++)
        {
            // Nobody subscribes; or the process is killed after the first asking; or it ends in order before the last.
            _clock.Advance(TimeSpan.FromMinutes(10));
            _platform.Records!.Rows = () => [FakeRecords.Ended("first", stopped + TimeSpan.FromMinutes(5))];
            await ConnectAsync();
            Assert.Equal(stopped, (await _cursor.ReadUntilAsync("Gap")).Gap!.From);
            if (round == 1)
            {
                await SubscribeAsync();
                await PassUntilAsync(() => Ids("told") is ["first"]);
            }
            await WrittenAsync();
            if (round == 2)
                await _client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
            else
                await KillAsync();
            Assert.Equal(stopped, WholeUntil());
        }
        _platform.Records!.Rows = () => [FakeRecords.Ended("first", stopped + TimeSpan.FromMinutes(5)), FakeRecords.Ended("second", stopped + TimeSpan.FromMinutes(6))];
        await ConnectAsync();
        await SubscribeAsync();
        await PassUntilAsync(() => _client.Gaps[^1].Recovery == PbxGapRecovery.Recovered);
        Assert.Equal(["second"], Told());
        await PassUntilAsync(() => WholeUntil() > stopped);
    }

    [Fact]
    public async Task What_could_be_replayed_is_no_reason_to_leave_an_older_gap_unfilled()
    {
        await ConnectAsync();
        await SubscribeAsync();
        await KillAsync();
        await ConnectAsync("recovered");
        Assert.Equal((PbxGapRecovery.Recovered, PbxGapReason.NotRunning), (await _cursor.ReadUntilAsync("Gap")).Gap is { } gap ? (gap.Recovery, gap.Reason) : default);
        await KillAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await ConnectAsync();
        await FileAsync(s => s.GetProperty("seenUntil").GetDateTimeOffset() > s.GetProperty("wholeUntil").GetDateTimeOffset());
        await KillAsync();
        await ConnectAsync("recovered");
        Assert.Equal(PbxGapRecovery.Pending, (await _cursor.ReadUntilAsync("Gap")).Gap!.Recovery);
    }

    [Fact]
    public async Task Without_records_or_the_wish_for_them_the_downtime_is_lost_and_said_so()
    {
        await ConnectAsync(change: o => o with { HistoryLimit = TimeSpan.Zero });
        await KillAsync();
        await ConnectAsync(change: o => o with { HistoryLimit = TimeSpan.Zero });
        Assert.Equal(PbxGapRecovery.Lost, (await _cursor.ReadUntilAsync("Gap")).Gap!.Recovery);
        await FileAsync(s => s.GetProperty("wholeUntil").GetDateTimeOffset() == _clock.GetUtcNow());
        await KillAsync();
        _platform.Records = null;
        await ConnectAsync();
        Assert.Equal(PbxGapRecovery.Lost, (await _cursor.ReadUntilAsync("Gap")).Gap!.Recovery);
        await SubscribeAsync();
        Assert.Equal(PbxGapRecovery.Lost, Assert.Single(_client.Gaps).Recovery);
    }

    [Fact]
    public async Task A_downtime_that_is_longer_than_the_limit_is_filled_as_far_as_that()
    {
        await ConnectAsync();
        await KillAsync();
        _clock.Advance(TimeSpan.FromDays(3));
        await ConnectAsync(change: o => o with { HistoryLimit = TimeSpan.FromHours(2) });
        await SubscribeAsync();
        var begun = _clock.GetUtcNow();
        await PassUntilAsync(() => _client.Gaps[^1].Recovery == PbxGapRecovery.Partial);
        Assert.All(_platform.Records!.Asked, a => Assert.Equal(begun - TimeSpan.FromHours(2) - TimeSpan.FromSeconds(2), a.From));
        Assert.Contains("2 h", _client.Gaps[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_calls_than_the_tracker_keeps_are_told_once()
    {
        const int Calls = 3000;
        await ConnectAsync();
        await KillAsync();
        _clock.Advance(TimeSpan.FromHours(8));
        var from = _clock.GetUtcNow() - TimeSpan.FromHours(7);
        _platform.Records!.Rows = () => Enumerable.Range(0, Calls).Select(i => FakeRecords.Ended($"c{i}", from + TimeSpan.FromSeconds(i)));
        await ConnectAsync();
        await SubscribeAsync();
        await PassUntilAsync(() => _client.Gaps[^1].Recovery == PbxGapRecovery.Recovered);
        Assert.Equal(2, _platform.Records.Asked.Count);
        Assert.Equal(Calls, _client.Gaps[^1].CallsRecovered);
    }

    // ---- files that are not ours -------------------------------------------------------------------------------------

    [Fact]
    public async Task A_file_of_another_account_is_named_kept_beside_and_not_gone_on_with()
    {
        await ConnectAsync();
        await SubscribeAsync();
        await KillAsync();
        _platform.Account = "bob";
        await ConnectAsync();
        var warning = (await _cursor.ReadUntilAsync("Warning")).Error!;
        Assert.Same(warning, _client.StateProblem);
        Assert.Contains("the account 'alice', not 'bob'", warning.Message, StringComparison.Ordinal);
        Assert.Contains("\"alice\"", File.ReadAllText(_path + ".foreign"), StringComparison.Ordinal);
        await FileAsync(s => s.GetProperty("account").GetString() == "bob");
        await SubscribeAsync();
        Assert.Empty(_client.Gaps);
    }

    [Theory]
    [InlineData("provider", "Fake")]
    [InlineData("server", "a.test")]
    public async Task A_file_of_another_platform_or_server_is_named(string member, string ours)
    {
        await ConnectAsync();
        await WrittenAsync();
        await KillAsync();
        await File.WriteAllTextAsync(_path, (await File.ReadAllTextAsync(_path)).Replace($"\"{member}\":\"{ours}\"", $"\"{member}\":\"other\"", StringComparison.Ordinal));
        await ConnectAsync();
        Assert.Contains($"the {(member == "server" ? "server" : "platform")} other, not {ours}", _client.StateProblem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_connection_on_the_file_is_refused_and_a_connection_that_failed_lets_go_of_it()
    {
        await ConnectAsync();
        Assert.Equal(PbxErrorKind.StateInUse, Assert.Throws<PbxException>(() => Start(null)).Kind);
        await _client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
        var before = await File.ReadAllTextAsync(_path);
        _links.OpenFaults.Enqueue(new PbxException(PbxErrorKind.ConnectionRefused, "nobody", "call"));
        await Assert.ThrowsAsync<PbxException>(() => Start(null).WaitUntilConnectedAsync(CancellationToken.None)).WaitAsync(Limit);
        await _links.NextAsync();
        await _clients[^1].DisposeAsync();
        Assert.Equal(before, await File.ReadAllTextAsync(_path));
        Assert.Throws<PbxException>(() => Start(o => o with { TracePath = Path.Combine(_folder, "none", "trace") }));
        await ConnectAsync();
    }

    [Fact]
    public void A_connection_without_events_has_nothing_to_keep_and_leaves_the_file_alone()
    {
        var refusal = Assert.Throws<PbxException>(() => Start(o => o with { NoEvents = true }));
        Assert.Equal((PbxErrorKind.InvalidOption, "-StatePath"), (refusal.Kind, refusal.Target));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    // ---- help --------------------------------------------------------------------------------------------------------

    private PbxClient Start(Func<PbxConnectOptions, PbxConnectOptions>? change)
    {
        var options = new PbxConnectOptions { Provider = "Fake", Name = "c", StatePath = _path, Transport = new TransportOptions { Clock = _clock } };
        var client = PbxClient.Start(change?.Invoke(options) ?? options, _platform, _links, new FakeHttp(_ => new HttpAnswer(200, default)));
        _clients.Add(client);
        return client;
    }

    private async Task ConnectAsync(string word = "ready", Func<PbxConnectOptions, PbxConnectOptions>? change = null)
    {
        _client = Start(change);
        _cursor = _client.Events.OpenCursor(0);
        _link = await _links.NextAsync();
        await _link.ReceiveAsync(word);
        await _client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit);
    }

    private async Task ConnectAndSubscribeAsync()
    {
        await ConnectAsync();
        await SubscribeAsync();
        await WrittenAsync();
    }

    private Task<PbxSubscription> SubscribeAsync(PbxSubscriptionType type = PbxSubscriptionType.Call) =>
        _client.SubscribeAsync(new PbxSubscriptionFilter { Type = type }, CancellationToken.None).WaitAsync(Limit);

    /// <summary>The process is killed: what it has written by now is all that is left of it.</summary>
    private async Task KillAsync()
    {
        await FileAsync(_ => true);
        var next = Path.Combine(_folder, $"state{++_kills}.json");
        File.Copy(_path, next);
        _path = next;
    }

    /// <summary>Waits for the first file and lets the rest after it pass, so that the next writing begins at once.</summary>
    private async Task WrittenAsync()
    {
        await FileAsync(_ => true);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        await TurnAsync();
    }

    /// <summary>Waits until the loop has come to here.</summary>
    private Task TurnAsync() => _client.UnsubscribeAsync(new PbxSubscription { Filter = new PbxSubscriptionFilter { Topic = ["none"] } }, CancellationToken.None);

    private async Task PassAsync(int seconds, bool isHeard)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        if (isHeard)
            _link.LastReceivedAt = _clock.GetUtcNow();
        await TurnAsync();
        await Task.Delay(5);
    }

    private async Task PassUntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 1500 && !isSo(); i++)
            await PassAsync(1, isHeard: true);
        Assert.True(isSo());
    }

    private JsonElement FileNow() => JsonDocument.Parse(File.ReadAllBytes(_path)).RootElement;

    private async Task<JsonElement> FileAsync(Func<JsonElement, bool> isSo)
    {
        for (var i = 0; i < 1500; i++)
        {
            if (File.Exists(_path) && FileNow() is var state && isSo(state))
                return state;
            await Task.Delay(20);
        }
        throw new InvalidOperationException($"The file did not come to that: {(File.Exists(_path) ? FileNow().GetRawText() : "there is none")}");
    }

    private DateTimeOffset WholeUntil() => FileNow().GetProperty("wholeUntil").GetDateTimeOffset();

    private string[] Ids(string list) => Ids(list, FileNow());

    private static string[] Ids(string list, JsonElement state) =>
        [.. state.GetProperty(list).EnumerateArray().Select(c => c.GetProperty(list == "told" ? "id" : "callId").GetString()!)];

    private IEnumerable<PbxEvent> Events()
    {
        var cursor = _client.Events.OpenCursor(0);
        while (cursor.TryRead(out var e, out _))
            yield return e!;
    }

    private string[] Told() => [.. Events().Where(e => e.Name == "CallRecord").Select(e => e.CallId!)];
}
