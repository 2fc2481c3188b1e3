using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>What a connection does with call records after a gap. The clock is the test's.</summary>
public sealed class GapFillerTests : GapBench
{
    [Fact]
    public async Task A_call_that_ended_in_the_gap_is_told_once_and_the_gap_closed_after_the_last_asking()
    {
        await ConnectAsync();
        var gap = await LoseAndRestoreAsync();
        Assert.Equal(PbxGapRecovery.Pending, gap.Recovery);
        _platform.Records!.Rows = () => [FakeRecords.Ended("c1", gap.From + TimeSpan.FromSeconds(1))];

        _clock.Advance(TimeSpan.FromSeconds(5));
        var told = await _cursor.ReadUntilAsync("CallRecord");
        Assert.Equal(("c1", PbxOutcome.Missed, PbxCallOrigin.Record, true), (told.CallId, told.Call!.Outcome, told.Call.Origin, told.Synthesized));
        Assert.True(told.IsCallNews);
        Assert.Equal(gap.From + TimeSpan.FromSeconds(1), told.Call.EndedAt);

        var closed = await CloseAsync();
        Assert.Null(closed.Gap);
        Assert.Contains("\"callsRecovered\":1", closed.Raw, StringComparison.Ordinal);
        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
        Assert.Equal(2, _platform.Records.Asked.Count);
        Assert.Single(Told(), e => e.CallId == "c1");
    }

    [Fact]
    public async Task A_record_that_comes_late_twice_and_out_of_order_is_told_once()
    {
        await ConnectAsync();
        var gap = await LoseAndRestoreAsync();
        var (first, late) = (FakeRecords.Ended("c1", gap.From + TimeSpan.FromSeconds(1)), FakeRecords.Ended("c2", gap.From));
        _platform.Records!.Rows = () => _platform.Records.Asked.Count == 1 ? [first, first] : [Again(first), late, Again(late)];

        // Step by step: the wait for the first asking begins on another thread, perhaps after the clock was moved.
        await Until.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return _platform.Records.Asked.Count > 0;
        });
        await _cursor.ReadUntilAsync("CallRecord");
        await CloseAsync();
        Assert.Equal(["c1", "c2"], Told().Select(e => e.CallId));

        static CallRecord Again(CallRecord record) => FakeRecords.Ended(record.Update.CallId, record.EndedAt);
    }

    [Fact]
    public async Task A_call_that_ended_when_events_came_in_again_is_told_by_the_second_asking_for_its_events_may_be_on_their_way()
    {
        await ConnectAsync();
        var gap = await LoseAndRestoreAsync();
        var endedAt = gap.To + TimeSpan.FromSeconds(1);
        _platform.Records!.Rows = () => [FakeRecords.Ended("slow", endedAt), FakeRecords.Ended("lost", endedAt)];
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Until.TrueAsync(() => _platform.Records.Asked.Count == 1);
        await Task.Delay(50);
        await _link.ReceiveAsync("begin slow");
        await _link.ReceiveAsync("call slow Ringing");
        await _link.ReceiveAsync("leg slow caller Ended");
        await _link.ReceiveAsync("call slow Ended");
        await _cursor.ReadUntilAsync("Ended", 2);
        Assert.Empty(Told());
        await CloseAsync();
        Assert.Equal("lost", Assert.Single(Told()).CallId);
        Assert.Equal(["slow", "lost"], ClientEvents.Ended(_client).Select(e => e.CallId));
    }

    [Fact]
    public async Task A_record_that_ends_after_the_gap_is_left_to_live_events()
    {
        await ConnectAsync();
        var gap = await LoseAndRestoreAsync();
        _platform.Records!.Rows = () => [FakeRecords.Ended("c1", gap.To + TimeSpan.FromSeconds(15))];
        await CloseAsync();
        Assert.Empty(Told());
    }

    [Fact]
    public async Task What_was_told_live_is_not_told_again_and_what_stood_open_gets_its_true_end()
    {
        await ConnectAsync();
        await _link.ReceiveAsync("call over Ringing");
        await _link.ReceiveAsync("call over Ended");
        await _link.ReceiveAsync("call open Ringing");
        await _cursor.ReadUntilAsync("Ringing");
        var gap = await LoseAndRestoreAsync();
        _platform.Records!.Rows = () =>
        [
            FakeRecords.Ended("over", gap.From - TimeSpan.FromSeconds(1)),
            FakeRecords.Ended("other id", gap.From + TimeSpan.FromSeconds(1), PbxOutcome.Answered) with { OtherIds = ["open"] },
            FakeRecords.Ended("goes on", gap.To + TimeSpan.FromMinutes(1)),
        ];
        await CloseAsync();
        var told = Assert.Single(Told());
        Assert.Equal(("open", PbxOutcome.Answered, gap.From + TimeSpan.FromSeconds(1)), (told.CallId, told.Call!.Outcome, told.Call.EndedAt!.Value));
        Assert.Equal(1, gap.CallsRecovered);
    }

    [Fact]
    public async Task Calls_of_others_than_those_subscribed_to_are_not_told()
    {
        await ConnectAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["1001"] });
        var gap = await LoseAndRestoreAsync();
        _platform.Records!.Rows = () => [FakeRecords.Ended("theirs", gap.From, extension: "2002"), FakeRecords.Ended("ours", gap.From)];
        await CloseAsync();
        Assert.Equal("ours", Assert.Single(Told()).CallId);
    }

    [Fact]
    public async Task A_right_that_is_missing_is_told_once_and_not_asked_for_again()
    {
        await ConnectAsync();
        _platform.Records!.Fault = new PbxException(PbxErrorKind.PermissionDenied, "no right", "grant it") { IsPermanent = true };
        var gap = await LoseAndRestoreAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("no right", (await _cursor.ReadUntilAsync("Warning")).Error!.Message);
        await _cursor.ReadUntilAsync("GapFilled");
        Assert.Equal(PbxGapRecovery.Lost, gap.Recovery);
        Assert.Contains("no right", gap.Detail, StringComparison.Ordinal);
        Assert.Equal(PbxGapRecovery.Lost, (await LoseAndRestoreAsync()).Recovery);
        Assert.Single(_platform.Records.Asked);
    }

    [Fact]
    public async Task A_reading_that_fails_is_made_good_by_the_next_one()
    {
        await ConnectAsync();
        _platform.Records!.Fault = new PbxException(PbxErrorKind.Timeout, "slow", "wait");
        var gap = await LoseAndRestoreAsync();
        _platform.Records.Rows = () => [FakeRecords.Ended("c1", gap.From)];
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Until.TrueAsync(() => _platform.Records.Asked.Count == 1);
        _platform.Records.Fault = null;
        await CloseAsync();
        Assert.Equal((PbxGapRecovery.Recovered, 1), (gap.Recovery, gap.CallsRecovered));
    }

    [Fact]
    public async Task A_last_reading_that_fails_leaves_the_gap_partial()
    {
        await ConnectAsync();
        var gap = await LoseAndRestoreAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Until.TrueAsync(() => _platform.Records!.Asked.Count == 1);
        _platform.Records!.Fault = new PbxException(PbxErrorKind.Timeout, "slow", "wait");
        await CloseAsync();
        Assert.Equal(PbxGapRecovery.Partial, gap.Recovery);
    }

    [Fact]
    public async Task A_gap_that_is_longer_than_the_limit_is_filled_as_far_as_that_and_partial()
    {
        await ConnectAsync(change: o => o with { HistoryLimit = TimeSpan.FromMinutes(1) });
        var gap = await LoseAndRestoreAsync(TimeSpan.FromMinutes(5));
        await CloseAsync();
        Assert.Equal(PbxGapRecovery.Partial, gap.Recovery);
        Assert.All(_platform.Records!.Asked, a => Assert.Equal(gap.To - TimeSpan.FromSeconds(62), a.From));
    }

    [Fact]
    public async Task Nothing_is_asked_without_a_gap_a_subscription_to_calls_or_the_users_wish()
    {
        await ConnectAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Presence });
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(PbxGapRecovery.Lost, (await LoseAndRestoreAsync()).Recovery);
        await _client.DisposeAsync();
        await ConnectAsync(change: o => o with { HistoryLimit = TimeSpan.Zero });
        Assert.Equal(PbxGapRecovery.Lost, (await LoseAndRestoreAsync()).Recovery);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(_platform.Records!.Asked);
    }

    [Fact]
    public async Task The_end_of_the_connection_closes_the_gap_and_stops_the_reading()
    {
        await ConnectAsync();
        var gap = await LoseAndRestoreAsync();
        await _client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(PbxGapRecovery.Lost, gap.Recovery);
        Assert.Contains("ended before", gap.Detail, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_platform.Records!.Asked);
    }

    [Fact]
    public async Task Records_can_be_asked_for_without_a_gap_and_touch_nothing_that_was_seen_live()
    {
        await ConnectAsync();
        var at = _clock.GetUtcNow();
        _platform.Records!.Rows = () => [FakeRecords.Ended("c1", at, PbxOutcome.Answered)];
        var calls = new List<PbxCall>();
        await foreach (var call in _client.ReadCallRecordsAsync(at - TimeSpan.FromDays(1), at, CancellationToken.None))
            calls.Add(call);
        var found = Assert.Single(calls);
        Assert.Equal(("c1", PbxOutcome.Answered, PbxCallOrigin.Record, "c", "Fake"), (found.CallId, found.Outcome, found.Origin, found.Connection, found.Provider));
        Assert.Equal(TimeSpan.FromSeconds(20), found.Duration);
        Assert.Empty(_client.GetCalls());
        Assert.Empty(Told());

        _platform.Records = null;
        var fault = await Assert.ThrowsAsync<PbxException>(async () =>
        {
            await foreach (var _ in _client.ReadCallRecordsAsync(at, at, CancellationToken.None))
                Assert.Fail("There are no records.");
        });
        Assert.Equal(PbxErrorKind.NotSupported, fault.Kind);
    }
}
