using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;
using static PbxEvents.Tests.Unit.TelecomX.TelecomXRecordsRig;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>The legs that are kept for the call records (history/telecomx-history.md section 4).</summary>
public sealed class TelecomXKeysTests
{
    private readonly RecordingHost _host = new();
    private readonly TelecomXKeys _keys = new();

    private void Tell(params string[] events)
    {
        var session = TelecomXBench.CreateSession(_host, _keys);
        session.LinkOpened(1, TelecomXBench.Target, TelecomXBench.Ticket);
        foreach (var json in events)
            session.FrameReceived(1, new PbxEvents.Providers.Contracts.Frame(PbxEvents.Providers.Contracts.FrameKind.Text, System.Text.Encoding.UTF8.GetBytes($"[\"PBX\",{json}]")));
    }

    [Fact]
    public void Every_leg_of_a_call_is_kept_with_its_session_its_call_id_and_its_end()
    {
        Tell(
            """{"event":"CALL_START","eventId":"e1","pbxServer":"p1","channel":"c1","sessionId":"S1","leg":"I","direction":"I","caller":"+4570000001","callee":"+4570000100","callId":"x@y"}""",
            """{"event":"CALL_START","eventId":"e2","pbxServer":"p1","channel":"c2","sessionId":"S1","leg":"O","extension":"X1","caller":"+4570000001","callee":"101","callId":"x@y"}""",
            """{"event":"CALL_END","eventId":"e3","pbxServer":"p1","channel":"c2","sessionId":"S1","leg":"O","extension":"X1"}""");
        Assert.Equal(
            [
                new TelecomXKey("p1:c1", "c1", "S1", _host.Now) { CallId = "x@y", Caller = "+4570000001", Callee = "+4570000100" },
                new TelecomXKey("p1:c2", "c2", "S1", _host.Now) { CallId = "x@y", Caller = "+4570000001", Callee = "101", EndedAt = _host.Now },
            ],
            _keys.Export().OrderBy(k => k.Leg));
        Assert.Equal("S1", _keys.SessionOf("p1:c2"));
    }

    [Fact]
    public void A_number_that_must_not_be_shown_is_not_kept()
    {
        Tell("""{"event":"CALL_START","eventId":"e1","pbxServer":"p1","channel":"c1","sessionId":"S1","leg":"I","direction":"I","caller":"+4570000001","callerPrivacy":true,"callee":"+4570000100"}""");
        Assert.Equal((null, "+4570000100"), (Assert.Single(_keys.Export()).Caller, _keys.Export()[0].Callee));
    }

    [Fact]
    public void A_queued_call_names_its_channel_when_no_leg_is_seen()
    {
        Tell("""{"event":"QUEUE_ENTERED","eventId":"e1","pbxServer":"pbx-1.example","_id":"1893499200.101-pbx-1.example","queue":"Q1","sessionId":"S1","state":"QUEUED","number":"+4570000001"}""");
        Assert.Equal("S1", _keys.SessionOf("pbx-1.example:1893499200.101"));
    }

    [Fact]
    public void The_oldest_go_and_what_was_kept_can_be_taken_along()
    {
        var small = new TelecomXKeys(3);
        foreach (var i in Enumerable.Range(0, 5))
            small.Add(Key($"p:c{i}", $"S{i}", i));
        Assert.Equal(["S2", "S3", "S4"], small.Export().Select(k => k.Session));
        Assert.Null(small.SessionOf("p:c1"));

        var other = new TelecomXKeys();
        other.Add(Key("p:c3", "newer", 9));
        other.Import(small.Export());
        Assert.Equal(["S2", "S4", "newer"], other.Export().Select(k => k.Session));
    }

    [Fact]
    public void The_next_process_gets_the_legs_of_calls_that_go_on_and_of_those_that_ended_lately()
    {
        _keys.Add(Key("p:c1", "long ago", 0));
        _keys.End("p:c1", Noon.AddMinutes(1));
        _keys.Add(Key("p:c2", "lately", 0));
        _keys.End("p:c2", Noon.AddHours(2));
        _keys.Add(Key("p:c3", "open", 0) with { CallId = "x@y", Caller = "+4570000001" });
        _keys.Add(Key("p:c4", "forgotten", -2 * 86400));

        var next = new TelecomXKeys();
        next.Restore(_keys.Keep(Noon.AddHours(1)));
        Assert.Equal(_keys.Export().Where(k => k.Session is "lately" or "open"), next.Export());
        foreach (var bad in (string[])["", "{}", "[null,{}]", "null"])
            new TelecomXKeys().Restore(bad);
    }
}
