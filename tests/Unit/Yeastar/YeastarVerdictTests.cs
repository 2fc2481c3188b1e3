using static PbxEvents.Tests.Unit.Yeastar.YeastarRig;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>
/// How a call turned out, from all its records, its members and its failure reports: yeastar.md sections 5.3,
/// 5.5 and 6.1, history/yeastar-history.md sections 3 to 6.
/// </summary>
public sealed class YeastarVerdictTests
{
    private readonly YeastarRig _rig = new();

    public YeastarVerdictTests() => _rig.ListenToCalls();

    private PbxCall Call => _rig.TheCall;

    private int Ends => _rig.News.Count(s => s == PbxCallState.Ended);

    private static string Row(
        string status, string to, string type = "Inbound", int start = 0, int duration = 20, int? talk = 0, string from = "2025550100", string uid = "U") => $$"""
        {"call_id":"{{CallId}}","time_start":"2030-01-01 09:{{start / 60:00}}:{{start % 60:00}}","call_from":"{{from}}","call_to":"{{to}}","call_duration":{{duration}},
         {{(talk is { } seconds ? $"\"talk_duration\":{seconds}," : "")}}"status":"{{status}}","type":"{{type}}","recording":"","did_number":"","uid":"{{uid}}"}
        """;

    private static string Forwarded(string status) => $$"""
        {"outbound":{"from":"2025550100","to":"2025550123","trunk_name":"T1","channel_id":"PJSIP/T1-0f","member_status":"{{status}}","call_path":""} }
        """;

    private void Fail(string reason, params string[] members) => _rig.Event(30015,
        $$"""{"call_id":"{{CallId}}","reason":"{{reason}}","members":{{(members.Length == 0 ? "null" : $"[{string.Join(',', members)}]")}}}""");

    private void Pass(double seconds) => _rig.Host.Advance(TimeSpan.FromSeconds(seconds));

    private void Records(params string[] records)
    {
        foreach (var record in records)
            _rig.Event(30012, record);
        Pass(0.5);
    }

    // ---- failure reports -------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("487 Request Terminated")]
    [InlineData("408 Request Time")]
    [InlineData("480 Temporatily Unavailable")]
    [InlineData("Line Unreachable")]
    [InlineData("404 NOT found")]
    public void A_report_beside_the_hang_up_of_a_phone_that_rang_makes_no_failure(string reason)
    {
        foreach (var isInternal in (bool[])[false, true])
        {
            foreach (var hasMembers in (bool[])[false, true])
            {
                foreach (var record in (string?[])[null, "NO ANSWER"])
                {
                    foreach (var isLate in (bool[])[false, true])
                    {
                        var rig = new YeastarRig();
                        rig.ListenToCalls();
                        string Caller(string status) => isInternal ? Extension("1000", status) : Inbound(status);
                        var report = $$"""{"call_id":"{{CallId}}","reason":"{{reason}}","members":{{(hasMembers ? $"[{Extension("1001", "BYE")},{Caller("BYE")}]" : "null")}}}""";
                        rig.Call(Extension("1001", "RING"), Caller("ALERT"));
                        if (!isLate)
                            rig.Event(30015, report);
                        rig.Call(Extension("1001", "BYE"), Caller("BYE"));
                        if (record is not null)
                            rig.Settle(Row(record, "1001", isInternal ? "Internal" : "Inbound"));
                        rig.Host.Advance(TimeSpan.FromSeconds(3));
                        if (isLate)
                            rig.Event(30015, report);
                        rig.Host.Advance(TimeSpan.FromSeconds(10));
                        Assert.Equal((PbxCallState.Ended, PbxOutcome.Missed), (rig.TheCall.State, rig.TheCall.Outcome));
                        Assert.Equal(isInternal ? PbxDirection.Internal : PbxDirection.Inbound, rig.TheCall.Direction);
                        Assert.Equal(PbxOutcome.Missed, rig.TheCall.Legs.Single(l => l.Extension == "1001").Outcome);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("486 Busy here", PbxOutcome.Busy)]
    [InlineData("603 Declined", PbxOutcome.Rejected)]
    public void Who_was_the_only_one_called_and_refused_it_is_told_with_and_without_members(string reason, PbxOutcome outcome)
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        Fail(reason);
        _rig.Call(Extension("1001", "BYE"), Inbound("BYE"));
        Pass(2);
        Assert.Equal(outcome, Call.Outcome);
    }

    [Fact]
    public void A_call_that_all_declined_is_rejected_and_one_that_some_declined_is_missed()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"), Extension("1002", "RING"));
        Fail("603 Declined", Extension("1001", "BYE"));
        Fail("603 Declined", Extension("1002", "BYE"));
        _rig.Call(Inbound("BYE"));
        Pass(2);
        Assert.Equal(PbxOutcome.Rejected, Call.Outcome);

        var rig = new YeastarRig();
        rig.ListenToCalls();
        rig.Call(Inbound("ALERT"), Extension("1001", "RING"), Extension("1002", "RING"));
        rig.Event(30015, $$"""{"call_id":"{{CallId}}","reason":"603 Declined","members":[{{Extension("1001", "BYE")}}]}""");
        rig.Call(Inbound("BYE"), Extension("1002", "BYE"));
        rig.Host.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(PbxOutcome.Missed, rig.TheCall.Outcome);
    }

    [Fact]
    public void A_phone_that_failed_does_not_undo_the_answer_of_another_one()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"), Extension("1002", "RING"));
        _rig.Call(Extension("1002", "ANSWER"), Inbound("ANSWERED"));
        Fail("487 Request Terminated", Extension("1001", "BYE"));
        Assert.Equal(PbxOutcome.AnsweredElsewhere, Call.Legs.Single(l => l.Extension == "1001").Outcome);
        _rig.Call(Extension("1002", "BYE"), Inbound("BYE"));
        Records(Row("ANSWERED", "1002", talk: 9));
        Assert.Equal(PbxOutcome.Answered, Call.Outcome);
    }

    [Fact]
    public void A_caller_who_hears_an_announcement_after_the_failure_is_still_there()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        Fail("480 Temporatily Unavailable", Extension("1001", "BYE"));
        _rig.Call(Inbound("ANSWERED"));
        Pass(9);
        Assert.NotEqual(PbxCallState.Ended, Call.State);
        _rig.Call(Inbound("BYE"));
        Records(Row("VOICEMAIL", "1001"));
        Assert.Equal(PbxOutcome.Voicemail, Call.Outcome);
    }

    // ---- several records -------------------------------------------------------------------------------------------

    [Fact]
    public void A_call_does_not_end_while_the_caller_is_there()
    {
        _rig.Call(Extension("1000", "ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1000", "ALERT"), Extension("1001", "BYE"));
        _rig.Call(Extension("1000", "ANSWERED"));
        Records(Row("FAILED", "2025550123", "Outbound", start: 34, duration: 0), Row("NO ANSWER", "1001", "Internal"));
        Pass(5);
        Assert.NotEqual(PbxCallState.Ended, Call.State);
        Assert.Equal(2, _rig.Host.Events.Count(e => e.Name == "30012"));
        _rig.Call(Extension("1000", "BYE"));
        Records(Row("ANSWERED", "1001", "Internal", start: 37, duration: 0));
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Missed, PbxDirection.Internal), (Call.State, Call.Outcome, Call.Direction));
        Assert.Equal(("1000", "1001"), (Call.From, Call.To));
        Assert.Equal(1, Ends);
    }

    [Fact]
    public void The_first_record_of_several_does_not_decide()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING", path: "6300"));
        _rig.Call(Inbound("BYE"), Extension("1001", "BYE"));
        _rig.Event(30012, Row("FAILED", "2025550123", "Outbound", start: 30));
        Pass(0.2);
        _rig.Event(30012, Row("NO ANSWER", "1001"));
        Pass(0.5);
        Assert.Equal((PbxOutcome.Missed, PbxDirection.Inbound), (Call.Outcome, Call.Direction));
        Assert.Equal(1, Ends);
        Assert.All(_rig.Host.Events.Where(e => e.Name == "30012"), e => Assert.Null(e.Outcome));
    }

    [Fact]
    public void Records_alone_tell_a_call_that_was_forwarded_outside_once_and_whole()
    {
        var rig = new YeastarRig();
        rig.Subscribe(PbxSubscriptionType.Cdr);
        rig.Connect();
        rig.Event(30012, Row("ANSWERED", "2025550123", "Outbound", start: 30, duration: 60, talk: 50));
        rig.Settle(Row("NO ANSWER", "1001", duration: 30));
        var call = rig.TheCall;
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound), (call.Outcome, call.Direction));
        Assert.Equal(("2025550123", "1001", "2025550100"), (call.AnsweredBy, call.Extension, call.From));
        Assert.Equal((90, 50), (call.Duration!.Value.TotalSeconds, call.TalkTime!.Value.TotalSeconds));
        Assert.Equal([PbxCallState.Ended], rig.News);
    }

    [Theory]
    [InlineData("ANSWERED", 8, PbxOutcome.Answered)]
    [InlineData("NO ANSWER", 0, PbxOutcome.Missed)]
    public void A_menus_record_is_no_persons_wherever_it_stands(string status, int talk, PbxOutcome outcome)
    {
        var menu = Row("ANSWERED", "IVR Main<6200>", duration: 10, talk: 10);
        var person = Row(status, "Bob<1001>", start: 10, duration: 10, talk: talk);
        foreach (var records in (string[][])[[menu, person], [person, menu]])
        {
            var rig = new YeastarRig();
            rig.Subscribe(PbxSubscriptionType.Cdr);
            rig.Connect();
            foreach (var record in records)
                rig.Event(30012, record);
            rig.Host.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((outcome, "1001"), (rig.TheCall.Outcome, rig.TheCall.Extension));
            Assert.Equal(talk > 0 ? "1001" : null, rig.TheCall.AnsweredBy);
        }
    }

    [Fact]
    public void A_queues_records_tell_who_gave_up_and_who_was_helped()
    {
        foreach (var isHelped in (bool[])[false, true])
        {
            var rig = new YeastarRig();
            rig.Subscribe(PbxSubscriptionType.Cdr);
            rig.Connect();
            rig.Event(30012, Row(isHelped ? "ANSWERED" : "NO ANSWER", "Queue Sales<6400>", talk: isHelped ? 8 : 0));
            if (isHelped)
                rig.Event(30012, Row("ANSWERED", "1002", start: 12, duration: 8, talk: 8));
            rig.Host.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((isHelped ? PbxOutcome.Answered : PbxOutcome.Abandoned, "6400"), (rig.TheCall.Outcome, rig.TheCall.Queue));
            Assert.Equal(isHelped ? "1002" : null, rig.TheCall.AnsweredBy);
        }
    }

    [Fact]
    public void Two_persons_records_are_a_transfer_and_one_uid_is_no_double()
    {
        var rig = new YeastarRig();
        rig.Subscribe(PbxSubscriptionType.Cdr);
        rig.Connect();
        rig.Event(30012, Row("ANSWERED", "1001", duration: 30, talk: 20));
        rig.Settle(Row("ANSWERED", "1002", start: 30, duration: 40, talk: 35));
        Assert.Equal(0, rig.Host.Duplicates);
        Assert.Equal((PbxOutcome.Transferred, "1002", 60), (rig.TheCall.Outcome, rig.TheCall.AnsweredBy, rig.TheCall.TalkTime!.Value.TotalSeconds));
    }

    [Fact]
    public void A_number_that_is_only_part_of_a_path_is_no_menu()
    {
        _rig.Call(Inbound("ANSWERED", path: "6400"));
        _rig.Call(Inbound("BYE"));
        Records(Row("ANSWERED", "640", talk: 5));
        Assert.Equal((PbxOutcome.Answered, "640"), (Call.Outcome, Call.AnsweredBy));
    }

    [Fact]
    public void Two_calls_at_once_have_their_own_records()
    {
        _rig.Event(30012, Row("NO ANSWER", "1001"));
        _rig.Event(30012, Row("ANSWERED", "1002", talk: 5).Replace(CallId, "2.20", StringComparison.Ordinal));
        Pass(0.5);
        Assert.Equal(PbxOutcome.Missed, Call.Outcome);
        Assert.Equal(PbxOutcome.Answered, _rig.Host.FindCall("2.20")!.Outcome);
    }

    // ---- forwarding ------------------------------------------------------------------------------------------------

    [Fact]
    public void Forwarded_outside_and_answered_there_keeps_the_extension()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Event(30014, Members(Inbound("ALERT"), Extension("1001", "BYE")));
        _rig.Call(Forwarded("RING"));
        _rig.Call(Forwarded("ANSWER"), Inbound("ANSWERED"));
        _rig.Call(Forwarded("BYE"), Inbound("BYE"));
        Records(Row("ANSWERED", "2025550123", "Outbound", start: 20, talk: 5), Row("NO ANSWER", "1001"));
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound), (Call.Outcome, Call.Direction));
        Assert.Equal(("1001", "2025550123", "2025550100"), (Call.Extension, Call.AnsweredBy, Call.From));
    }

    [Fact]
    public void An_internal_call_that_is_forwarded_outside_stays_internal_and_its_parties_stay()
    {
        _rig.Call(Extension("1000", "ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Forwarded("RING"));
        _rig.Call(Forwarded("BYE"), Extension("1000", "BYE"));
        Records(Row("NO ANSWER", "2025550123", "Outbound", start: 20));
        Assert.Equal((PbxDirection.Internal, PbxOutcome.Missed), (Call.Direction, Call.Outcome));
        Assert.Equal(("1000", "1001"), (Call.From, Call.To));
    }

    // ---- one clock -------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(-7)]
    [InlineData(0)]
    [InlineData(9)]
    public void A_call_lives_by_one_clock_whatever_the_zone_of_its_record(int hours)
    {
        var rig = new YeastarRig(zone: TimeZoneInfo.CreateCustomTimeZone("z", TimeSpan.FromHours(hours), "z", "z"));
        rig.Subscribe(PbxSubscriptionType.Cdr);
        rig.Connect();
        var arrived = rig.Host.Now;
        rig.Settle(Row("ANSWERED", "1001", duration: 10, talk: 8));
        var call = rig.TheCall;
        Assert.Equal((arrived.AddSeconds(-10), arrived.AddSeconds(-8), arrived), (call.StartedAt, call.AnsweredAt, call.EndedAt));
        Assert.Equal((10, 8), (call.Duration!.Value.TotalSeconds, call.TalkTime!.Value.TotalSeconds));
        Assert.Equal("1001", call.AnsweredBy);
    }

    [Fact]
    public void A_call_ends_with_its_last_BYE_and_not_when_its_record_was_waited_for()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        Pass(10);
        _rig.Call(Inbound("BYE"), Extension("1001", "BYE"));
        Pass(5);
        Assert.Equal(10, Call.Duration!.Value.TotalSeconds);
    }

    [Fact]
    public void A_records_recording_is_the_calls()
    {
        Records(Row("ANSWERED", "1001", talk: 5).Replace("\"recording\":\"\"", "\"recording\":\"x.wav\"", StringComparison.Ordinal));
        Assert.Equal("x.wav", Call.RecordingId);
    }

    // ---- what was not seen -----------------------------------------------------------------------------------------

    [Theory]
    [InlineData(null, null)]
    [InlineData("NO ANSWER", PbxOutcome.Missed)]
    [InlineData("ANSWERED", PbxOutcome.Answered)]
    public void After_a_loss_only_the_record_can_tell(string? record, PbxOutcome? outcome)
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Host.LoseSight();
        _rig.Call(Inbound("BYE"), Extension("1001", "BYE"));
        if (record is not null)
            Records(Row(record, "1001", talk: record == "ANSWERED" ? 5 : 0));
        Pass(3);
        Assert.Equal((PbxCallState.Ended, outcome), (Call.State, Call.Outcome));
    }

    [Theory]
    [InlineData("2", PbxOutcome.Voicemail)]
    [InlineData("30", PbxOutcome.Voicemail)]
    public void A_late_record_says_what_could_not_be_seen(string after, PbxOutcome outcome)
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Inbound("BYE"), Extension("1001", "BYE"));
        Pass(double.Parse(after, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(PbxOutcome.Missed, Call.Outcome);
        var endedAt = Call.EndedAt;
        Records(Row("VOICEMAIL", "1001"));
        Assert.Equal((outcome, endedAt), (Call.Outcome, Call.EndedAt));
    }

    [Fact]
    public void A_late_record_of_another_leg_does_not_undo_an_answer()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1002", "ANSWER"));
        _rig.Call(Inbound("BYE"), Extension("1002", "BYE"));
        Pass(3);
        Records(Row("NO ANSWER", "1001"));
        Assert.Equal((PbxOutcome.Answered, "1002"), (Call.Outcome, Call.AnsweredBy));
    }

    [Fact]
    public void The_script_that_comes_in_the_middle_of_a_call_tells_no_miss()
    {
        _rig.Call(Inbound("ANSWERED"));
        _rig.Call(Inbound("BYE"));
        Pass(3);
        Assert.Equal((PbxCallState.Ended, (PbxOutcome?)null), (Call.State, Call.Outcome));
    }

    [Theory]
    [InlineData("HOLD")]
    [InlineData("ANSWER")]
    public void Who_is_first_seen_on_hold_has_answered(string status)
    {
        _rig.Call(Extension("1001", status));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Inbound("BYE"));
        Pass(3);
        Assert.Equal((PbxOutcome.Answered, "1001"), (Call.Outcome, Call.AnsweredBy));
    }

    [Fact]
    public void A_missed_call_of_which_only_the_end_is_seen_is_told_by_its_record()
    {
        _rig.Call(Extension("1001", "BYE"), Inbound("BYE"));
        Assert.Empty(_rig.Host.Calls);
        Records(Row("NO ANSWER", "1001"));
        Assert.Equal((PbxOutcome.Missed, "1001", PbxDirection.Inbound), (Call.Outcome, Call.Extension, Call.Direction));
        Assert.Equal(1, Ends);
    }

    [Fact]
    public void Without_the_trunks_legs_a_phone_that_stops_ringing_is_not_the_end()
    {
        var rig = new YeastarRig();
        rig.Subscribe("30011");
        rig.Connect();
        rig.Call(Extension("1001", "RING"));
        rig.Call(Extension("1001", "BYE"));
        rig.Host.Advance(TimeSpan.FromSeconds(1));
        rig.Call(Extension("1002", "RING"));
        rig.Call(Extension("1002", "ANSWER"));
        rig.Call(Extension("1002", "BYE"));
        rig.Host.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((PbxOutcome.Answered, "1002"), (rig.TheCall.Outcome, rig.TheCall.AnsweredBy));
        Assert.Single(rig.News, PbxCallState.Ended);
    }

    // ---- queues, menus and transfers -------------------------------------------------------------------------------

    [Theory]
    [InlineData("ABANDONED", PbxOutcome.Abandoned)]
    [InlineData("NO ANSWER", PbxOutcome.Missed)]
    public void Where_no_number_is_known_to_be_a_queue_the_PBX_says_who_was_abandoned(string status, PbxOutcome outcome)
    {
        _rig.Call(Inbound("ANSWERED", path: "6400"), Extension("1001", "RING", path: "6400"));
        _rig.Call(Extension("1001", "BYE"), Inbound("BYE"));
        Records(Row(status, "6400"));
        Assert.Equal((outcome, "1001"), (Call.Outcome, Call.Extension));
    }

    [Fact]
    public void A_queue_that_a_record_named_is_known_from_then_on()
    {
        Records(Row("NO ANSWER", "Queue Support<6400>"));
        Assert.Equal((PbxOutcome.Abandoned, "6400", null), (Call.Outcome, Call.Queue, Call.Extension));
        _rig.Event(30011, $$"""{"call_id":"1700000001.10","members":[{{Inbound("ANSWERED", path: "6400")}}]}""");
        Assert.Equal("6400", _rig.Host.FindCall("1700000001.10")!.Queue);

        var rig = new YeastarRig();
        rig.ListenToCalls();
        rig.Call(Inbound("ANSWERED", path: "6400"));
        Assert.Null(rig.TheCall.Queue);
    }

    [Fact]
    public void A_menu_is_nobodys_extension()
    {
        _rig.Call(Inbound("ANSWERED", path: "6500"));
        _rig.Call(Inbound("BYE", path: "6500"));
        Records(Row("ANSWERED", "6500", talk: 8));
        Assert.Equal((PbxOutcome.Missed, (string?)null), (Call.Outcome, Call.Extension));
        Assert.Null(_rig.Host.Events[^1].Extension);
    }

    [Fact]
    public void Of_stages_that_begin_in_one_second_the_last_record_is_the_first()
    {
        Records(Row("ANSWERED", "2025550123", "Outbound", talk: 9), Row("NO ANSWER", "1001"));
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound, "1001", "2025550123"), (Call.Outcome, Call.Direction, Call.Extension, Call.AnsweredBy));
    }

    [Fact]
    public void Whose_calls_go_elsewhere_without_ringing_has_no_leg()
    {
        _rig.Event(30014, Members(Inbound("ALERT"), Extension("1001", "BYE")));
        _rig.Call(Inbound("ALERT"), Forwarded("RING"));
        Pass(20);
        _rig.Call(Inbound("ANSWERED"), Forwarded("ANSWER"));
        Assert.Equal(("1001", "2025550123"), (Call.Extension, Call.AnsweredBy));
        Assert.DoesNotContain(Call.Legs, l => l.Extension == "1001");
    }

    [Fact]
    public void Who_passed_the_call_on_is_told_by_the_first_extension_that_goes_after_the_report()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Event(30013, Members(Extension("1001", "ANSWER")));
        _rig.Call(Extension("1002", "RING"));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Call(Extension("1002", "ANSWER"));
        _rig.Call(Extension("1002", "BYE"));
        _rig.Call(Inbound("BYE"));
        Pass(3);
        Assert.Equal([PbxOutcome.Transferred, PbxOutcome.Answered], Call.Legs.Where(l => l.Role == PbxLegRole.Callee).Select(l => l.Outcome!.Value));
        Assert.Equal((PbxOutcome.Transferred, "1002"), (Call.Outcome, Call.AnsweredBy));
    }

    [Fact]
    public void A_caller_who_passes_on_whom_he_called_leaves_the_others_legs_alone()
    {
        _rig.Call(Extension("1000", "ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Event(30013, Members(Extension("1000", "ANSWERED")));
        _rig.Call(Extension("1002", "RING"));
        _rig.Call(Extension("1000", "BYE"));
        _rig.Call(Extension("1002", "ANSWER"));
        _rig.Call(Extension("1001", "BYE"), Extension("1002", "BYE"));
        Pass(3);
        Assert.DoesNotContain(Call.Legs, l => l.Outcome == PbxOutcome.Transferred);
    }

    // ---- the connection ends ---------------------------------------------------------------------------------------

    [Fact]
    public void Records_that_wait_for_others_are_told_when_the_connection_ends()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "BYE"), Inbound("BYE"));
        _rig.Event(30012, Row("NO ANSWER", "1009"));
        Assert.Equal(0, Ends);
        _rig.Session.Closing();
        Assert.Equal((PbxOutcome.Missed, 1), (Call.Outcome, Ends));
        Assert.Single(_rig.Host.Events, e => e.Name == "30012");
    }

    [Fact]
    public void A_call_whose_members_have_gone_is_over_when_the_connection_ends_and_one_that_goes_on_is_not()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Event(30011, $$"""{"call_id":"1700000001.10","members":[{{Inbound("ALERT")}}]}""");
        _rig.Call(Extension("1001", "BYE"), Inbound("BYE"));
        _rig.Session.Closing();
        Assert.Equal((PbxOutcome.Missed, 1), (Call.Outcome, Ends));
        Assert.Equal(PbxCallState.Offered, _rig.Host.FindCall("1700000001.10")!.State);
    }

    // ---- parties ---------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("Unknown", null)]
    [InlineData("anonymous", null)]
    [InlineData("sip:+12025550100:pw@x.io", "+12025550100")]
    public void A_callers_address_is_read_and_a_hidden_one_stays_hidden(string from, string? shown)
    {
        _rig.Call(Inbound("ALERT", from: from), Extension("1001", "RING"));
        Assert.Equal(shown, Call.From);
        _rig.Call(Inbound("BYE", from: from), Extension("1001", "BYE"));
        Records(Row("NO ANSWER", "1001", from: from));
        Assert.Equal((shown, null), (Call.From, Call.FromName));
    }
}
