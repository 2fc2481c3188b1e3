using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>The end of a call that a gap hid a part of waits for the call's record.</summary>
public sealed class HeldEndTests : GapBench
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Such_a_call_ends_when_its_record_comes_as_the_record_says_and_nothing_else_waits()
    {
        await EndHalfSeenAsync();
        Assert.NotEqual(PbxCallState.Ended, Call("half").State);
        await PlayWholeAsync();
        Assert.Equal((PbxOutcome.Missed, true), await _cursor.ReadUntilAsync("Ended", 2) is { } other ? (other.Outcome, other.IsCallNews) : default);

        var endedAt = _clock.GetUtcNow();
        _platform.Records!.Rows = () => [FakeRecords.Ended("half", endedAt, PbxOutcome.Transferred)];
        _clock.Advance(TimeSpan.FromSeconds(5));
        var told = await _cursor.ReadUntilAsync("CallRecord");
        Assert.Equal(("half", PbxOutcome.Transferred, PbxCallOrigin.Record, true), (told.CallId, told.Outcome, told.Call!.Origin, told.IsCallNews));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["whole", "half"], ClientEvents.Ended(_client).Select(e => e.CallId));
    }

    [Fact]
    public async Task A_record_that_ends_earlier_is_of_a_first_part_and_counts_only_when_no_other_comes()
    {
        var endedAt = await EndHalfSeenAsync();
        _platform.Records!.Rows = () => [FakeRecords.Ended("half", endedAt - TimeSpan.FromSeconds(20), PbxOutcome.Missed)];
        await AskAsync(TimeSpan.FromSeconds(5));
        Assert.NotEqual(PbxCallState.Ended, Call("half").State);
        _platform.Records.Rows = () =>
            [FakeRecords.Ended("half", endedAt - TimeSpan.FromSeconds(20)), FakeRecords.Ended("half", endedAt + Second, PbxOutcome.Transferred)];
        await AskAsync(TimeSpan.FromSeconds(25));
        Assert.Equal(PbxOutcome.Transferred, (await _cursor.ReadUntilAsync("CallRecord")).Outcome);

        endedAt = await EndHalfSeenAsync("second", isConnected: true);
        _platform.Records.Rows = () => [FakeRecords.Ended("second", endedAt - TimeSpan.FromSeconds(20), PbxOutcome.Voicemail)];
        await AskAsync(TimeSpan.FromSeconds(5));
        await AskAsync(TimeSpan.FromSeconds(25));
        Assert.Equal(("second", PbxOutcome.Voicemail), await _cursor.ReadUntilAsync("CallRecord") is { } told ? (told.CallId, told.Outcome) : default);
    }

    [Fact]
    public async Task Without_a_record_it_ends_with_what_was_seen_when_it_did_and_that_is_said()
    {
        var endedAt = await EndHalfSeenAsync();
        await AskAsync(TimeSpan.FromSeconds(5));
        Assert.NotEqual(PbxCallState.Ended, Call("half").State);
        await AskAsync(TimeSpan.FromSeconds(25));
        var told = await _cursor.ReadUntilAsync("CallEnded");
        Assert.Equal(("half", PbxOutcome.Answered, true, PbxCallOrigin.Live, endedAt), (told.CallId, told.Outcome, told.IsCallNews, told.Call!.Origin, told.Call.EndedAt!.Value));
        Assert.Contains("no record of it came", told.Raw, StringComparison.Ordinal);
        Assert.Single(ClientEvents.Ended(_client));
    }

    [Fact]
    public async Task Of_a_call_of_which_only_an_end_was_seen_nothing_is_told_but_its_record()
    {
        await ConnectAsync();
        await LoseAndRestoreAsync();
        await _link.ReceiveAsync("call known Ended");
        await _link.ReceiveAsync("call unknown Ended");
        await _cursor.ReadUntilAsync("Ended", 2);
        Assert.Empty(_client.GetCalls());
        _platform.Records!.Rows = () => [FakeRecords.Ended("known", _clock.GetUtcNow())];
        await CloseAsync();
        Assert.Equal(["known"], ClientEvents.Ended(_client).Select(e => e.CallId));
        Assert.Equal(["known"], _client.GetCalls().Select(c => c.CallId));
    }

    [Fact]
    public async Task A_call_that_goes_on_after_all_waits_for_its_next_end()
    {
        await EndHalfSeenAsync();
        await _link.ReceiveAsync("leg half other Ringing");
        await _link.ReceiveAsync("event seen");
        await _cursor.ReadUntilAsync("seen");
        _platform.Records!.Rows = () => [FakeRecords.Ended("half", _clock.GetUtcNow() + TimeSpan.FromMinutes(5))];
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(ClientEvents.Ended(_client));
        await _link.ReceiveAsync("leg half other Ended");
        await _cursor.ReadUntilAsync("Ended");
        Assert.NotEqual(PbxCallState.Ended, Call("half").State);
        await AskAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("half", (await _cursor.ReadUntilAsync("CallRecord")).CallId);
    }

    [Fact]
    public async Task While_there_is_no_link_the_time_does_not_count()
    {
        var endedAt = await EndHalfSeenAsync();
        await LoseAndRestoreAsync(TimeSpan.FromMinutes(30));
        Assert.Empty(ClientEvents.Ended(_client));
        _platform.Records!.Rows = () => [FakeRecords.Ended("half", endedAt, PbxOutcome.Answered)];
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(PbxOutcome.Answered, (await _cursor.ReadUntilAsync("CallRecord")).Outcome);
        await CloseAsync();
        Assert.Single(ClientEvents.Ended(_client));
    }

    [Fact]
    public async Task When_records_are_refused_or_the_connection_ends_it_ends_with_what_was_seen()
    {
        await EndHalfSeenAsync();
        _platform.Records!.Fault = new PbxException(PbxErrorKind.PermissionDenied, "no right", "grant it") { IsPermanent = true };
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("half", (await _cursor.ReadUntilAsync("CallEnded")).CallId);
        await _client.DisposeAsync();

        _platform.Records.Fault = null;
        await EndHalfSeenAsync();
        await _client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
        Assert.Equal("half", (await _cursor.ReadUntilAsync("CallEnded")).CallId);
    }

    [Fact]
    public async Task A_call_that_began_after_the_gap_ends_at_once_and_nothing_is_asked_for_it()
    {
        await ConnectAsync();
        await LoseAndRestoreAsync();
        await CloseAsync();
        await PlayWholeAsync();
        Assert.True((await _cursor.ReadUntilAsync("Ended", 2)).IsCallNews);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, _platform.Records!.Asked.Count);
    }

    /// <summary>A call rings, the link is lost and restored, the gap is filled, and the call ends.</summary>
    /// <returns>When it ended.</returns>
    private async Task<DateTimeOffset> EndHalfSeenAsync(string call = "half", bool isConnected = false)
    {
        if (!isConnected)
            await ConnectAsync();
        await _link.ReceiveAsync($"call {call} Answered");
        await _cursor.ReadUntilAsync("Answered");
        await LoseAndRestoreAsync();
        var rows = _platform.Records!.Rows;
        _platform.Records.Rows = () => [];
        await CloseAsync();
        _platform.Records.Rows = rows;
        _clock.Advance(TimeSpan.FromMinutes(1));
        var endedAt = _clock.GetUtcNow();
        await _link.ReceiveAsync($"call {call} Ended");
        Assert.False((await _cursor.ReadUntilAsync("Ended")).IsCallNews);
        return endedAt;
    }

    /// <summary>A call that begins and ends after the gap.</summary>
    private async Task PlayWholeAsync()
    {
        await _link.ReceiveAsync("begin whole");
        await _link.ReceiveAsync("call whole Ringing");
        await _link.ReceiveAsync("leg whole caller Ended");
        await _link.ReceiveAsync("call whole Ended");
    }

    /// <summary>Lets the time until the next asking pass.</summary>
    private async Task AskAsync(TimeSpan until)
    {
        var asked = _platform.Records!.Asked.Count;
        _clock.Advance(until);
        await Until.TrueAsync(() => _platform.Records.Asked.Count > asked);

        // What it brought has been handled when a word that came after it is.
        await Task.Delay(50);
        var cursor = _client.Events.OpenCursor(_client.Events.Head);
        await _link.ReceiveAsync("event asked");
        await cursor.ReadUntilAsync("asked");
    }

    private PbxCall Call(string id) => _client.GetCalls().Single(c => c.CallId == id);
}
