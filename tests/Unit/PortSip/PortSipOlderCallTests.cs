using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Calls as v16.0 and v16.1 tell them: portsip.md section 7, the column of the seed dialect, and its subtle points.</summary>
public sealed class PortSipOlderCallTests
{
    private const string Ann = "sip:102@example.io";
    private const string Bob = "sip:103@example.io";
    private const string BobsPhone = "sip:103@10.0.0.7:5060";
    private const string BobsApp = "sip:103@10.0.0.8:40011";

    private readonly PortSipBench _bench = new PortSipBench().Connect("V16");

    private void Listen(bool withRecords = false, params string[] extensions)
    {
        _bench.SubscribeTopic("extension_events", extensions.Length == 0 ? ["102", "103"] : extensions);
        if (withRecords)
            _bench.SubscribeTopic("cdr_events");
    }

    private PbxEvent Start(string direction = "ext", string caller = Ann, string callee = Bob, string session = "4945") => _bench.Event("call_start",
        new { session_id = session, call_id = "K3", cdr_id = "4946", caller, callee, caller_display_name = "Ann", direction, request_id = "0" });

    private PbxEvent Established(string target = Bob, int after = 1) =>
        _bench.Event("call_established", new { session_id = "4945", call_id = "K3", caller = Ann, callee = Bob, call_target = target }, after);

    private PbxEvent Ended(string name = "call_ended", int? code = null, int after = 1) => code is null
        ? _bench.Event(name, new { session_id = "4945", call_id = "K3", caller = Ann, callee = Bob, call_target = "" }, after)
        : _bench.Event(name, new { session_id = "4945", call_id = "K3", caller = Ann, callee = Bob, call_target = "", fail_code = code }, after);

    private PbxEvent Target(string name, string device = BobsPhone, int? code = null, int after = 1) => code is null
        ? _bench.Event(name, new { session_id = "4945", call_id = "dev", destination = device }, after)
        : _bench.Event(name, new { session_id = "4945", call_id = "dev", destination = device, fail_code = code }, after);

    private PbxOutcome? LegOutcome(string device) => _bench.Call.Legs.Single(l => l.LegId == device).Outcome;

    private void RingBoth()
    {
        Start();
        foreach (var device in (string[])[BobsPhone, BobsApp])
        {
            Target("target_add", device);
            Target("target_ringing", device, after: 0);
        }
    }

    // ---- the table -------------------------------------------------------------------------------------------------

    [Fact]
    public void The_happy_path_goes_through_every_state()
    {
        Listen();
        var states = new List<PbxCallState?>();
        foreach (var line in Fixture.Read("portsip", "v16-0-answered-held"))
        {
            _bench.Receive(line);
            states.Add(_bench.Last.CallState);
        }

        Assert.Equal(
            [PbxCallState.Offered, PbxCallState.Offered, PbxCallState.Ringing, PbxCallState.Answered, PbxCallState.Held, PbxCallState.Answered, PbxCallState.Ended],
            states);
        var call = _bench.Call;
        Assert.Equal(PbxOutcome.Answered, call.Outcome);
        Assert.Equal(("102", "Ann", "103", "103"), (call.From, call.FromName, call.To, call.AnsweredBy));
        Assert.Equal(PbxDirection.Internal, call.Direction);
        Assert.Equal(TimeSpan.FromSeconds(10), call.TalkTime);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1632671250), call.StartedAt);
        Assert.Equal("4945", call.CallId);
        Assert.All(_bench.Host.Events, e => Assert.Equal(PbxCategory.Call, e.Category));
        Assert.All(_bench.Host.Events, e => Assert.Equal("extension_events", e.Topic));
        Assert.Equal("K3-a", _bench.Last.LegId);
        Assert.Equal(2, call.Legs.Count);
    }

    [Fact]
    public void Ringing_is_a_device_that_alerts_and_a_dialled_call_is_offered()
    {
        Listen();
        Assert.Equal(PbxCallState.Offered, Start().CallState);
        Assert.Equal(PbxCallState.Offered, Target("target_add").CallState);
        var ringing = Target("target_ringing");

        Assert.Equal(PbxCallState.Ringing, ringing.CallState);
        Assert.True(ringing.IsCallNews);
        Assert.Equal(BobsPhone, ringing.LegId);
        Assert.Equal("103", ringing.Extension);
        Assert.NotNull(_bench.Call.RingingAt);
    }

    [Fact]
    public void Answered_is_call_established()
    {
        Listen();
        Start();
        var answered = Established();

        Assert.Equal(PbxCallState.Answered, answered.CallState);
        Assert.Equal("103", answered.Call!.AnsweredBy);
        Assert.Equal("103", answered.Extension);
    }

    [Theory]
    [InlineData(Ann, Bob)]
    [InlineData(Bob, Ann)]
    public void Held_is_from_hold_to_unhold_by_the_one_who_acts(string holder, string held)
    {
        Listen();
        Start();
        Established();
        var hold = _bench.Event("call_hold", new { session_id = "4945", call_id = "x", aor = holder, peer_aor = held });
        Assert.Equal(PbxCallState.Held, hold.CallState);
        Assert.Equal(holder[4..7], hold.Extension);
        var unhold = _bench.Event("call_unhold", new { session_id = "4945", call_id = "x", aor = holder, peer_aor = held });

        Assert.Equal(PbxCallState.Answered, unhold.CallState);
        Assert.False(unhold.IsCallNews);
        Assert.Equal("103", unhold.Call!.AnsweredBy);
    }

    [Fact]
    public void A_call_that_both_hold_is_held_until_both_took_it_back()
    {
        Listen();
        Start();
        Established();
        foreach (var (name, who, state) in ((string, string, PbxCallState)[])
            [("call_hold", Ann, PbxCallState.Held), ("call_hold", Bob, PbxCallState.Held), ("call_unhold", Ann, PbxCallState.Held), ("call_unhold", Bob, PbxCallState.Answered)])
        {
            Assert.Equal(state, _bench.Event(name, new { session_id = "4945", call_id = "x", aor = who }, after: 0).CallState);
        }
    }

    [Fact]
    public void Transferred_is_a_reroute_of_an_answered_call()
    {
        Listen(extensions: ["102", "103", "104"]);
        Start();
        Established();
        Assert.Equal(PbxCallState.Transferred, _bench.Event("call_reroute", new { session_id = "4945" }).CallState);
        Target("target_add", "sip:104@10.0.0.9:5060");
        Assert.Equal(PbxCallState.Transferred, Target("target_ringing", "sip:104@10.0.0.9:5060").CallState);
        Assert.Equal(PbxCallState.Answered, Established("sip:104@example.io").CallState);
        var end = Ended();

        Assert.Equal(PbxOutcome.Transferred, end.Outcome);
        Assert.Equal("104", end.Call!.AnsweredBy);
    }

    [Fact]
    public void A_second_answer_by_another_extension_is_a_transfer_without_a_reroute()
    {
        Listen();
        Start();
        Established();
        Established("sip:104@example.io");
        Assert.Equal(PbxOutcome.Transferred, Ended().Outcome);
    }

    [Fact]
    public void A_reroute_before_an_answer_is_forwarding_and_no_transfer()
    {
        Listen();
        Start();
        Assert.Equal(PbxCallState.Offered, _bench.Event("call_reroute", new { session_id = "4945" }).CallState);
        Established("sip:104@example.io");
        Assert.Equal(PbxOutcome.Answered, Ended().Outcome);
    }

    [Fact]
    public void Transferred_is_also_what_the_record_says_after_the_end()
    {
        Listen(withRecords: true);
        Start();
        Established();
        Assert.NotEqual(PbxCallState.Ended, Ended().CallState);
        var record = _bench.Event("call_cdr", new
        {
            session_id = "4945",
            answered_time = _bench.Ago(2),
            ended_time = _bench.Ago(0),
            direction = "ext",
            call_targets = new[] { new { callee = "103", destination = BobsPhone, answered_time = _bench.Ago(2), end_reason = "referred" } },
        });

        Assert.Equal(PbxCallState.Ended, record.CallState);
        Assert.Equal(PbxOutcome.Transferred, record.Outcome);
        Assert.True(record.IsCallNews);
        Assert.Equal(PbxCategory.Cdr, record.Category);
    }

    [Fact]
    public void Missed_is_no_answer()
    {
        Listen();
        Start();
        Target("target_ringing");
        Target("target_noanswer");
        var end = Ended("call_noanswer");

        Assert.Equal(PbxOutcome.Missed, end.Outcome);
        Assert.True(end.IsCallNews);
    }

    [Fact]
    public void Missed_is_also_an_end_without_an_answer()
    {
        Listen();
        Start();
        Target("target_ringing");
        Assert.Equal(PbxOutcome.Missed, Ended().Outcome);
    }

    [Fact]
    public void The_end_of_a_call_that_was_never_seen_says_nothing_about_its_outcome()
    {
        Listen();
        var end = Ended();
        Assert.Equal(PbxCallState.Ended, end.CallState);
        Assert.Null(end.Outcome);
    }

    [Theory]
    [InlineData("target_ended", null)]
    [InlineData("target_noanswer", null)]
    [InlineData("target_fail", 487)]
    [InlineData("target_fail", 603)]
    public void AnsweredElsewhere_is_a_device_that_stops_while_another_extension_answered(string name, int? code)
    {
        Listen();
        Start();
        Target("target_ringing");
        Target("target_ringing", "sip:104@10.0.0.9:5060");
        Established("sip:104@example.io");
        var stopped = Target(name, code: code);

        Assert.Equal(PbxCallState.Answered, stopped.CallState);
        Assert.Equal(PbxOutcome.AnsweredElsewhere, LegOutcome(BobsPhone));
        Assert.Equal(PbxOutcome.Answered, Ended().Outcome);
    }

    [Fact]
    public void AnsweredElsewhere_holds_when_the_device_tells_first()
    {
        Listen();
        Start();
        Target("target_ringing");
        Target("target_ringing", "sip:104@10.0.0.9:5060");
        Target("target_ended");
        Assert.Equal(PbxOutcome.Missed, LegOutcome(BobsPhone));
        Established("sip:104@example.io", after: 0);

        Assert.Equal(PbxOutcome.AnsweredElsewhere, LegOutcome(BobsPhone));
    }

    [Fact]
    public void A_device_that_was_given_up_long_before_the_answer_has_missed_the_call()
    {
        Listen();
        Start();
        Target("target_ringing");
        Target("target_noanswer", after: 20);
        Target("target_ringing", "sip:104@10.0.0.9:5060");
        Established("sip:104@example.io", after: 5);

        Assert.Equal(PbxOutcome.Missed, LegOutcome(BobsPhone));
    }

    [Fact]
    public void Of_two_devices_of_one_extension_the_one_that_goes_on_answered()
    {
        Listen();
        RingBoth();
        Assert.Equal(PbxCallState.Answered, Established().CallState);
        var stopped = Target("target_ended", BobsPhone, after: 0);

        Assert.Equal(PbxCallState.Answered, stopped.CallState);
        Assert.False(stopped.IsCallNews);
        Assert.Equal(PbxOutcome.AnsweredElsewhere, LegOutcome(BobsPhone));
        Assert.Equal(PbxCallState.Answered, _bench.Call.Legs.Single(l => l.LegId == BobsApp).State);
        var end = Ended();
        Assert.Equal(PbxOutcome.Answered, end.Outcome);
        Assert.Equal(PbxOutcome.Answered, LegOutcome(BobsApp));
        Assert.Equal("103", end.Call!.AnsweredBy);
    }

    [Theory]
    [InlineData(404, PbxOutcome.Failed)]
    [InlineData(480, PbxOutcome.Missed)]
    [InlineData(403, PbxOutcome.Rejected)]
    [InlineData(486, PbxOutcome.Busy)]
    [InlineData(603, PbxOutcome.Rejected)]
    [InlineData(487, PbxOutcome.Missed)]
    public void Failed_is_call_fail_and_a_refusal_is_no_fault(int code, PbxOutcome outcome)
    {
        Listen();
        Start();
        Assert.Equal(outcome, Ended("call_fail", code).Outcome);
    }

    [Theory]
    [InlineData(404, PbxOutcome.Failed)]
    [InlineData(480, PbxOutcome.Missed)]
    [InlineData(403, PbxOutcome.Rejected)]
    [InlineData(486, PbxOutcome.Busy)]
    [InlineData(603, PbxOutcome.Rejected)]
    [InlineData(487, PbxOutcome.Missed)]
    public void A_devices_failure_is_its_own_and_not_the_calls(int code, PbxOutcome outcome)
    {
        Listen();
        Start();
        Target("target_ringing");
        Target("target_ringing", BobsApp);
        var failed = Target("target_fail", BobsPhone, code);

        Assert.Equal(PbxCallState.Ringing, failed.CallState);
        Assert.Equal(outcome, LegOutcome(BobsPhone));
    }

    [Fact]
    public void Ended_after_an_answer_ends_every_leg()
    {
        Listen();
        Start();
        Target("target_ringing");
        Established();
        var end = Ended();

        Assert.Equal(PbxOutcome.Answered, end.Outcome);
        Assert.All(end.Call!.Legs, l => Assert.Equal(PbxCallState.Ended, l.State));
    }

    // ---- subtle points -----------------------------------------------------------------------------------------------

    [Fact]
    public void Point_1_all_devices_without_an_answer_do_not_end_the_call()
    {
        Listen();
        RingBoth();
        Target("target_noanswer", BobsPhone);
        var last = Target("target_noanswer", BobsApp);

        Assert.NotEqual(PbxCallState.Ended, last.CallState);
        Assert.Null(_bench.Call.Outcome);
        Assert.Equal(PbxOutcome.Missed, Ended("call_noanswer").Outcome);
    }

    [Fact]
    public void Point_2_the_session_is_the_call_whatever_the_call_id()
    {
        Listen();
        Start();
        Established();
        _bench.Event("call_hold", new { session_id = "4945", call_id = "another", aor = Ann });
        Assert.Single(_bench.Host.Calls);
        Assert.Equal("another", _bench.Last.LegId);
    }

    [Fact]
    public void Point_3_a_menus_or_a_queues_answer_is_not_a_persons()
    {
        Listen(extensions: ["102", "103"]);
        _bench.SubscribeTopic("queue_events", queues: ["8000"]);
        Start("in", "sip:5550100@trunk", "sip:5000@example.io");
        Assert.Equal(PbxCallState.Offered, Established("sip:5000@example.io").CallState);
        Assert.Equal(PbxCallState.Offered, Established("sip:8000@example.io").CallState);
        Assert.Null(_bench.Call.AnsweredAt);
        Target("target_ringing");
        Assert.Equal(PbxCallState.Answered, Established().CallState);
        Assert.Equal("103", _bench.Call.AnsweredBy);
        Assert.Equal(PbxOutcome.Answered, Ended().Outcome);
    }

    [Fact]
    public void Point_3_who_hangs_up_in_a_menu_reached_nobody()
    {
        Listen();
        Start("in", "sip:5550100@trunk", "sip:5000@example.io");
        Established("sip:5000@example.io");
        Assert.Equal(PbxOutcome.Missed, Ended().Outcome);
    }

    [Fact]
    public void A_call_from_outside_that_an_unknown_extension_takes_while_phones_ring_is_answered()
    {
        Listen();
        Start("in", "sip:5550100@trunk", "sip:600@example.io");
        Target("target_ringing");
        Assert.Equal(PbxCallState.Answered, Established("sip:177@example.io").CallState);
    }

    [Fact]
    public void Point_6_the_first_end_sticks()
    {
        Listen();
        Start();
        Ended("call_noanswer");
        var second = Ended();
        var late = Target("target_ended");

        Assert.Equal(PbxOutcome.Missed, second.Outcome);
        Assert.False(second.IsCallNews);
        Assert.False(late.IsCallNews);
        Assert.Single(_bench.Host.Calls);
    }

    [Fact]
    public void Point_6_a_device_that_rings_late_does_not_wake_an_ended_call_but_one_that_rings_anew_does()
    {
        Listen();
        Start();
        Ended("call_noanswer");
        Assert.Equal(PbxCallState.Ended, Target("target_ringing", after: 0).CallState);
        Assert.Equal(PbxOutcome.Missed, _bench.Call.Outcome);

        // No answer, and sent on to somebody else a while later: the session goes on.
        Assert.Equal(PbxCallState.Ringing, Target("target_ringing", "sip:104@10.0.0.9:5060", after: 10).CallState);
    }

    [Fact]
    public void Point_6_the_first_end_sticks_while_the_record_is_awaited()
    {
        Listen(withRecords: true);
        Start();
        Ended("call_fail", 486);
        Ended();
        _bench.Host.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(PbxOutcome.Busy, _bench.Call.Outcome);
    }

    [Fact]
    public void Point_7_an_event_that_comes_for_both_parties_counts_once()
    {
        Listen();
        Start();
        var count = _bench.Host.Events.Count;
        Assert.Equal(_bench.Host.Events[^1], Start1Again());
        Assert.Equal(count, _bench.Host.Events.Count);
        Assert.Equal(1, _bench.Host.Duplicates);

        PbxEvent Start1Again() => _bench.Event("call_start",
            new { session_id = "4945", call_id = "K3", cdr_id = "4946", caller = Ann, callee = Bob, direction = "ext", request_id = "1" }, after: 0);
    }

    [Fact]
    public void Two_devices_that_ring_in_one_second_are_two_events()
    {
        Listen();
        Start();
        Target("target_ringing", BobsPhone);
        Target("target_ringing", BobsApp, after: 0);
        Assert.Equal(0, _bench.Host.Duplicates);
        Assert.Equal(3, _bench.Host.Events.Count);
    }

    [Fact]
    public void A_menu_and_a_person_who_answer_in_one_second_are_two_answers()
    {
        Listen();
        Start("in", "sip:5550100@trunk", "sip:5000@example.io");
        Established("sip:5000@example.io");
        Assert.Equal(PbxCallState.Answered, Established(after: 0).CallState);
        Assert.Equal(0, _bench.Host.Duplicates);
    }

    // ---- the record's turn -------------------------------------------------------------------------------------------

    [Fact]
    public void A_record_that_does_not_come_is_not_waited_for_long_and_only_once()
    {
        Listen(withRecords: true);
        Start();
        Established();
        Ended();
        _bench.Host.Advance(TimeSpan.FromSeconds(5));
        Assert.True(_bench.Last.Synthesized);
        Assert.Equal(PbxOutcome.Answered, _bench.Last.Outcome);
        Assert.True(_bench.Last.IsCallNews);

        Start(session: "4999");
        var end = _bench.Event("call_ended", new { session_id = "4999", call_id = "K4", caller = Ann, callee = Bob });
        Assert.Equal(PbxCallState.Ended, end.CallState);
    }

    [Fact]
    public void A_record_before_the_end_decides_and_the_end_changes_nothing()
    {
        Listen(withRecords: true);
        Start();
        Established();
        var timers = _bench.Host.TimerCount;
        var record = _bench.Event("call_cdr", new
        {
            session_id = "4945",
            answered_time = _bench.Ago(0),
            ended_time = _bench.Ago(-1),
            call_targets = new[] { new { callee = "103", answered_time = _bench.Ago(0), end_reason = "callee_disconnect" } },
        });
        Assert.Equal(PbxOutcome.Answered, record.Outcome);
        Assert.False(Ended().IsCallNews);
        Assert.Equal(timers, _bench.Host.TimerCount);
    }
}
