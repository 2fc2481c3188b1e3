using static PbxEvents.Tests.Unit.Yeastar.YeastarRig;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>Records, timelines and the PBX's times: yeastar.md sections 5.3, 5.4 and 6.1.</summary>
public sealed class YeastarRecordTests
{
    private readonly YeastarRig _rig = new();

    private void Listen() => _rig.ListenToCalls();

    [Theory]
    [InlineData("ANSWERED", "Inbound", PbxOutcome.Answered)]
    [InlineData("answered", "inbound", PbxOutcome.Answered)]
    [InlineData("NO ANSWER", "Inbound", PbxOutcome.Missed)]
    [InlineData("NO ANSWERED", "Inbound", PbxOutcome.Missed)]
    [InlineData("no answer", "internal", PbxOutcome.Missed)]
    [InlineData("ABANDONED", "Inbound", PbxOutcome.Abandoned)]
    [InlineData("abandoned", "internal", PbxOutcome.Abandoned)]
    [InlineData("ABANDONED", "Outbound", PbxOutcome.Failed)]
    [InlineData("VOICEMAIL", "Inbound", PbxOutcome.Voicemail)]
    [InlineData("BUSY", "Inbound", PbxOutcome.Busy)]
    [InlineData("FAILED", "Inbound", PbxOutcome.Failed)]
    [InlineData("NO ANSWER", "Outbound", PbxOutcome.Failed)]
    [InlineData("BUSY", "Outbound", PbxOutcome.Busy)]
    [InlineData("SOMETHING NEW", "Inbound", null)]
    public void The_records_status_decides_a_call_without_legs(string status, string type, PbxOutcome? outcome)
    {
        Listen();
        _rig.Settle(Record(status, type));
        Assert.Equal(PbxCallState.Ended, _rig.TheCall.State);
        Assert.Equal(outcome, _rig.TheCall.Outcome);
    }

    [Fact]
    public void A_record_that_ends_its_call_leaves_no_timer_behind()
    {
        Listen();
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        var timers = _rig.Host.TimerCount;
        _rig.Call(Inbound("BYE"), Extension("1001", "BYE"));
        Assert.Equal(timers + 1, _rig.Host.TimerCount);
        _rig.Event(30012, Record("ANSWERED"));
        Assert.Equal(PbxCallState.Ended, _rig.TheCall.State);
        Assert.Equal(timers, _rig.Host.TimerCount);
    }

    [Fact]
    public void The_records_type_is_the_final_word_on_the_direction()
    {
        Listen();
        _rig.Call(Extension("1001", "RING"));
        Assert.Equal(PbxDirection.Internal, _rig.TheCall.Direction);
        _rig.Settle(Record("NO ANSWER", "Inbound"));
        Assert.Equal(PbxDirection.Inbound, _rig.TheCall.Direction);
    }

    [Fact]
    public void A_record_ends_the_call_before_the_last_BYE()
    {
        Listen();
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Call(Extension("1001", "BYE"));
        _rig.Settle(Record("ANSWERED"));
        Assert.Equal(PbxCallState.Ended, _rig.TheCall.State);
        Assert.Equal(PbxOutcome.Answered, _rig.TheCall.Outcome);
    }

    [Fact]
    public void The_end_is_told_to_those_who_subscribed_to_calls_and_the_record_to_those_who_subscribed_to_records()
    {
        var calls = _rig.Subscribe(PbxSubscriptionType.Call);
        var records = _rig.Subscribe(PbxSubscriptionType.Cdr);
        _rig.Connect();
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Settle(Record("NO ANSWER"));
        var (record, end) = (_rig.Host.Events[^2], _rig.Host.Events[^1]);
        Assert.True(calls.Matches(end) && !calls.Matches(record));
        Assert.True(records.Matches(record) && !records.Matches(end));
        Assert.True(end.IsCallNews);
        Assert.True(end.Synthesized);
        Assert.False(record.IsCallNews);
        Assert.Equal(("30012", "CallEndDetails", PbxOutcome.Missed), (record.Name, record.Topic, end.Outcome!.Value));
        Assert.Equal(("2025550100", "1001", "1001"), (record.From, record.To, record.Extension));
    }

    [Fact]
    public void With_records_alone_the_record_is_the_news()
    {
        _rig.Subscribe(PbxSubscriptionType.Cdr);
        _rig.Connect();
        _rig.Settle(Record("NO ANSWER"));
        var record = Assert.Single(_rig.Host.Events);
        Assert.True(record.IsCallNews);
        Assert.Equal(PbxOutcome.Missed, record.Outcome);
        Assert.Equal("2025550199", record.Call!.To);
    }

    [Fact]
    public void A_person_who_answered_is_not_undone_by_a_record_of_another_leg()
    {
        Listen();
        _rig.Call(Inbound("ANSWERED"), Extension("1002", "ANSWER"));
        _rig.Call(Inbound("BYE"), Extension("1002", "BYE"));
        _rig.Settle(Record("NO ANSWER", to: "1001", uid: "U1"));
        Assert.Equal(PbxOutcome.Answered, _rig.TheCall.Outcome);
        _rig.Settle(Record("ANSWERED", to: "1002", uid: "U2"));
        Assert.Equal(PbxOutcome.Answered, _rig.Host.LastEvent.Outcome);
    }

    [Fact]
    public void A_record_of_the_menus_own_answer_is_no_persons()
    {
        Listen();
        _rig.Call(Inbound("ANSWERED", path: "6500"));
        _rig.Call(Inbound("BYE"));
        _rig.Settle(Record("ANSWERED", to: "6500"));
        Assert.Equal(PbxOutcome.Missed, _rig.TheCall.Outcome);
    }

    [Fact]
    public void A_record_of_an_extension_whose_legs_are_not_reported_counts_as_answered()
    {
        Listen();
        _rig.Call(Inbound("ANSWERED", path: "6500"));
        _rig.Call(Inbound("BYE"));
        _rig.Settle(Record("ANSWERED", to: "1009"));
        Assert.Equal(PbxOutcome.Answered, _rig.TheCall.Outcome);
    }

    [Fact]
    public void A_record_of_the_first_part_of_a_transferred_call_does_not_end_the_talk()
    {
        Listen();
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Event(30013, Members(Extension("1001", "ANSWER"), Extension("1002", "RING")));
        _rig.Call(Extension("1001", "BYE"), Extension("1002", "ANSWER"));
        _rig.Settle(Record("ANSWERED", uid: "U1"));
        Assert.NotEqual(PbxCallState.Ended, _rig.TheCall.State);
        _rig.Call(Extension("1002", "BYE"), Inbound("BYE"));
        _rig.Settle(Record("ANSWERED", to: "1002", uid: "U2"));
        Assert.Equal(PbxOutcome.Transferred, _rig.TheCall.Outcome);
    }

    [Fact]
    public void The_same_record_comes_once()
    {
        Listen();
        _rig.Settle(Record("NO ANSWER"));
        var count = _rig.Host.Events.Count;
        _rig.Settle(Record("NO ANSWER"));
        Assert.Equal(count, _rig.Host.Events.Count);
        Assert.Equal(1, _rig.Host.Duplicates);
    }

    [Fact]
    public void Without_a_uid_call_callee_and_start_make_the_record()
    {
        _rig.Subscribe(PbxSubscriptionType.Cdr);
        _rig.Connect();
        const string Form = """{"call_id":"1.1","call_to":"TO","time_start":"2030-01-01 09:00:00","status":"NO ANSWER","type":"Inbound"}""";
        _rig.Settle(Form.Replace("TO", "1001", StringComparison.Ordinal));
        _rig.Settle(Form.Replace("TO", "1002", StringComparison.Ordinal));
        _rig.Settle(Form.Replace("TO", "1001", StringComparison.Ordinal));
        Assert.Equal(2, _rig.Host.Events.Count);
        Assert.Equal(1, _rig.Host.Duplicates);
    }

    [Theory]
    [InlineData("24")]
    [InlineData("\"24\"")]
    public void Local_times_are_read_in_the_PBXs_zone_and_durations_are_numbers_or_text(string duration)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(3), "east", "east");
        var rig = new YeastarRig(zone: zone);
        rig.Subscribe(PbxSubscriptionType.Cdr);
        rig.Connect();
        rig.Settle($$"""{"call_id":"1.1","time_start":"2030-01-01 12:00:00","call_duration":{{duration}},"status":"NO ANSWER","type":"Inbound"}""");
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 12, 0, 24, TimeSpan.FromHours(3)), rig.Host.LastEvent.Time);
        Assert.Equal(TimeZoneInfo.Local.GetUtcOffset(rig.Host.LastEvent.Time), rig.Host.LastEvent.Time.Offset);
    }

    [Fact]
    public void An_unreadable_time_leaves_the_time_of_arrival()
    {
        _rig.Subscribe(PbxSubscriptionType.Cdr);
        _rig.Connect();
        _rig.Settle("""{"call_id":"1.1","time_start":"yesterday","status":"NO ANSWER","type":"Inbound"}""");
        Assert.Equal(_rig.Host.Now, _rig.Host.LastEvent.Time);
    }

    [Fact]
    public void A_PBX_whose_clock_is_wrong_does_not_make_a_call_end_before_it_was_answered()
    {
        Listen();
        _rig.Host.Advance(TimeSpan.FromMinutes(5));
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Host.Advance(TimeSpan.FromSeconds(21));
        _rig.Settle(Record("ANSWERED"));
        Assert.Equal(TimeSpan.FromSeconds(21), _rig.TheCall.TalkTime);
    }

    [Fact]
    public void A_call_that_only_its_record_tells_of_has_the_records_duration()
    {
        Listen();
        _rig.Settle(Record("NO ANSWER"));
        Assert.Equal(TimeSpan.FromSeconds(24), _rig.TheCall.Duration);
    }

    [Fact]
    public void A_name_with_the_number_in_brackets_is_taken_apart()
    {
        _rig.Subscribe(PbxSubscriptionType.Cdr);
        _rig.Connect();
        _rig.Settle("""{"call_id":"1.1","call_from":"Ann Caller<2025550100>","call_to":"Bob <1001>","status":"NO ANSWER","type":"Inbound"}""");
        Assert.Equal(("2025550100", "1001", "Ann Caller"), (_rig.Host.LastEvent.From, _rig.Host.LastEvent.To, _rig.Host.LastEvent.Call!.FromName));
    }

    [Fact]
    public void A_timeline_is_joined_to_its_call_through_the_records_uid()
    {
        _rig.Subscribe("30012", "30039");
        _rig.Connect();
        _rig.Settle(Record("ANSWERED", uid: "U1"));
        _rig.Event(30039, """{"uid":"U1","cdr_id":"1","leg":1,"call_from":"2025550100","call_to":"1001","status":"ANSWERED","time_start":"2030/01/01 09:00:00","call_duration":24,"event_list":[]}""");
        Assert.Equal(CallId, _rig.Host.LastEvent.CallId);
        Assert.Equal(PbxCategory.Cdr, _rig.Host.LastEvent.Category);
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 9, 0, 24, TimeSpan.Zero), _rig.Host.LastEvent.Time);
        _rig.Event(30039, """{"uid":"U9","leg":1}""");
        Assert.Null(_rig.Host.LastEvent.CallId);
    }
}
