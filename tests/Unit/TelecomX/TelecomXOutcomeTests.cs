using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>
/// How calls end, who takes part in them, and who must not be shown (telecomx.md section 7). Every event of a leg
/// carries all that the catalogue lists.
/// </summary>
public sealed class TelecomXOutcomeTests
{
    private const string Hidden = "+4520100100";
    private const string HiddenName = "Anna Test";
    private readonly RecordingHost _host = new();
    private readonly TelecomXSession _session;
    private readonly PbxSubscription _subscription = new() { Filter = new() { Type = PbxSubscriptionType.Call } };
    private int _eventId;
    private string _caller = "+4520100100", _callee = "+4570100100", _direction = "I";
    private string? _callerExtension;
    private bool _isPrivate;

    public TelecomXOutcomeTests()
    {
        _session = TelecomXBench.CreateSession(_host);
        _session.LinkOpened(1, TelecomXBench.Target, TelecomXBench.Ticket);
        _host.Receive("""["authenticated"]""");
        _session.Subscribe(_subscription);
    }

    private PbxCall Call => Assert.Single(_host.Calls);

    /// <summary>Nothing is subscribed to but this.</summary>
    private void Only(PbxSubscriptionFilter filter)
    {
        _session.Unsubscribe(_subscription);
        _session.Subscribe(new PbxSubscription { Filter = filter });
    }

    private PbxEvent Feed(string frame)
    {
        _host.Receive(frame.Replace('\'', '"'));
        return _host.LastEvent;
    }

    private static string Json(string? text) => text is null ? "null" : $"'{text}'";

    private PbxEvent Leg(string name, string channel, string leg, string? extension, string? callee = null, string? caller = null, string more = "", bool? isPrivate = null, string session = "s1") =>
        Feed($$"""
            ['PBX',{'event':'{{name}}','eventId':'e{{++_eventId}}','sessionId':'{{session}}','customer':'C','pbxServer':'p1','channel':'{{channel}}','callId':'x@y',
            'direction':'{{_direction}}','caller':{{Json(caller ?? _caller)}},'callerName':'Anna Test','callerPrivacy':{{(isPrivate ?? _isPrivate ? "true" : "false")}},'callee':'{{callee ?? _callee}}',
            'hideOtherParty':false,'device':null,'extension':{{Json(extension)}},'queueId':null,'queueName':null,'originator':'EXTERNAL','leg':'{{leg}}'{{more}}}]
            """);

    private PbxEvent In(string name, string more = "") => Leg(name, "c1", "I", _callerExtension, more: more);

    private PbxEvent Out(string name, string? extension = "X1", string channel = "c2", string? callee = null, string more = "") =>
        Leg(name, channel, "O", extension, callee, more: more);

    private PbxEvent Queue(string name, string state, string more = "", string session = "s1") => Feed(
        $"['PBX',{{'event':'{name}','eventId':'e{++_eventId}','sessionId':'{session}','customer':'C','pbxServer':'p1','queue':'Q1','_id':'q1-p1','number':'{Hidden}','name':'{HiddenName}','position':1,'entered':'2030-01-01T09:00:00.000Z','state':'{state}'{more}}}]");

    private PbxEvent Other(string topic, string name, string members) => Feed($"['{topic}',{{'event':'{name}','eventId':'e{++_eventId}','customer':'C',{members}}}]");

    private void FromInside(string callee)
    {
        (_caller, _callee, _direction, _callerExtension) = ("201", callee, "O", "X201");
    }

    private void Ring()
    {
        In("CALL_START");
        Out("CALL_START");
        Out("CALL_RING");
    }

    private PbxCall End(string? extension = "X1")
    {
        Out("CALL_END", extension);
        return In("CALL_END").Call!;
    }

    // ---- direction -------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_call_between_two_extensions_is_internal_to_its_end(bool isAnswered)
    {
        FromInside("202");
        Ring();
        if (isAnswered)
            Out("CALL_ANSWER");
        In("CALL_UPDATE");
        var call = End();

        Assert.Equal((PbxDirection.Internal, isAnswered ? PbxOutcome.Answered : PbxOutcome.Missed), (call.Direction, call.Outcome!.Value));
        Assert.Equal(("201", "202"), (call.From, call.To));
    }

    [Fact]
    public void An_inbound_call_stays_one_when_its_person_calls_another()
    {
        Ring();
        Out("CALL_ANSWER");
        _direction = "O";
        Out("CALL_RING", "X2", "c3");
        In("CALL_UPDATE");

        Assert.Equal(PbxDirection.Inbound, Call.Direction);
    }

    [Fact]
    public void An_outbound_call_that_nobody_answers_has_failed()
    {
        FromInside("+4533333333");
        In("CALL_START");
        Out("CALL_RING", null);
        var call = End(null);

        Assert.Equal((PbxDirection.Outbound, PbxOutcome.Failed, false), (call.Direction, call.Outcome!.Value, call.IsUnreached));
    }

    // ---- outside people --------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("sip:+4530200200@carrier")]
    [InlineData("+4530200200")]
    public void Who_is_forwarded_to_outside_answers_as_the_person_he_is(string callee)
    {
        In("CALL_START");
        Out("CALL_RING", null, callee: callee);
        Assert.Equal("+4530200200", Out("CALL_ANSWER", null, callee: callee).Call!.AnsweredBy);
        var call = End(null);

        Assert.Equal((PbxOutcome.Answered, "+4530200200", "+4570100100"), (call.Outcome!.Value, call.AnsweredBy, call.To));
    }

    [Fact]
    public void The_extension_that_rang_first_is_what_a_forwarded_call_is_about()
    {
        Ring();
        Out("CALL_END");
        Out("CALL_START", null, "c3", "+4530200200");
        Out("CALL_ANSWER", null, "c3", "+4530200200");

        Assert.Equal(("X1", "+4530200200"), (Call.Extension, Call.AnsweredBy));
        Assert.Equal(PbxOutcome.AnsweredElsewhere, Call.Legs.Single(l => l.Extension == "X1").Outcome);
    }

    [Fact]
    public void A_forwarding_target_outside_that_does_not_answer_is_a_miss()
    {
        In("CALL_START");
        Out("CALL_RING", null, callee: "+4530200200");

        Assert.Equal(PbxOutcome.Missed, End(null).Outcome);
    }

    [Fact]
    public void A_queue_says_who_answered_when_the_leg_did_not()
    {
        Ring();
        Queue("QUEUE_ENTERED", "QUEUED");
        _host.LoseSight();
        Queue("QUEUE_LEFT", "ANSWERED", ",'answeredByExtension':null,'answeredByNumber':'+4530200200'");
        var call = End();

        Assert.Equal((PbxOutcome.Answered, "+4530200200"), (call.Outcome!.Value, call.AnsweredBy));
    }

    [Fact]
    public void A_queues_answer_that_comes_after_the_end_corrects_it()
    {
        Ring();
        _host.LoseSight();
        Assert.Null(End().Outcome);
        var left = Queue("QUEUE_LEFT", "ANSWERED", ",'answeredByExtension':'X1'");

        Assert.Equal((PbxOutcome.Answered, "X1", TimeSpan.Zero), (Call.Outcome!.Value, Call.AnsweredBy, Call.TalkTime!.Value));
        Assert.True(left.IsCallNews);
    }

    // ---- queues ----------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(true, PbxOutcome.Abandoned)]
    [InlineData(false, null)]
    public void A_caller_who_hangs_up_in_a_queue_gave_up_also_when_the_queue_does_not_say_it(bool isWhole, PbxOutcome? outcome)
    {
        In("CALL_START");
        Queue("QUEUE_ENTERED", "QUEUED");
        if (!isWhole)
            _host.LoseSight();

        Assert.Equal(outcome, In("CALL_END").Outcome);
    }

    [Fact]
    public void A_queues_word_counts_also_after_a_loss()
    {
        In("CALL_START");
        Queue("QUEUE_ENTERED", "QUEUED");
        _host.LoseSight();
        Queue("QUEUE_LEFT", "CANCELLED");

        Assert.Equal(PbxOutcome.Abandoned, In("CALL_END").Outcome);
    }

    // ---- not everything was seen -----------------------------------------------------------------------------------------

    [Theory]
    [InlineData("CALL_HOLD", "", true)]
    [InlineData("CALL_UNHOLD", "", true)]
    [InlineData("CALL_HOLD", ",'leg':'O','extension':'X1'", true)]
    [InlineData("CALL_ANSWER", ",'leg':'O','extension':'X1'", true)]
    [InlineData("CALL_ANSWER", ",'leg':'I'", false)]
    [InlineData("CALL_UPDATE", ",'leg':'O','extension':'X1','extensionState':'BUSY'", false)]
    [InlineData("CALL_UPDATE", ",'leg':'I'", false)]
    [InlineData("CALL_RING", ",'leg':'O','extension':'X1'", false)]
    [InlineData("CALL_START", ",'leg':'O','extension':'X1'", false)]
    public void A_script_that_comes_mid_call_tells_no_miss(string first, string more, bool isAnswered)
    {
        var channel = more.Contains("'I'", StringComparison.Ordinal) ? "c1" : "c2";
        Other("PBX", first, $"'sessionId':'s1','pbxServer':'p1','channel':'{channel}'{more}");
        var call = End();

        Assert.Equal(PbxCallState.Ended, call.State);
        Assert.Equal(isAnswered ? PbxOutcome.Answered : null, call.Outcome);
    }

    [Fact]
    public void A_call_that_is_passed_on_before_the_script_sees_it_is_no_miss()
    {
        Out("CALL_START", "X2", "c3");
        Out("CALL_RING", "X2", "c3");
        Out("CALL_END", "X2", "c3");

        Assert.Null(In("CALL_END").Outcome);
    }

    [Fact]
    public void With_the_start_narrowed_away_what_rings_first_is_the_set_up()
    {
        Only(new() { Topic = ["PBX"], EventName = ["CALL_RING", "CALL_ANSWER", "CALL_END"] });
        Out("CALL_RING");

        Assert.Equal(PbxOutcome.Missed, End().Outcome);
    }

    [Fact]
    public void A_call_that_was_answered_while_the_link_was_down_is_no_miss()
    {
        Ring();
        _host.LoseSight();

        Assert.Null(End().Outcome);
    }

    [Fact]
    public void A_leg_that_is_put_on_hold_after_a_loss_had_been_answered()
    {
        Ring();
        _host.LoseSight();
        Other("PBX", "CALL_HOLD", "'sessionId':'s1','pbxServer':'p1','channel':'c2'");
        var call = End();

        Assert.Equal((PbxOutcome.Answered, "X1"), (call.Outcome!.Value, call.AnsweredBy));
    }

    // ---- parties ---------------------------------------------------------------------------------------------------------

    [Fact]
    public void The_parties_of_a_call_are_those_of_its_first_leg()
    {
        FromInside("+4520100100");
        In("CALL_START");
        var answer = Leg("CALL_ANSWER", "c2", "O", null, caller: "+4570100100");
        Assert.Equal("+4570100100", answer.From);
        Assert.Equal("201", Call.From);

        // A third leg, into the PBX again: a consultation, or somebody who picks the call up.
        Leg("CALL_START", "c3", "I", "X9", caller: "209", callee: "210");
        Assert.Equal(("201", "+4520100100", PbxDirection.Outbound), (Call.From, Call.To, Call.Direction));
    }

    [Fact]
    public void What_the_first_leg_left_out_no_other_leg_fills_in()
    {
        Leg("CALL_START", "c1", "I", null, callee: "");
        Leg("CALL_START", "c2", "O", "X1", callee: "201");
        Leg("CALL_RING", "c2", "O", "X1", callee: "201");
        Assert.Equal((Hidden, null), (Call.From, Call.To));

        Leg("CALL_START", "d1", "I", null, caller: "", session: "s2");
        Leg("CALL_START", "d2", "O", "X1", caller: "+4570100100", session: "s2");
        Assert.Equal((null, _callee), (_host.LastEvent.Call!.From, _host.LastEvent.Call.To));
    }

    [Fact]
    public void A_leg_that_was_seen_first_gives_way_to_the_callers()
    {
        Leg("CALL_RING", "c2", "O", "X1", caller: "+4570100100", callee: "201");
        Assert.Equal(("+4570100100", "201"), (Call.From, Call.To));
        In("CALL_RING");
        Assert.Equal(("+4520100100", "+4570100100"), (Call.From, Call.To));
    }

    [Fact]
    public void A_name_that_is_looked_up_later_is_the_callers()
    {
        In("CALL_START", ",'x':1");
        Feed($"['PBX',{{'event':'CALL_UPDATE','eventId':'u1','sessionId':'s1','pbxServer':'p1','channel':'c1','leg':'I','caller':'{_caller}','callerName':'Ann B.'}}]");
        Assert.Equal("Ann B.", Call.FromName);
        Leg("CALL_UPDATE", "c2", "O", "X1", caller: "+4570100100");
        Assert.Equal("Ann B.", Call.FromName);
    }

    // ---- who must not be shown -------------------------------------------------------------------------------------------

    private void AssertHidden()
    {
        Assert.All(_host.Events, e =>
        {
            Assert.Null(e.From);
            Assert.DoesNotContain(Hidden, e.Raw, StringComparison.Ordinal);
            Assert.DoesNotContain(HiddenName, e.Raw, StringComparison.Ordinal);
            using var json = System.Text.Json.JsonDocument.Parse(e.GetUtf8());
        });
        Assert.All(_host.Calls, c =>
        {
            Assert.Equal((null, null), (c.From, c.FromName));
            Assert.All(c.Legs, l => Assert.NotEqual(Hidden, l.Number));
        });
        Assert.All(_host.Queues.SelectMany(q => q.Waiting), w => Assert.Equal((null, null), (w.From, w.FromName)));
    }

    [Fact]
    public void A_hidden_caller_stays_hidden_in_everything_that_speaks_of_the_call()
    {
        _isPrivate = true;
        In("CALL_START");
        Queue("QUEUE_ENTERED", "QUEUED");
        AssertHidden();
        Leg("CALL_RING", "c2", "O", "X1", isPrivate: false);
        Leg("CALL_ANSWER", "c2", "O", "X1", isPrivate: false);
        Queue("QUEUE_LEFT", "ANSWERED", ",'answeredByExtension':'X1'");
        Other("PBX", "RECORDING_START", $"'_id':'r1','channel':'c1','caller':'{Hidden}','callee':'201','pbxServer':'p1'");
        Other("PBX", "RECORDING_END", $"'_id':'r1','channel':'c1','caller':'{Hidden}','callee':'201','recordingId':'R1','pbxServer':'p1'");
        Other("PBX", "CALL_VARIABLE", $"'name':'CUSTOMER','value':'{Hidden}','callId':'x@y','channel':'c1','pbxServer':'p1'");
        Other("PBX", "CONFERENCE_ENTERED", $"'_id':'C1','number':'{Hidden}','name':'{HiddenName}','channelId':'c1','pbxServer':'p1'");
        Other("PBX", "PERSONAL_QUEUE_JOIN", $"'_id':'E1','channel':'c1','caller':'{Hidden}','callerName':'{HiddenName}','pbxServer':'p1'");
        Other("CALL", "ANSWER", $"'callid':'k1','direction':'I','from':'{Hidden}','to':'+4570100100'");
        Other("PBX", "VOICEMAIL_NEW", $"'_id':'E1','voicemailId':'v1','callerNumber':'{Hidden}'");
        End();

        AssertHidden();
        Assert.Contains("'name':'CUSTOMER'".Replace('\'', '"'), _host.Events.Single(e => e.Name == "CALL_VARIABLE").Raw, StringComparison.Ordinal);
        Assert.Equal((PbxOutcome.Answered, "R1"), (Call.Outcome!.Value, Call.RecordingId));
    }

    [Theory]
    [InlineData("anonymous")]
    [InlineData("sip:anonymous@anonymous.invalid")]
    public void A_caller_without_a_number_has_no_name_either(string caller)
    {
        Leg("CALL_START", "c1", "I", null, caller: caller);

        AssertHidden();
    }

    [Fact]
    public void A_caller_who_is_hidden_from_the_callee_is_hidden_in_the_queue_too()
    {
        In("CALL_START");
        Queue("QUEUE_ENTERED", "QUEUED");
        Out("CALL_RING", more: ",'x':1", callee: "201");
        Feed($"['PBX',{{'event':'CALL_UPDATE','eventId':'h1','sessionId':'s1','pbxServer':'p1','channel':'c2','leg':'O','extension':'X1','caller':'{Hidden}','hideOtherParty':true}}]");
        Assert.Null(_host.LastEvent.From);
        Assert.Equal((null, null), (Call.From, Call.FromName));

        // What was told before the wish was known has been told; from then on nothing is.
        var count = _host.Events.Count;
        Queue("QUEUE_LEFT", "CANCELLED");
        In("CALL_END");
        Assert.All(_host.Events.Skip(count), e => Assert.DoesNotContain(Hidden, e.Raw, StringComparison.Ordinal));
        Assert.All(_host.Events.Skip(count), e => Assert.Null(e.From));
    }

    [Fact]
    public void A_called_party_that_the_caller_must_not_see_is_not_shown()
    {
        In("CALL_START", ",'x':1");
        Feed("['PBX',{'event':'CALL_UPDATE','eventId':'h2','sessionId':'s1','pbxServer':'p1','channel':'c1','leg':'I','callee':'+4570100100','hideOtherParty':true}]");
        Out("CALL_ANSWER", null);

        Assert.Null(Call.To);
        Assert.Null(Call.AnsweredBy);
        Assert.DoesNotContain("+4570100100", _host.LastEvent.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_calls_openly_at_the_same_time_is_shown()
    {
        _isPrivate = true;
        In("CALL_START");
        _isPrivate = false;
        var open = Leg("CALL_START", "c7", "I", null, session: "s2");
        Queue("QUEUE_ENTERED", "QUEUED", session: "s2");

        Assert.Equal(Hidden, open.Call!.From);
        Assert.Equal(Hidden, _host.LastEvent.From);
        Assert.Contains(Hidden, open.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_hidden_party_is_taken_out_of_the_payload()
    {
        _isPrivate = true;
        var raw = In("CALL_START").Raw;

        Assert.Contains("\"caller\":\"anonymous\",\"callerName\":\"anonymous\",\"callerPrivacy\":true,\"callee\":\"+4570100100\"", raw, StringComparison.Ordinal);
        Assert.Contains("\"extension\":null", raw, StringComparison.Ordinal);
    }

    // ---- voicemail and recording -----------------------------------------------------------------------------------------

    [Theory]
    [InlineData(false, 0, true)]
    [InlineData(true, 5, true)]
    [InlineData(true, 300, false)]
    public void A_voicemail_is_of_the_call_of_its_number(bool isEnded, int seconds, bool isItsOwn)
    {
        Ring();
        Out("CALL_END");
        In("CALL_ANSWER");
        if (isEnded)
            In("CALL_END");
        _host.Advance(TimeSpan.FromSeconds(seconds));
        Other("PBX", "VOICEMAIL_NEW", "'_id':'E1','voicemailId':'v1','callerNumber':'+4520100100','length':12");
        if (!isEnded)
            In("CALL_END");

        Assert.Equal(isItsOwn ? PbxOutcome.Voicemail : PbxOutcome.Missed, Call.Outcome);
        Assert.Equal(isItsOwn ? "v1" : null, Call.VoicemailId);
        Assert.True(Call.IsUnreached);
    }

    [Fact]
    public void A_voicemail_of_a_number_that_calls_twice_at_once_is_of_neither()
    {
        Ring();
        Leg("CALL_START", "c7", "I", null, session: "s2");
        Other("PBX", "VOICEMAIL_NEW", "'_id':'E1','voicemailId':'v1','callerNumber':'+4520100100'");

        Assert.All(_host.Calls, c => Assert.Null(c.VoicemailId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_recording_is_of_the_call_of_its_channel(bool endsFirst)
    {
        Ring();
        Out("CALL_ANSWER");
        if (endsFirst)
            End();
        var recording = Other("PBX", "RECORDING_END", "'_id':'tmp','channel':'c2','recordingId':'R1','pbxServer':'p1'");
        Assert.Equal("s1", recording.CallId);
        Assert.False(recording.IsCallNews);
        if (!endsFirst)
            End();

        Assert.Equal((PbxOutcome.Answered, "R1"), (Call.Outcome!.Value, Call.RecordingId));
    }

    [Fact]
    public void A_recording_of_a_call_that_nobody_has_seen_makes_none()
    {
        Other("PBX", "RECORDING_END", "'_id':'tmp','channel':'c2','recordingId':'R1','pbxServer':'p1'");

        Assert.Empty(_host.Calls);
    }

    // ---- carrier layer ---------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("I", "CANCEL", PbxOutcome.Missed)]
    [InlineData("I", "486 Busy Here", PbxOutcome.Missed)]
    [InlineData("I", "BYE", PbxOutcome.Answered)]
    [InlineData("O", "CANCEL", PbxOutcome.Failed)]
    [InlineData("O", "BYE", PbxOutcome.Answered)]
    [InlineData("O", "408", PbxOutcome.Failed)]
    [InlineData("O", "480", PbxOutcome.Failed)]
    [InlineData("O", "486", PbxOutcome.Busy)]
    [InlineData("O", "486 Busy Here", PbxOutcome.Busy)]
    [InlineData("O", "487", PbxOutcome.Failed)]
    [InlineData("O", "600", PbxOutcome.Busy)]
    [InlineData("O", "603", PbxOutcome.Rejected)]
    [InlineData("O", "404", PbxOutcome.Failed)]
    [InlineData("O", "BLOCKED", PbxOutcome.Failed)]
    public void The_carriers_end_tells_how_it_went_whether_the_call_was_seen_or_not(string direction, string reason, PbxOutcome outcome)
    {
        Only(new() { Topic = ["CALL"] });
        Other("CALL", "END", $"'callid':'k1','direction':'{direction}','from':'+451','to':'+452','reason':'{reason}','endedBy':'A'");

        Assert.Equal((outcome, PbxEndedBy.Caller), (Call.Outcome!.Value, Call.EndedBy!.Value));
    }

    // ---- categories ------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("CONFIG", "PBX_NOVELTY_CREATED", PbxCategory.Config)]
    [InlineData("CONFIG-NOT-IPTV", "PBX_NOVELTY_CREATED", PbxCategory.Config)]
    [InlineData("ADMIN:CONFIG", "PBX_NOVELTY_CREATED", PbxCategory.Config)]
    [InlineData("CALL", "NOVELTY", PbxCategory.Call)]
    [InlineData("REGISTER", "NOVELTY", PbxCategory.Registration)]
    [InlineData("PBX", "CALL_NOVELTY", PbxCategory.Call)]
    [InlineData("PBX", "QUEUE_NOVELTY", PbxCategory.Queue)]
    [InlineData("PBX", "VOICEMAIL_NOVELTY", PbxCategory.Voicemail)]
    [InlineData("PBX", "NOVELTY", PbxCategory.Unknown)]
    [InlineData("ADMIN", "NOVELTY", PbxCategory.Unknown)]
    public void An_event_that_the_catalogue_does_not_know_is_about_what_its_channel_brings(string topic, string name, PbxCategory category)
    {
        var e = Other(topic, name, "'id':'1'");

        Assert.Equal((category, name), (e.Category, e.Name));
        if (category == PbxCategory.Config)
            Assert.True(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Config }.Matches(e));
    }
}
