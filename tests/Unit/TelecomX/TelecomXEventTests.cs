using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>Events, states and outcomes: telecomx.md sections 4, 7 and 12.</summary>
public sealed class TelecomXEventTests
{
    private readonly RecordingHost _host = new();
    private readonly TelecomXSession _session;
    private int _eventId;

    public TelecomXEventTests()
    {
        _session = TelecomXBench.CreateSession(_host);
        _session.LinkOpened(1, TelecomXBench.Target, TelecomXBench.Ticket);
        _host.Receive("""["authenticated"]""");
    }

    /// <summary>Members are written with single quotes, which read better in C#.</summary>
    private PbxEvent Pbx(string name, string members) =>
        Feed($"['PBX',{{'event':'{name}','eventId':'e{++_eventId}','sessionId':'s1','pbxServer':'p1',{members}}}]".Replace('\'', '"'));

    private PbxEvent In(string name, string more = "") => Pbx(name,
        $"'channel':'c1','leg':'I','direction':'I','originator':'EXTERNAL','caller':'+4511111111','callerName':'Ann','callee':'+4522222222'{more}");

    private PbxEvent Out(string name, string channel, string extension, string more = "") => Pbx(name,
        $"'channel':'{channel}','leg':'O','extension':'{extension}'{more}");

    private void RingAt(params string[] extensions)
    {
        In("CALL_START");
        foreach (var x in extensions)
        {
            Out("CALL_START", $"c-{x}", x);
            Out("CALL_RING", $"c-{x}", x, ",'extensionState':'RINGING'");
        }
    }

    // ---- the table of section 7, PBX column --------------------------------------------------------------------------

    [Fact]
    public void Ringing_is_CALL_RING()
    {
        RingAt("X1");
        var e = _host.LastEvent;
        Assert.Equal(PbxCallState.Ringing, e.CallState);
        Assert.Equal("X1", e.Extension);
        Assert.Equal("p1:c-X1", e.LegId);
        Assert.Equal("+4511111111", e.Call!.From);
        Assert.Equal("Ann", e.Call.FromName);
        Assert.Equal("+4522222222", e.Call.To);
        Assert.Equal(PbxDirection.Inbound, e.Call.Direction);
    }

    [Fact]
    public void The_called_number_is_that_of_the_leg_I_and_what_a_leg_O_dials_is_a_phone()
    {
        In("CALL_START");
        Assert.Equal("+4522222222", Out("CALL_START", "c2", "X1", ",'callee':'X1'").Call!.To);
        Assert.Equal("X1", _host.LastEvent.Call!.Legs[1].Number);
        Assert.Equal("X1", _host.LastEvent.To);
    }

    [Fact]
    public void The_called_number_is_what_a_leg_O_dials_when_no_leg_I_was_seen()
    {
        Assert.Equal("X1", Out("CALL_START", "c2", "X1", ",'callee':'X1'").Call!.To);
        Assert.Equal("+4522222222", In("CALL_RING").Call!.To);
    }

    [Fact]
    public void Ringing_is_also_extensionState_RINGING_on_a_leg_O()
    {
        In("CALL_START");
        Assert.Equal(PbxCallState.Ringing, Out("CALL_START", "c2", "X1", ",'extensionState':'RINGING'").CallState);
    }

    [Fact]
    public void Answered_is_CALL_ANSWER_on_a_leg_O_with_extension()
    {
        RingAt("X1");
        var e = Out("CALL_ANSWER", "c-X1", "X1");
        Assert.Equal(PbxCallState.Answered, e.CallState);
        Assert.Equal("X1", e.Call!.AnsweredBy);
    }

    [Fact]
    public void Held_is_CALL_HOLD_until_CALL_UNHOLD_also_without_a_leg_letter()
    {
        RingAt("X1");
        Out("CALL_ANSWER", "c-X1", "X1");
        Assert.Equal(PbxCallState.Held, Pbx("CALL_HOLD", "'channel':'c-X1'").CallState);
        Assert.Equal(PbxCallState.Answered, Pbx("CALL_UNHOLD", "'channel':'c-X1'").CallState);
    }

    [Fact]
    public void Transferred_is_a_new_leg_O_to_another_extension_while_the_old_one_ends()
    {
        RingAt("X1");
        Out("CALL_ANSWER", "c-X1", "X1");
        Out("CALL_START", "c3", "X2");
        Out("CALL_RING", "c3", "X2");
        Assert.Equal(PbxCallState.Transferred, Out("CALL_END", "c-X1", "X1").CallState);
        Assert.Equal("X2", Out("CALL_ANSWER", "c3", "X2").Call!.AnsweredBy);
        Out("CALL_END", "c3", "X2");
        Assert.Equal(PbxOutcome.Transferred, In("CALL_END").Outcome);
    }

    [Fact]
    public void Missed_is_the_end_of_an_inbound_session_that_no_extension_answered()
    {
        RingAt("X1");
        Assert.Null(Out("CALL_END", "c-X1", "X1").Outcome);
        var end = In("CALL_END");
        Assert.Equal(PbxOutcome.Missed, end.Outcome);
        Assert.True(end.IsCallNews);
        Assert.Equal("X1", end.Call!.Extension);
    }

    [Fact]
    public void AnsweredElsewhere_is_a_leg_that_rang_while_another_one_was_answered()
    {
        RingAt("X1", "X2");
        Out("CALL_ANSWER", "c-X2", "X2");
        var call = Out("CALL_END", "c-X1", "X1").Call!;
        Assert.Equal(PbxOutcome.AnsweredElsewhere, call.Legs.Single(l => l.Extension == "X1").Outcome);
        Assert.Equal(PbxCallState.Answered, call.State);
    }

    [Fact]
    public void Ended_is_CALL_END_of_the_last_leg_of_the_session()
    {
        RingAt("X1");
        Out("CALL_ANSWER", "c-X1", "X1");
        Assert.NotEqual(PbxCallState.Ended, Out("CALL_END", "c-X1", "X1").CallState);
        var end = In("CALL_END");
        Assert.Equal(PbxCallState.Ended, end.CallState);
        Assert.Equal(PbxOutcome.Answered, end.Outcome);
    }

    // ---- subtle points of section 7 ----------------------------------------------------------------------------------

    [Fact]
    public void Point_2_an_answer_by_the_system_is_not_an_answer_by_a_person()
    {
        In("CALL_START");
        Assert.NotEqual(PbxCallState.Answered, In("CALL_ANSWER").CallState);
        Assert.Equal(PbxOutcome.Missed, In("CALL_END").Outcome);
    }

    [Fact]
    public void Point_3_direction_and_leg_share_letters_and_mean_different_things()
    {
        var outbound = Pbx("CALL_START", "'channel':'c1','leg':'I','direction':'O','originator':'SIPPHONE','extension':'X9','caller':'109','callee':'+4533333333'");
        Assert.Equal(PbxDirection.Outbound, outbound.Call!.Direction);
        Pbx("CALL_START", "'channel':'c2','leg':'O'");
        Pbx("CALL_RING", "'channel':'c2','leg':'O'");
        var answered = Pbx("CALL_ANSWER", "'channel':'c2','leg':'O'");
        Assert.Equal(PbxCallState.Answered, answered.CallState);
        Assert.Equal(PbxDirection.Outbound, answered.Call!.Direction);
    }

    [Fact]
    public void A_call_from_extension_to_extension_is_internal()
    {
        Pbx("CALL_START", "'channel':'c1','leg':'I','direction':'O','extension':'X9','caller':'109','callee':'101'");
        Assert.Equal(PbxDirection.Internal, Out("CALL_RING", "c2", "X1").Call!.Direction);
    }

    [Theory]
    [InlineData("CANCELLED", PbxOutcome.Abandoned)]
    [InlineData("TIMED_OUT", PbxOutcome.Missed)]
    [InlineData("NO_MEMBERS", PbxOutcome.Missed)]
    [InlineData("ALL_BUSY", PbxOutcome.Missed)]
    public void Point_4_a_queue_call_that_nobody_answers(string state, PbxOutcome outcome)
    {
        In("CALL_START");
        var entered = Pbx("QUEUE_ENTERED", "'queue':'Q1','_id':'ch-host','state':'QUEUED','number':'+4511111111','position':1");
        Assert.Equal(PbxCategory.Queue, entered.Category);
        Assert.Equal("Q1", entered.Queue);
        Assert.Equal(("s1", "+4511111111", 1), (_host.Queues[0].Waiting[0].CallId, _host.Queues[0].Waiting[0].From, _host.Queues[0].Waiting[0].Position));
        Out("CALL_RING", "c5", "X1", ",'queueId':'Q1','queueName':'Support'");
        var member = Out("CALL_END", "c5", "X1", ",'queueId':'Q1'");
        Assert.Null(member.Outcome);
        Pbx("QUEUE_LEFT", $"'queue':'Q1','_id':'ch-host','state':'{state}','number':'+4511111111'");
        Assert.Empty(_host.Queues[0].Waiting);
        var end = In("CALL_END");
        Assert.Equal(outcome, end.Outcome);
        Assert.Equal("Q1", end.Call!.Queue);
        Assert.Equal(("Support", 1), (_host.Queues[0].Name, _host.Queues[0].Lost));
    }

    [Fact]
    public void Point_6_queue_left_names_who_answered_also_when_only_queue_events_are_subscribed()
    {
        Pbx("QUEUE_ENTERED", "'queue':'Q1','_id':'x','state':'QUEUED','number':'+4511111111'");
        var left = Pbx("QUEUE_LEFT", "'queue':'Q1','_id':'x','state':'ANSWERED','answeredByExtension':'X7'");
        Assert.Equal(PbxCallState.Answered, left.CallState);
        Assert.Equal("X7", left.Call!.AnsweredBy);
    }

    [Fact]
    public void Point_6_in_member_events_the_id_is_the_queue()
    {
        var e = Pbx("QUEUE_MEMBER_JOIN", "'_id':'Q1','employee':'E1','data':{'_id':'M1','extension':'X1','number':null}");
        Assert.Equal(PbxCategory.Agent, e.Category);
        Assert.Equal("Q1", e.Queue);
        Assert.Equal("X1", e.Extension);
        Assert.Equal("X1", _host.Queues[0].Agents.Single().Extension);
        Assert.Null(_host.Queues[0].Agents[0].State);
        Assert.Null(_host.Queues[0].WaitingCount);
        Pbx("QUEUE_MEMBER_LEFT", "'_id':'Q1','employee':'E1','data':{'_id':'M1','extension':'X1','number':null}");
        Assert.Empty(_host.Queues[0].Agents);
    }

    [Fact]
    public void Point_7_a_number_that_must_not_be_shown_is_not_shown()
    {
        var hidden = Pbx("CALL_START", "'channel':'c1','leg':'I','direction':'I','caller':'+4511111111','callerName':'Ann','callerPrivacy':true,'callee':'+45222'");
        Assert.Null(hidden.From);
        Assert.Null(hidden.Call!.From);
        Assert.Null(hidden.Call.FromName);
        var leg = Out("CALL_RING", "c2", "X1", ",'caller':'+4511111111','hideOtherParty':true");
        Assert.Null(leg.From);
    }

    // ---- carrier layer ------------------------------------------------------------------------------------------------

    private PbxEvent Carrier(string name, string more) =>
        Feed($"['CALL',{{'event':'{name}','callid':'k1','direction':'I','from':'+451','to':'+452'{more}}}]".Replace('\'', '"'));

    private PbxEvent Feed(string frame)
    {
        _host.Receive(frame);
        return _host.LastEvent;
    }

    [Theory]
    [InlineData("CANCEL", PbxOutcome.Missed)]
    [InlineData("408", PbxOutcome.Missed)]
    [InlineData("480", PbxOutcome.Missed)]
    [InlineData("486", PbxOutcome.Missed)]
    [InlineData("487", PbxOutcome.Missed)]
    [InlineData("BLOCKED", PbxOutcome.Failed)]
    [InlineData("BLACKLISTED", PbxOutcome.Failed)]
    [InlineData("FRAUD", PbxOutcome.Failed)]
    [InlineData("404", PbxOutcome.Failed)]
    [InlineData("503", PbxOutcome.Failed)]
    [InlineData("603", PbxOutcome.Failed)]
    public void Carrier_an_end_without_an_answer_says_why(string reason, PbxOutcome outcome)
    {
        Assert.Equal(PbxCallState.Offered, Carrier("START", "").CallState);
        var end = Carrier("PREEND", $",'reason':'{reason}','endedBy':'A'");
        Assert.Equal(outcome, end.Outcome);
        Assert.True(end.IsCallNews);
        Assert.False(Carrier("END", $",'reason':'{reason}'").IsCallNews);
    }

    [Fact]
    public void Carrier_an_answered_call_ends_as_answered()
    {
        Carrier("START", "");
        Assert.Equal(PbxCallState.Answered, Carrier("ANSWER", "").CallState);
        Assert.Equal(PbxOutcome.Answered, Carrier("END", ",'reason':'BYE'").Outcome);
    }

    [Theory]
    [InlineData("MAXCHANNELS")]
    [InlineData("PEER_ERROR")]
    [InlineData("FRAUD")]
    public void Carrier_a_call_that_was_cut_off_has_failed(string name)
    {
        Carrier("START", "");
        Assert.Equal(PbxOutcome.Failed, Carrier(name, "").Outcome);
    }

    [Fact]
    public void Carrier_calls_are_not_counted_twice_beside_those_of_the_pbx()
    {
        _session.Subscribe(new PbxSubscription { Filter = new() { Type = PbxSubscriptionType.Call } });
        var end = Carrier("END", ",'reason':'CANCEL'");
        Assert.Null(end.Call);
        Assert.Equal(PbxOutcome.Missed, end.Outcome);
        Assert.False(end.IsCallNews);
    }

    // ---- envelope, section 4 -----------------------------------------------------------------------------------------

    [Fact]
    public void Envelope_fields_are_read_from_data_when_the_root_has_none()
    {
        var e = Feed("""["REGISTER",{"event":"REGISTER","customer":"C","data":{"username":"u1","ip":"192.0.2.1","source":"pbx"}}]""");
        Assert.Equal(PbxCategory.Registration, e.Category);
        Assert.Equal("u1", e.Extension);
        Assert.Equal("""{"event":"REGISTER","customer":"C","data":{"username":"u1","ip":"192.0.2.1","source":"pbx"}}""", e.Raw);
    }

    [Theory]
    [InlineData("REGISTER", true)]
    [InlineData("UNREGISTER", false)]
    [InlineData("ERROR", false)]
    public void A_registration_says_whether_it_stands(string name, bool isRegistered)
    {
        var e = Feed("""["REGISTER",{"event":"NAME","customer":"C","data":{"username":"u1","source":"trunk"}}]""".Replace("NAME", name));
        Assert.Equal(isRegistered, e.IsRegistered);
    }

    [Fact]
    public void Envelope_the_name_may_stand_in_type()
    {
        var e = Feed("""["PBX",{"type":"VOICEMAIL_NEW","_id":"X1","voicemailId":"v1","callerNumber":"+45111","length":12}]""");
        Assert.Equal("VOICEMAIL_NEW", e.Name);
        Assert.Equal(PbxCategory.Voicemail, e.Category);
        Assert.Equal("+45111", e.From);
        Assert.Equal("X1", e.Extension);
    }

    [Fact]
    public void An_event_that_comes_twice_counts_once()
    {
        const string Frame = """["PBX",{"event":"CALL_START","eventId":"same","sessionId":"s","channel":"c","leg":"I"}]""";
        _host.Receive(Frame);
        _host.Receive(Frame);
        Assert.Single(_host.Events);
        Assert.Equal(1, _host.Duplicates);
        Assert.Equal("same", _host.LastEvent.Id);
    }

    [Fact]
    public void What_nobody_knows_passes_through_untouched()
    {
        var e = Feed("""["SURPRISE",{"event":"NEVER_SEEN","x":[1,{"y":null}],"caller":5}]""");
        Assert.Equal(PbxCategory.Unknown, e.Category);
        Assert.Equal("NEVER_SEEN", e.Name);
        Assert.Equal("SURPRISE", e.Topic);
        Assert.Equal("""{"event":"NEVER_SEEN","x":[1,{"y":null}],"caller":5}""", e.Raw);
    }

    [Fact]
    public void Escaped_and_foreign_text_is_read_right()
    {
        In("CALL_START");
        _host.Receive("""["PBX",{"event":"CALL_UPDATE","sessionId":"s1","pbxServer":"p1","channel":"c1","leg":"I","callerName":"J\u00f8rgen \"J\" <x>","caller":" "}]""");
        Assert.Equal("Jørgen \"J\" <x>", _host.LastEvent.Call!.FromName);
        Assert.Equal("+4511111111", _host.LastEvent.Call.From);
    }

    [Fact]
    public void All_269_events_of_the_catalogue_get_a_category_a_topic_and_pass()
    {
        var rows = TelecomXCatalogue.All.Events;
        Assert.Equal(269, rows.Count);
        Assert.DoesNotContain(rows, r => r.Category is PbxCategory.Unknown or PbxCategory.Connection);
        foreach (var row in rows)
        {
            var fields = string.Concat(row.Fields.Where(f => f.Name is not ("event" or "eventId" or "sessionId")).Select(f => $",'{f.Name}':'v'"));
            var e = Feed($"['{row.Topic}',{{'event':'{row.Name}','sessionId':'n{_host.Events.Count}'{fields}}}]".Replace('\'', '"'));
            Assert.Equal((row.Name, row.Category, row.Topic), (e.Name, e.Category, e.Topic));
        }
        Assert.Empty(_host.Unreadable);
    }
}
