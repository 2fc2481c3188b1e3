namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>
/// Who answered, and whether anybody missed a call, where <c>extension_call</c> names no call and not everything is seen:
/// portsip.md sections 4.2, 4.3 and 7.
/// </summary>
public sealed class PortSipOutcomeTests
{
    private readonly PortSipBench _bench = new PortSipBench().Connect();

    public PortSipOutcomeTests() =>
        _bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["102", "103"] });

    private PbxEvent Start(string session, string callee = "102", string direction = "inbound", string caller = "5550100") =>
        _bench.Event("call_start", new { session_id = session, call_id = $"z{session}", direction, caller, callee });

    private PbxEvent Extension(string number, string status) =>
        _bench.Event("extension_call", new { extension = $"sip:{number}@example.io", extension_id = "7", call_status = status });

    private object Target(string number, int? answered, string reason = "None", int code = 0) => new
    {
        callee = number,
        destination = $"sip:{number}@10.0.0.7:5060",
        call_type = "normal_call",
        ring_time = _bench.Ago((answered ?? 0) + 6),
        answered_time = answered is { } a ? _bench.Ago(a) : "0",
        ended_time = _bench.Ago(0),
        end_reason = reason,
        status_code = code,
    };

    private PbxCall Record(string session, string? status, object[] targets, string reason = "caller_disconnect", string direction = "inbound", string callee = "102")
    {
        _bench.Event("call_cdr", new
        {
            session_id = session,
            caller = "5550100",
            callee,
            direction,
            call_status = status,
            ended_reason = reason,
            status_code = "0",
            start_time = _bench.Ago(20),
            ended_time = _bench.Ago(0),
            call_targets = targets,
        }, after: 0);
        return Find(session);
    }

    private PbxCall Find(string session) => _bench.Host.FindCall(session)!;

    // ---- the record decides over a guess ---------------------------------------------------------------------------

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_guessed_answer_that_the_record_does_not_know_is_none(bool hasTargets)
    {
        Start("1");
        Extension("102", "RINGING");
        Extension("102", "ON_CALL");
        Assert.Equal("102", Find("1").AnsweredBy);
        var call = Record("1", "noanswer", hasTargets ? [Target("102", null, "cancelled", 487)] : [], "cancelled");

        Assert.Equal((PbxOutcome.Missed, (string?)null, (DateTimeOffset?)null, (TimeSpan?)null), (call.Outcome, call.AnsweredBy, call.AnsweredAt, call.TalkTime));
        var leg = Assert.Single(call.Legs, l => l.Role == PbxLegRole.Callee);
        Assert.Equal(("102", PbxOutcome.Missed, (DateTimeOffset?)null, PbxCallState.Ended), (leg.Extension, leg.Outcome, leg.AnsweredAt, leg.State));
        Assert.Equal(("102", PbxEndedBy.Caller), (call.Extension, call.EndedBy));
        Assert.True(call.IsUnreached);
        Assert.True(_bench.Last.IsCallNews);
    }

    [Fact]
    public void A_guess_for_the_wrong_extension_is_replaced_in_every_part()
    {
        Start("1", "8000");
        Extension("103", "RINGING");
        Extension("103", "ON_CALL");
        var call = Record("1", "answered", [Target("102", answered: 9)], callee: "8000");

        Assert.Equal((PbxOutcome.Answered, "102", "102"), (call.Outcome, call.AnsweredBy, call.Extension));
        Assert.Equal(TimeSpan.FromSeconds(9), call.TalkTime);
        Assert.Equal("102", Assert.Single(call.Legs, l => l.Role == PbxLegRole.Callee).Extension);
    }

    [Fact]
    public void A_late_record_replaces_a_guess_too()
    {
        Start("1");
        Extension("102", "RINGING");
        Extension("102", "ON_CALL");
        _bench.Event("call_ended", new { session_id = "1" });
        _bench.Host.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(PbxOutcome.Answered, Find("1").Outcome);
        var call = Record("1", "noanswer", [Target("102", null, "cancelled", 487)], "cancelled");
        Assert.Equal((PbxOutcome.Missed, (string?)null), (call.Outcome, call.AnsweredBy));
    }

    [Theory]
    [InlineData("1", "2")]
    [InlineData("2", "1")]
    public void Of_two_callers_on_one_extension_the_records_tell_who_was_answered(string answered, string missed)
    {
        Start("1");
        Extension("102", "RINGING");
        Start("2", caller: "5550101");
        Extension("102", "RINGING");
        Extension("102", "ON_CALL");
        Assert.All(_bench.Host.Calls, c => Assert.Null(c.AnsweredAt));
        var lost = Record(missed, "noanswer", [Target("102", null, "cancelled", 487)], "cancelled");
        Extension("102", "");
        var taken = Record(answered, "answered", [Target("102", answered: 9)], "callee_disconnect");

        Assert.Equal((PbxOutcome.Missed, (string?)null), (lost.Outcome, lost.AnsweredBy));
        Assert.Equal((PbxOutcome.Answered, "102", 9d, PbxEndedBy.Callee),
            (taken.Outcome, taken.AnsweredBy, taken.TalkTime!.Value.TotalSeconds, taken.EndedBy));
    }

    [Fact]
    public void What_a_device_itself_told_is_no_guess()
    {
        Start("1");
        _bench.Event("target_answer", new { session_id = "1", destination = "sip:102@10.0.0.7:5060" });
        Assert.Equal(PbxOutcome.Answered, Record("1", null, []).Outcome);
    }

    // ---- forwarded outside -----------------------------------------------------------------------------------------

    [Theory]
    [InlineData("inbound_outbound", "12025550123")]
    [InlineData("in2out", "+12025550123")]
    [InlineData("inbound", "12025550123")]
    public void A_mobile_that_answers_is_no_extension(string direction, string mobile)
    {
        foreach (var isLive in (bool[])[false, true])
        {
            var session = isLive ? "2" : "1";
            Start(session, direction: direction);
            if (isLive)
            {
                _bench.Event("target_ringing", new { session_id = session, destination = "sip:102@10.0.0.7:5060" });
                _bench.Event("target_noanswer", new { session_id = session, destination = "sip:102@10.0.0.7:5060" });
                _bench.Event("target_ringing", new { session_id = session, destination = $"sip:{mobile}@198.51.100.9" });
                _bench.Event("target_answer", new { session_id = session, destination = $"sip:{mobile}@198.51.100.9" });
                Assert.Equal((mobile, "102"), (Find(session).AnsweredBy, Find(session).Extension));
            }
            var call = Record(session, "answered", [Target("102", null), Target(mobile, answered: 5)], direction: direction);
            Assert.Equal((mobile, "102", PbxDirection.Inbound), (call.AnsweredBy, call.Extension, call.Direction));
            Assert.Null(Assert.Single(call.Legs, l => l.Number == mobile).Extension);
        }
    }

    [Fact]
    public void A_mobile_that_does_not_answer_leaves_a_missed_call_of_the_extension()
    {
        Start("1");
        var call = Record("1", "noanswer", [Target("102", null), Target("12025550123", null, "cancelled", 487)], "cancelled", "inbound_outbound");
        Assert.Equal((PbxOutcome.Missed, "102", (string?)null), (call.Outcome, call.Extension, call.AnsweredBy));
    }

    [Fact]
    public void A_long_number_that_was_dialled_may_be_an_extension()
    {
        var call = Record("1", "answered", [Target("4511111102", answered: 5)], callee: "4511111102");
        Assert.Equal(("4511111102", "4511111102"), (call.Extension, call.AnsweredBy));
    }

    // ---- what was not seen -----------------------------------------------------------------------------------------

    private static PortSipBench Older()
    {
        var bench = new PortSipBench().Connect("V16");
        bench.SubscribeTopic("extension_events", ["102"]);
        return bench;
    }

    [Theory]
    [InlineData(false, PbxOutcome.Missed)]
    [InlineData(true, null)]
    public void A_call_that_ended_unanswered_was_missed_only_when_everything_was_seen(bool isLost, PbxOutcome? outcome)
    {
        var bench = Older();
        bench.Event("call_start", new { session_id = "1", call_id = "a", caller = "5550100", callee = "102", direction = "in", request_id = "0" });
        if (isLost)
            bench.Host.LoseSight();
        bench.Event("call_ended", new { session_id = "1", call_id = "a" });
        Assert.Equal((PbxCallState.Ended, outcome), (bench.Call.State, bench.Call.Outcome));
    }

    [Theory]
    [InlineData("call_hold")]
    [InlineData("call_unhold")]
    public void A_script_that_comes_while_a_call_is_held_sees_an_answered_call(string name)
    {
        var bench = Older();
        bench.Event(name, new { session_id = "1", call_id = "a", aor = "sip:102@example.io", peer_aor = "sip:103@example.io" });
        bench.Event("call_ended", new { session_id = "1", call_id = "a" });
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Answered), (bench.Call.State, bench.Call.Outcome));
    }

    [Theory]
    [InlineData("call_update_info")]
    [InlineData("call_reroute")]
    [InlineData("target_noanswer")]
    [InlineData("target_ended")]
    public void A_script_that_comes_in_the_middle_of_a_call_tells_no_miss(string name)
    {
        var bench = Older();
        bench.Event(name, new { session_id = "1", call_id = "a", caller = "5550100", callee = "102", destination = "sip:102@10.0.0.7" });
        bench.Event("call_ended", new { session_id = "1", call_id = "a" });
        Assert.DoesNotContain(bench.Host.Events, e => e.Outcome == PbxOutcome.Missed);
    }

    [Theory]
    [InlineData("call_noanswer", PbxOutcome.Missed)]
    [InlineData("call_ended", null)]
    public void Of_an_end_alone_the_platforms_word_counts(string name, PbxOutcome? outcome)
    {
        var bench = Older();
        var e = bench.Event(name, new { session_id = "1", call_id = "a", caller = "5550100", callee = "102" });
        Assert.Equal(outcome, e.Outcome);
        Assert.Equal(outcome is null ? 0 : 1, bench.Host.Calls.Count);
    }

    // ---- parties ---------------------------------------------------------------------------------------------------

    [Fact]
    public void The_callers_name_may_stand_in_the_address_and_a_hidden_one_is_not_told()
    {
        _bench.Event("call_start", new { session_id = "1", direction = "inbound", callee = "102", caller = "\"Sales <EU>\" <sip:5550100:pw@x.io>" });
        Assert.Equal(("5550100", "Sales <EU>"), (Find("1").From, Find("1").FromName));
        _bench.Event("call_start", new { session_id = "2", direction = "inbound", callee = "102", caller = "sip:anonymous@anonymous.invalid", caller_display_name = "Anonymous" });
        Assert.Equal((null, null), (Find("2").From, Find("2").FromName));
    }
}
