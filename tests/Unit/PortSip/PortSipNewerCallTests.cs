using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Calls as v16.2 and v22 tell them: portsip.md section 7, the column of the v22 dialect, and its subtle points.</summary>
public sealed class PortSipNewerCallTests
{
    private readonly PortSipBench _bench = new PortSipBench().Connect();

    public PortSipNewerCallTests()
    {
        _bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["102", "103"] });
    }

    private PbxEvent Start(string callee = "102", string session = "885", string direction = "inbound", string caller = "5550100") =>
        _bench.Event("call_start", new { session_id = session, cdr_id = "9", call_id = "zw", direction, caller, callee, caller_display_name = "Ann" });

    private PbxEvent Extension(string number, string status, int after = 1) =>
        _bench.Event("extension_call", new { extension = $"sip:{number}@example.io", extension_id = "7", call_status = status }, after);

    private PbxEvent Update(string callee) => _bench.Event("call_update_info",
        new { session_id = "885", cdr_id = "9", direction = "inbound", caller = "5550100", callee });

    private object Target(string number, int? answered, string reason = "None", int code = 0, int ended = 0, string? callType = null, int ring = 6) => new
    {
        callee = number,
        destination = $"sip:{number}@10.0.0.7:5060",
        call_type = callType ?? "normal_call",
        ring_time = answered is { } a ? _bench.Ago(a + ring) : _bench.Ago(ended + 6),
        answered_time = answered is { } b ? _bench.Ago(b) : "0",
        ended_time = _bench.Ago(ended),
        end_reason = reason,
        status_code = code,
    };

    private PbxEvent Record(string? status, object[] targets, string reason = "callee_disconnect", string code = "0", string session = "885", string direction = "inbound")
    {
        return _bench.Event("call_cdr", new
        {
            session_id = session,
            cdr_id = "9",
            caller = "5550100",
            callee = "102",
            direction,
            call_status = status,
            ended_reason = reason,
            status_code = code,
            start_time = _bench.Ago(20),
            ended_time = _bench.Ago(0),
            call_targets = targets,
        }, after: 0);
    }

    // ---- the table -------------------------------------------------------------------------------------------------

    [Fact]
    public void The_happy_path_goes_through_every_state()
    {
        var states = new List<PbxCallState?>();
        foreach (var line in Fixture.Read("portsip", "v22-answered"))
        {
            _bench.Receive(line);
            states.Add(_bench.Last.CallState);
        }

        Assert.Equal([null, PbxCallState.Offered, PbxCallState.Ringing, PbxCallState.Answered, PbxCallState.Answered, PbxCallState.Answered, PbxCallState.Ended], states);
        var call = _bench.Call;
        Assert.Equal(PbxOutcome.Answered, call.Outcome);
        Assert.Equal(("885337248273272832", "1888722", "102", "102"), (call.CallId, call.From, call.To, call.AnsweredBy));
        Assert.Equal(PbxDirection.Inbound, call.Direction);
        Assert.Equal(TimeSpan.FromSeconds(14), call.TalkTime);
        Assert.Equal("cdr_events", _bench.Last.Topic);
        Assert.Equal("102", _bench.Last.Extension);
        Assert.True(_bench.Last.IsCallNews);
    }

    [Theory]
    [InlineData("RINGING", PbxCallState.Ringing)]
    [InlineData("Ringing", PbxCallState.Ringing)]
    [InlineData("ON_CALL", PbxCallState.Answered)]
    [InlineData("On Call", PbxCallState.Answered)]
    [InlineData("ON_ACLL", PbxCallState.Answered)]
    [InlineData("oncall", PbxCallState.Answered)]
    public void Ringing_and_Answered_are_the_called_extensions_states_in_every_spelling(string status, PbxCallState state)
    {
        Start();
        var e = Extension("102", status);

        Assert.Equal(state, e.CallState);
        Assert.Equal("885", e.CallId);
        Assert.True(e.IsCallNews);
    }

    [Fact]
    public void A_state_that_has_no_name_changes_nothing()
    {
        Start();
        Assert.Null(Extension("102", "PARKING").CallState);
        Assert.Equal(PbxCallState.Offered, _bench.Call.State);
    }

    [Theory]
    [InlineData("target_answer")]
    [InlineData("cdr_target_answer")]
    public void Answered_is_also_a_devices_answer_with_and_without_the_prefix(string name)
    {
        Start();
        _bench.Event(name.Replace("answer", "ringing", StringComparison.Ordinal), new { session_id = "885", destiantion = "sip:102@10.0.0.7:5060" });
        Assert.Equal(PbxCallState.Ringing, _bench.Last.CallState);
        var e = _bench.Event(name, new { session_id = "885", destiantion = "sip:102@10.0.0.7:5060" });

        Assert.Equal(PbxCallState.Answered, e.CallState);
        Assert.Equal("102", e.Call!.AnsweredBy);
        Assert.Equal("sip:102@10.0.0.7:5060", e.LegId);
        Assert.Equal(2, e.Call.Legs.Count);
    }

    [Fact]
    public void Answered_is_surely_what_the_record_says()
    {
        var e = Record("answered", [Target("177", answered: 9)]);

        Assert.Equal(PbxOutcome.Answered, e.Outcome);
        Assert.Equal("177", e.Call!.AnsweredBy);
        Assert.Equal(TimeSpan.FromSeconds(9), e.Call.TalkTime);
        Assert.Equal(TimeSpan.FromSeconds(20), e.Call.Duration);
    }

    [Fact]
    public void Held_is_told_by_extension_where_a_server_tells_it()
    {
        Start();
        Extension("102", "RINGING");
        Extension("102", "ON_CALL");
        Assert.Equal(PbxCallState.Held, _bench.Event("extension_hold", new { extension = "sip:102@example.io", call_id = "x" }).CallState);
        Assert.Equal(PbxCallState.Answered, _bench.Event("extension_unhold", new { extension = "sip:102@example.io", call_id = "x" }).CallState);
    }

    [Theory]
    [InlineData("referred")]
    [InlineData("replaced")]
    [InlineData("blind_transfer_complete")]
    [InlineData("attended_transfer_complete")]
    public void Transferred_is_a_persons_end_reason_in_the_record(string reason)
    {
        var e = Record("answered", [Target("102", answered: 15, reason, ended: 9), Target("103", answered: 5)]);

        Assert.Equal(PbxOutcome.Transferred, e.Outcome);
        Assert.Equal("103", e.Call!.AnsweredBy);
        Assert.Equal(PbxOutcome.Transferred, e.Call.Legs[0].Outcome);
        Assert.Equal(PbxOutcome.Answered, e.Call.Legs[1].Outcome);
    }

    [Fact]
    public void Transferred_is_also_a_device_that_redirects()
    {
        Assert.Equal(PbxOutcome.Transferred, Record("answered", [Target("102", null, "redirected", ended: 10), Target("103", answered: 5)]).Outcome);
    }

    [Fact]
    public void Transferred_shows_while_the_call_lives_when_its_target_changes()
    {
        Start();
        Extension("102", "RINGING");
        Extension("102", "ON_CALL");
        var moved = Update("103");
        Assert.Equal(PbxCallState.Transferred, moved.CallState);
        Assert.Equal(PbxCallState.Transferred, Extension("103", "RINGING").CallState);
        Assert.Equal(PbxCallState.Transferred, Extension("102", "").CallState);
        Assert.Equal(PbxCallState.Answered, Extension("103", "ON_CALL").CallState);
        Assert.Equal("102", _bench.Call.To);
        var e = Record("answered", [Target("102", answered: 8, "referred", ended: 5), Target("103", answered: 2)]);

        Assert.Equal(PbxOutcome.Transferred, e.Outcome);
        Assert.Equal("103", e.Call!.AnsweredBy);
    }

    [Fact]
    public void An_update_that_only_names_who_answered_is_no_transfer()
    {
        Start("8000");
        Extension("103", "RINGING");
        Extension("103", "ON_CALL");
        Assert.Equal(PbxCallState.Answered, Update("103").CallState);
    }

    [Fact]
    public void Missed_is_noanswer_in_the_record()
    {
        Start();
        Extension("102", "RINGING");
        var idle = Extension("102", "");
        Assert.NotEqual(PbxCallState.Ended, idle.CallState);
        var e = Record("noanswer", [Target("102", null)], "cancelled");

        Assert.Equal(PbxOutcome.Missed, e.Outcome);
        Assert.Equal("102", e.Extension);
        Assert.True(e.IsCallNews);
    }

    [Fact]
    public void Missed_is_also_a_record_without_an_answer_that_was_cancelled()
    {
        Assert.Equal(PbxOutcome.Missed, Record(null, [Target("102", null)], "cancelled").Outcome);
    }

    [Fact]
    public void AnsweredElsewhere_is_a_target_without_answer_and_reason_beside_an_answered_one()
    {
        Start("600");
        var e = Record("answered", [Target("102", null, ended: 8), Target("103", answered: 8)]);

        Assert.Equal(PbxOutcome.Answered, e.Outcome);
        Assert.Equal(PbxOutcome.AnsweredElsewhere, e.Call!.Legs.Single(l => l.Extension == "102").Outcome);
    }

    [Fact]
    public void A_target_that_was_given_up_before_the_answered_one_has_missed_the_call()
    {
        var e = Record("answered", [Target("102", null, ended: 18), Target("103", answered: 8)]);
        Assert.Equal(PbxOutcome.Missed, e.Call!.Legs.Single(l => l.Extension == "102").Outcome);
    }

    [Theory]
    [InlineData("fail", "404", PbxOutcome.Failed)]
    [InlineData("fail", "0", PbxOutcome.Failed)]
    [InlineData("fail", "486", PbxOutcome.Busy)]
    [InlineData("noanswer", "603", PbxOutcome.Rejected)]
    [InlineData("noanswer", "480", PbxOutcome.Missed)]
    [InlineData(null, "404", PbxOutcome.Failed)]
    public void Failed_is_fail_in_the_record_with_its_status_code(string? status, string code, PbxOutcome outcome)
    {
        Start();
        Assert.Equal(outcome, Record(status, [], "None", code).Outcome);
    }

    [Fact]
    public void Ended_is_an_idle_extension_and_then_the_record()
    {
        Start();
        Extension("102", "RINGING");
        Extension("102", "ON_CALL");
        Assert.Equal(PbxCallState.Answered, Extension("102", "").CallState);
        var e = Record("answered", [Target("102", answered: 2)]);

        Assert.Equal(PbxCallState.Ended, e.CallState);
        Assert.Equal(PbxOutcome.Answered, e.Outcome);
        Assert.All(e.Call!.Legs, l => Assert.Equal(PbxCallState.Ended, l.State));
    }

    // ---- subtle points -----------------------------------------------------------------------------------------------

    [Fact]
    public void Point_3_the_sample_record_a_menu_a_queue_and_two_agents()
    {
        _bench.Receive(Fixture.Read("portsip", "v16-2-record-menu-queue-agents")[0]);
        var call = _bench.Call;

        Assert.Equal(PbxOutcome.Answered, call.Outcome);
        Assert.Equal("103", call.AnsweredBy);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1679476862), call.AnsweredAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1679476851), call.StartedAt);
        Assert.Equal([PbxLegRole.System, PbxLegRole.System, PbxLegRole.Callee, PbxLegRole.Callee], call.Legs.Select(l => l.Role));
        Assert.Equal([null, null, PbxOutcome.AnsweredElsewhere, PbxOutcome.Answered], call.Legs.Select(l => l.Outcome));
        Assert.Equal(PbxDirection.Inbound, call.Direction);
        Assert.Equal("5000", call.To);
    }

    [Fact]
    public void Point_3_a_record_that_only_a_menu_answered_is_missed()
    {
        var e = Record("answered", [Target("5000", answered: 9, "caller_disconnect", ring: 0)], "caller_disconnect");
        Assert.Equal(PbxOutcome.Missed, e.Outcome);
        Assert.Null(e.Call!.AnsweredAt);
    }

    [Fact]
    public void An_extension_that_answers_at_once_is_a_person()
    {
        Assert.Equal(PbxOutcome.Answered, Record("answered", [Target("103", answered: 9, ring: 0)]).Outcome);
    }

    [Fact]
    public void Point_2_agents_of_a_queue_ring_in_the_one_call_that_waits()
    {
        Start("8000");
        Assert.Equal("885", Extension("103", "RINGING").CallId);
        var e = Extension("103", "ON_CALL");

        Assert.Equal(PbxCallState.Answered, e.CallState);
        Assert.Equal("103", e.Call!.AnsweredBy);
    }

    [Fact]
    public void An_extension_that_could_ring_in_two_calls_rings_in_none()
    {
        Start("8000");
        Start("8000", session: "886");
        var e = Extension("103", "RINGING");

        Assert.Null(e.CallId);
        Assert.Equal(PbxCallState.Ringing, e.CallState);
        Assert.All(_bench.Host.Calls, c => Assert.Equal(PbxCallState.Offered, c.State));
    }

    [Fact]
    public void Each_extension_rings_in_the_call_that_goes_to_it()
    {
        Start("102");
        Start("103", session: "886");
        Assert.Equal("886", Extension("103", "RINGING").CallId);
        Assert.Equal("885", Extension("102", "RINGING").CallId);
        Assert.Equal("886", Extension("103", "ON_CALL").CallId);
    }

    [Fact]
    public void A_caller_is_on_a_call_from_the_first_digit_and_that_is_no_answer()
    {
        Start("103", direction: "internal", caller: "102");
        var e = Extension("102", "ON_CALL");

        Assert.Equal("885", e.CallId);
        Assert.Equal(PbxCallState.Offered, e.CallState);
        Assert.Equal(PbxCallState.Ringing, Extension("103", "RINGING").CallState);
    }

    [Fact]
    public void An_extension_without_a_known_call_still_tells_its_state()
    {
        Assert.Equal(PbxCallState.Ringing, Extension("102", "RINGING").CallState);
        Assert.Equal(PbxCallState.Answered, Extension("102", "ON_CALL").CallState);
        Assert.Equal(PbxCallState.Ended, Extension("102", "").CallState);
        Assert.Empty(_bench.Host.Calls);
    }

    [Fact]
    public void Point_6_a_late_word_does_not_wake_an_ended_call()
    {
        Start();
        Record("noanswer", [Target("102", null)]);
        _bench.Event("call_start", new { session_id = "885", call_id = "again", direction = "inbound", callee = "102" }, after: 0);
        Extension("102", "RINGING", after: 0);

        Assert.Equal(PbxCallState.Ended, _bench.Call.State);
        Assert.Single(_bench.Host.Calls);
    }

    [Fact]
    public void Point_7_a_record_that_comes_twice_counts_once()
    {
        var line = Fixture.Read("portsip", "v16-2-record-menu-queue-agents")[0];
        _bench.Receive(line);
        _bench.Receive(line);

        Assert.Equal(1, _bench.Host.Duplicates);
        Assert.Single(_bench.Host.Events);
    }

    [Fact]
    public void An_outbound_call_is_answered_by_its_record()
    {
        Start("+4522222222", direction: "outbound", caller: "102");
        Extension("102", "ON_CALL");
        var e = Record("answered", [Target("+4522222222", answered: 5, ring: 0)], direction: "outbound");

        Assert.Equal(PbxOutcome.Answered, e.Outcome);
        Assert.Equal("+4522222222", e.Call!.AnsweredBy);
        Assert.Equal(PbxDirection.Outbound, e.Call.Direction);
        Assert.Equal("102", e.Call.Extension);
    }

    [Theory]
    [InlineData("ext", PbxDirection.Internal)]
    [InlineData("internal", PbxDirection.Internal)]
    [InlineData("in", PbxDirection.Inbound)]
    [InlineData("inbound", PbxDirection.Inbound)]
    [InlineData("in2out", PbxDirection.Inbound)]
    [InlineData("inbound_outbound", PbxDirection.Inbound)]
    [InlineData("out", PbxDirection.Outbound)]
    [InlineData("outbound", PbxDirection.Outbound)]
    [InlineData("sideways", PbxDirection.Unknown)]
    public void Both_vocabularies_of_direction_are_read(string word, PbxDirection direction)
    {
        Start(direction: word);
        Assert.Equal(direction, _bench.Call.Direction);
    }

    // ---- queues: point 4 ---------------------------------------------------------------------------------------------

    private PbxEvent Caller(string reason, string session = "885") => _bench.Event("queue_caller_status", new
    {
        queue_id = "677",
        updated_callers = new[] { new { position = "1", session_id = session, caller_number = "5550100", reason, timestamp = _bench.Ago(0), type = "normal" } },
    });

    private void WatchQueue()
    {
        _bench.SubscribeTopic("queue_events", queues: ["8001"]);
        _bench.Event("queue_status", new { queue_id = "677", queue_number = "8001", queue_name = "Sales" });
    }

    [Fact]
    public void Point_4_hanging_up_in_a_queue_is_an_abandoned_call()
    {
        WatchQueue();
        Start("8001");
        var entered = Caller("enqueue");
        Assert.Equal("8001", entered.Queue);
        Assert.Equal(PbxCallState.Offered, entered.CallState);
        Caller("hangup");
        var e = Record("noanswer", [Target("8001", answered: 5, "caller_disconnect", ring: 0)], "caller_disconnect");

        Assert.Equal(PbxOutcome.Abandoned, e.Outcome);
        Assert.Equal("8001", e.Call!.Queue);
        Assert.Equal("8001", e.Queue);
    }

    [Fact]
    public void Point_4_a_queue_alone_tells_the_whole_story()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("queue_events", queues: ["8001"]);
        bench.Event("queue_status", new { queue_id = "677", queue_number = "8001" });
        object[] One(string reason) => [new { position = "1", session_id = "885", caller_number = "5550100", reason, timestamp = bench.Ago(0), type = "normal" }];
        bench.Event("queue_caller_status", new { queue_id = "677", updated_callers = One("enqueue") });
        var e = bench.Event("queue_caller_status", new { queue_id = "677", updated_callers = One("hangup") });

        Assert.Equal(PbxCallState.Ended, e.CallState);
        Assert.Equal(PbxOutcome.Abandoned, e.Outcome);
        Assert.Equal(("5550100", "8001"), (e.Call!.From, e.Call.Queue));
        Assert.True(e.IsCallNews);
    }

    [Fact]
    public void Point_4_an_agents_answer_is_a_persons()
    {
        WatchQueue();
        Start("8001");
        Caller("enqueue");
        _bench.Event("queue_agent_status", new
        {
            queue_id = "677",
            updated_agents = new[] { new { state = "QUEUE_CALL", agent_extension_number = "177", session_id = "885", caller_number = "5550100", timestamp = _bench.Now } },
        });
        var agent = _bench.Last;
        Assert.Equal(("177", "8001", "885"), (agent.Extension, agent.Queue, agent.CallId));
        var e = Caller("agent_answered");

        Assert.Equal(PbxCallState.Answered, e.CallState);
        Assert.Equal("177", e.Call!.AnsweredBy);
    }

    [Theory]
    [InlineData("overflow")]
    [InlineData("callback")]
    [InlineData("enqueue/agent_answered/overflow/hangup/callback")]
    public void Point_4_what_is_sent_on_or_promised_is_no_end(string reason)
    {
        WatchQueue();
        Start("8001");
        Caller("enqueue");
        Assert.Equal(PbxCallState.Offered, Caller(reason).CallState);
        Assert.Equal(PbxOutcome.Missed, Record("noanswer", []).Outcome);
    }

    [Fact]
    public void Several_callers_in_one_message_are_one_event_each_with_the_whole_message()
    {
        WatchQueue();
        var before = _bench.Host.Events.Count;
        _bench.Event("queue_caller_status", new
        {
            queue_id = "677",
            updated_callers = new[]
            {
                new { session_id = "1", caller_number = "111", reason = "enqueue", timestamp = _bench.Now },
                new { session_id = "2", caller_number = "222", reason = "enqueue", timestamp = _bench.Now },
            },
        });
        var events = _bench.Host.Events.Skip(before).ToArray();

        Assert.Equal(["1", "2"], events.Select(e => e.CallId));
        Assert.Equal(["111", "222"], events.Select(e => e.From));
        Assert.Equal(events[0].Raw, events[1].Raw);
        Assert.NotEqual(events[0].Id, events[1].Id);
    }
}
