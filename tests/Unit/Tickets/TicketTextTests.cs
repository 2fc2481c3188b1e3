using System.Text;
using PbxEvents.Module.Desk;

namespace PbxEvents.Tests.Unit.Tickets;

/// <summary>What people at a desk read of a call.</summary>
public sealed class TicketTextTests
{
    private static readonly PbxCall Call = new()
    {
        CallId = "c1",
        Connection = "office",
        From = "+4511111111",
        Direction = PbxDirection.Inbound,
        State = PbxCallState.Ended,
        Outcome = PbxOutcome.Missed,
        StartedAt = Notes.At,
        EndedAt = Notes.At.AddSeconds(9),
    };

    [Fact]
    public void Leaves_out_what_nobody_knows()
    {
        var lines = TicketText.Make(Call, TicketText.ValuesOf(Call, "+4511111111", null)).Split('\n');
        Assert.Equal(["Caller", "When", "Outcome", "Call"], lines.Select(l => l.Split(": ")[0]));
    }

    [Fact]
    public void Says_that_a_number_is_hidden() => Assert.Equal("a hidden number", TicketText.ValuesOf(Call with { From = null }, null, null)["Caller"]);

    [Theory]
    [InlineData("""{"recording":{"id":"r7","uri":"https://api.pbx.test/r7","contentUri":"https://media.pbx.test/r7"}}""", "https://media.pbx.test/r7")]
    [InlineData("""{"list":[{"id":7},{"id":"r7","uri":"https://api.pbx.test/r7"}]}""", "https://api.pbx.test/r7")]
    [InlineData("""{"recording":{"id":"r7","uri":"javascript:x"}}""", "r7")]
    [InlineData("""{"other":{"id":"r8","uri":"https://api.pbx.test/r7"}}""", "r7")]
    [InlineData("no JSON with r7", "r7")]
    public void Links_to_a_recording_where_the_platform_gives_its_address(string raw, string expected)
    {
        var call = Call with { RecordingId = "r7", Events = [new PbxEvent { Payload = Encoding.UTF8.GetBytes(raw) }] };
        Assert.Equal((null, expected), CallLinks.Of(call));
    }

    [Fact]
    public void A_caller_who_was_talked_with_after_the_call_began_waits_no_more()
    {
        var talk = Call with { CallId = "c2", Direction = PbxDirection.Outbound, From = "1001", To = "0045 11111111", AnsweredAt = Notes.At.AddMinutes(1), StartedAt = Notes.At.AddSeconds(50), Outcome = PbxOutcome.Answered };
        PbxEvent[] events = [.. new[] { Call, talk, Call with { CallId = "c3", From = "+4522222222", AnsweredAt = Notes.At.AddMinutes(1) } }.Select(c => new PbxEvent { CallState = PbxCallState.Ended, Call = c })];
        var history = new CallerHistory(_ => events, n => n.Replace("0045 ", "+45", StringComparison.Ordinal));
        Assert.Equal(talk, history.FindTalk("+4511111111", Notes.At));
        Assert.Null(history.FindTalk("+4511111111", Notes.At.AddMinutes(2)));
        Assert.True(history.WasMissedAfter("+4511111111", Notes.At.AddSeconds(-1)));
        Assert.False(history.WasMissedAfter("+4511111111", Notes.At));
    }
    [Fact]
    public void A_call_that_looked_like_a_talk_until_it_ended_is_none()
    {
        var menu = Call with { State = PbxCallState.Answered, AnsweredAt = Notes.At.AddSeconds(1), Outcome = null };
        PbxEvent[] events = [new() { CallState = PbxCallState.Answered, Call = menu }, new() { CallState = PbxCallState.Ended, Call = Call }];
        var history = new CallerHistory(_ => events, n => n);
        Assert.Null(history.FindTalk("+4511111111", Notes.At));
        Assert.NotNull(new CallerHistory(_ => events[..1], n => n).FindTalk("+4511111111", Notes.At));
    }
}
