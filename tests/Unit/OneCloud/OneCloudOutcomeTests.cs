using System.Globalization;
using System.Text.Json;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>How calls end: times, forwarding, and calls of which not everything was seen (onecloud.md sections 4.1 and 7).</summary>
public sealed class OneCloudOutcomeTests
{
    private const string Unanswered = "0000-00-00 00:00:00";
    private readonly OneCloudBench _bench = OneCloudBench.Open(
        new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002"] },
        new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] });
    private Dictionary<string, string> _record = [];

    private RecordingHost Host => _bench.Host;

    private PbxCall Call => Assert.Single(Host.Calls);

    /// <summary>The platform's clock, which is one hour and some seconds away from this machine's.</summary>
    private DateTimeOffset PlatformNow => Host.Now.AddSeconds(-3613);

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A record as the one before, with changes; its time stamp is fresh unless it is among them.</summary>
    private void Send(params (string Name, string? Value)[] changes)
    {
        _record["ts"] = Text(PlatformNow);
        foreach (var (name, value) in changes)
        {
            if (value is null)
                _record.Remove(name);
            else
                _record[name] = value;
        }
        _bench.Receive($"""["call",{JsonSerializer.Serialize(_record)}]""");
    }

    /// <summary>From the outside to 1001, which rings.</summary>
    private void Ring(params (string Name, string? Value)[] changes)
    {
        _record = new()
        {
            ["orig_callid"] = "o-1",
            ["term_callid"] = "t-1",
            ["by_callid"] = "",
            ["by_action"] = "",
            ["by_sub"] = "",
            ["ani"] = "2025550100",
            ["dnis"] = "1001",
            ["orig_to_user"] = "1001",
            ["orig_sub"] = "",
            ["orig_type"] = "gateway",
            ["orig_call_info"] = "progressing",
            ["term_call_info"] = "alerting",
            ["term_user"] = "1001",
            ["term_sub"] = "1001",
            ["term_type"] = "device",
            ["term_domain"] = "example-domain",
            ["term_uri"] = "sip:1001@example-domain",
            ["time_start"] = Text(PlatformNow),
            ["time_answer"] = Unanswered,
        };
        Send(changes);
    }

    /// <summary>From the outside to 1001, which a rule sends on to a mobile.</summary>
    private void Forward(params (string Name, string? Value)[] changes) => Ring([
        ("term_callid", "t-9"), ("by_action", "ForwardAlways"), ("by_sub", "1001"), ("term_user", ""), ("term_sub", ""),
        ("term_type", "gateway"), ("term_domain", "*"), ("term_uri", "sip:12025550123@192.0.2.1"), .. changes]);

    private void Answer(params (string Name, string? Value)[] changes) =>
        Send([("orig_call_info", "active"), ("term_call_info", "active"), ("time_answer", Text(PlatformNow)), .. changes]);

    private void Close(params (string Name, string? Value)[] changes) => Send([("remove", "yes"), .. changes]);

    private void Wait(double seconds) => Host.Advance(TimeSpan.FromSeconds(seconds));

    // ---- times ---------------------------------------------------------------------------------------------------------

    private void AssertTalk(double seconds)
    {
        Assert.Equal(PbxOutcome.Answered, Call.Outcome);
        Assert.InRange(Call.TalkTime!.Value.TotalSeconds, seconds - 1, seconds + 1);
        Assert.InRange(Call.Duration!.Value.TotalSeconds, seconds + 1, seconds + 3);
    }

    [Theory]
    [InlineData("fresh")]
    [InlineData("answer")]
    [InlineData("start")]
    [InlineData("refreshed during the talk")]
    [InlineData("empty")]
    [InlineData("missing")]
    public void Nothing_that_the_closing_record_repeats_is_the_end(string stamp)
    {
        Ring();
        var start = _record["ts"];
        Wait(2);
        Answer();
        var answer = _record["ts"];
        Wait(2);
        var during = Text(PlatformNow);
        Wait(2);
        if (stamp == "fresh")
            Close();
        else
            Close(("ts", stamp switch { "answer" => answer, "start" => start, "empty" => "", "missing" => null, _ => during }), ("time_refresh", answer));

        AssertTalk(4);
        Assert.Equal(Call.EndedAt, Host.LastEvent.Time);
    }

    [Fact]
    public void An_answer_that_no_stamp_tells_is_its_arrival()
    {
        Ring();
        var start = _record["ts"];
        Wait(2);
        Answer(("ts", start), ("time_answer", "soon"));
        Wait(4);
        Close(("ts", start));

        AssertTalk(4);
    }

    [Fact]
    public void Records_without_times_are_timed_by_their_arrival()
    {
        (string, string?)[] none = [("ts", null), ("time_start", null)];
        Ring(none);
        Wait(2);

        // An answer time of another clock must not stand beside arrivals.
        Answer(none);
        Wait(4);
        Close(none);

        AssertTalk(4);
        Assert.Equal(Host.Now, Call.EndedAt);
    }

    [Fact]
    public void Short_records_know_their_start_only()
    {
        Ring(("ts", null));
        Wait(2);
        Answer(("ts", null));
        Wait(4);
        Close(("ts", null));

        AssertTalk(4);
    }

    [Fact]
    public void A_call_that_was_answered_at_once_is_timed_by_its_answer()
    {
        Ring();
        Wait(2);
        Answer(("ts", _record["ts"]));
        Wait(4);
        Close(("ts", _record["time_start"]));

        AssertTalk(4);
    }

    [Fact]
    public void A_closing_record_alone_tells_the_times()
    {
        Ring();
        Host.Advance(TimeSpan.FromMinutes(1));

        // Another call has shown how far the clocks are apart.
        Ring(("orig_callid", "o-2"), ("term_callid", "t-2"), ("orig_call_info", "active"), ("term_call_info", "active"),
            ("time_start", Text(PlatformNow.AddSeconds(-62))), ("time_answer", Text(PlatformNow.AddSeconds(-60))),
            ("ts", Text(PlatformNow.AddSeconds(-60))), ("remove", "yes"));

        var call = Host.LastEvent.Call!;
        Assert.Equal((60d, 62d), (Math.Round(call.TalkTime!.Value.TotalSeconds), Math.Round(call.Duration!.Value.TotalSeconds)));
    }

    [Fact]
    public void An_answer_time_before_the_phone_rang_is_the_queues()
    {
        Ring(("term_callid", "t-q"), ("term_user", "4020"), ("term_sub", ""), ("dnis", "4020"), ("orig_to_user", "4020"));
        Answer();
        var queues = _record["time_answer"];
        Wait(10);
        Send(("term_callid", "t-1"), ("term_user", "1001"), ("term_sub", "1001"), ("term_call_info", "alerting"), ("time_answer", Unanswered));
        Wait(5);
        Answer(("time_answer", queues));
        Wait(4);
        Close();
        Close(("term_callid", "t-q"), ("term_user", "4020"), ("term_sub", ""));

        Assert.Equal(("1001", PbxOutcome.Answered), (Call.AnsweredBy, Call.Outcome!.Value));
        Assert.InRange(Call.TalkTime!.Value.TotalSeconds, 3, 5);
    }

    // ---- forwarding to the outside ---------------------------------------------------------------------------------------

    [Theory]
    [InlineData("ForwardAlways", "1001", "sip:12025550123@192.0.2.1", "12025550123")]
    [InlineData("ForwardNoAnswer", "1001", "<sip:+12025550123@192.0.2.1>;tag=1", "+12025550123")]
    [InlineData("ForwardBusy", "", "sip:12025550123@192.0.2.1", "12025550123")]
    [InlineData("", "1001", "sip:12025550123@192.0.2.1", "12025550123")]
    [InlineData("", "", "sip:12025550123@192.0.2.1", "12025550123")]
    [InlineData("ForwardAlways", "1001", "", null)]
    public void A_forwarded_call_is_answered_by_the_number_that_answered(string action, string by, string uri, string? number)
    {
        Forward(("by_action", action), ("by_sub", by), ("term_uri", uri));
        Wait(1);
        Answer();
        Close();

        Assert.Equal(PbxOutcome.Answered, Call.Outcome);
        Assert.Equal(number, Call.AnsweredBy);
        Assert.Equal(("1001", "1001", PbxDirection.Inbound, null), (Call.Extension, Call.To, Call.Direction, Call.Queue));
        Assert.All(Host.Events, e => Assert.Equal(("1001", null), (e.Extension, e.Queue)));
    }

    [Fact]
    public void A_forwarded_call_that_nobody_answers_is_missed()
    {
        Forward();
        Close();

        Assert.Equal((PbxOutcome.Missed, "1001", true), (Call.Outcome!.Value, Call.Extension, Call.IsUnreached));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_internal_call_stays_one_when_it_is_forwarded_to_the_outside(bool isAnswered)
    {
        Forward(("orig_type", "device"), ("orig_sub", "1002"), ("ani", "1002"));
        if (isAnswered)
            Answer();
        Close();

        Assert.Equal((PbxDirection.Internal, isAnswered ? PbxOutcome.Answered : PbxOutcome.Missed), (Call.Direction, Call.Outcome!.Value));
        Assert.Equal(isAnswered ? "12025550123" : null, Call.AnsweredBy);
    }

    [Fact]
    public void A_call_that_is_forwarded_after_ringing_is_answered_by_the_mobile()
    {
        Ring();
        Wait(5);
        var phone = new Dictionary<string, string>(_record);
        Forward(("by_action", "ForwardNoAnswer"));
        var mobile = _record;
        _record = phone;
        Close();
        _record = mobile;
        Answer();
        Wait(4);
        Close();

        Assert.Equal((PbxOutcome.Answered, "12025550123", "1001"), (Call.Outcome!.Value, Call.AnsweredBy, Call.Extension));
    }

    [Fact]
    public void A_call_that_is_passed_on_to_the_outside_is_answered_by_the_number_there()
    {
        Ring();
        Answer();
        var phone = new Dictionary<string, string>(_record);
        Forward(("by_action", "XferBlind"), ("by_callid", "t-1"));
        var mobile = _record;
        _record = phone;
        Close(("by_action", "XferBlind"));
        _record = mobile;
        Answer();
        Close();

        Assert.Equal((PbxOutcome.Transferred, "12025550123"), (Call.Outcome!.Value, Call.AnsweredBy));
    }

    [Fact]
    public void Who_dials_outside_is_answered_by_the_number_as_dialled()
    {
        Ring(("orig_type", "device"), ("orig_sub", "1001"), ("dnis", "5550199"), ("orig_to_user", "5550199"), ("term_user", ""),
            ("term_sub", ""), ("term_type", "gateway"), ("term_uri", "sip:12025550199@192.0.2.1"));
        Answer();

        Assert.Equal(("5550199", PbxDirection.Outbound), (Call.AnsweredBy, Call.Direction));
    }

    // ---- not everything was seen -----------------------------------------------------------------------------------------

    [Fact]
    public void A_missed_call_of_which_only_the_end_is_seen_is_told()
    {
        Ring(("remove", "yes"));

        Assert.Equal((PbxOutcome.Missed, "1001", "2025550100"), (Call.Outcome!.Value, Call.Extension, Call.From));
        Assert.True(Call.IsUnreached);
        Assert.True(Host.LastEvent.IsCallNews);
    }

    [Fact]
    public void Where_the_caller_was_connected_to_something_unseen_the_end_alone_says_nothing()
    {
        Ring(("orig_call_info", "active"), ("remove", "yes"));

        Assert.Empty(Host.Calls);
    }

    [Fact]
    public void A_call_that_rang_when_the_link_was_lost_is_missed_if_its_record_says_so()
    {
        Ring();
        Host.LoseSight();
        Close();

        Assert.Equal(PbxOutcome.Missed, Call.Outcome);
    }

    [Fact]
    public void A_call_that_was_answered_while_the_link_was_lost_is_answered()
    {
        Ring();
        Host.LoseSight();
        Wait(2);
        var answer = Text(PlatformNow);
        Wait(60);
        Close(("orig_call_info", "active"), ("term_call_info", "active"), ("time_answer", answer), ("ts", answer));

        Assert.Equal((PbxOutcome.Answered, 60), (Call.Outcome!.Value, (int)Math.Round(Call.TalkTime!.Value.TotalSeconds)));
    }

    private void Queue(string info = "progressing", double waited = 0) => Ring(
        ("term_callid", "t-q"), ("term_user", "4020"), ("term_sub", ""), ("dnis", "4020"), ("orig_to_user", "4020"),
        ("orig_call_info", info), ("term_call_info", info == "active" ? info : "alerting"), ("time_start", Text(PlatformNow.AddSeconds(-waited))),
        ("time_answer", info == "active" ? Text(PlatformNow.AddSeconds(-waited)) : Unanswered));

    [Theory]
    [InlineData("progressing")]
    [InlineData("active")]
    public void A_caller_who_gives_up_in_a_queue_was_seen_whole_also_when_the_queue_takes_the_call_at_once(string info)
    {
        Queue(info);
        Wait(20);
        Close(("orig_call_info", "active"), ("term_call_info", "active"));

        Assert.Equal((PbxOutcome.Abandoned, "4020"), (Call.Outcome!.Value, Call.Queue));
    }

    [Fact]
    public void A_caller_who_waits_when_the_link_is_lost_may_have_been_answered()
    {
        Queue("active");
        Host.LoseSight();
        Close();

        Assert.Equal((PbxCallState.Ended, null), (Call.State, Call.Outcome));
    }

    [Fact]
    public void Of_a_queue_call_that_was_seen_late_nobody_knows_who_answered()
    {
        Queue("active", waited: 90);
        Close();

        Assert.Equal((PbxCallState.Ended, null), (Call.State, Call.Outcome));
    }

    // ---- voicemail -------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_call_that_goes_to_voicemail_without_ringing_is_the_extensions()
    {
        Ring(("term_uri", "sip:vmail_1001@example-domain"), ("term_sub", ""), ("term_user", "vmail_1001"), ("orig_call_info", "active"),
            ("term_call_info", "active"), ("time_answer", Text(PlatformNow)));
        Close();

        Assert.Equal((PbxOutcome.Voicemail, "1001", true), (Call.Outcome!.Value, Call.Extension, Call.IsUnreached));
    }

    // ---- losers ----------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_phone_that_stops_ringing_just_before_another_one_is_answered_was_answered_elsewhere()
    {
        Ring();
        var first = _record;
        Ring(("term_callid", "t-2"), ("term_user", "1002"), ("term_sub", "1002"));
        var second = _record;
        Wait(3);
        _record = first;
        Close();
        Wait(0.3);
        _record = second;
        Answer();

        Assert.Equal(PbxOutcome.AnsweredElsewhere, Call.Legs.Single(l => l.Extension == "1001").Outcome);
    }

    // ---- hidden callers --------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("anonymous", "2025550100", "sip:2025550100@trunk")]
    [InlineData("2025550100", "Anonymous", "")]
    [InlineData("", "", "\"Anonymous\" <sip:anonymous@anonymous.invalid>")]
    public void A_caller_who_is_anonymous_in_one_field_is_hidden_in_all(string ani, string user, string uri)
    {
        Ring(("ani", ani), ("orig_from_user", user), ("orig_from_uri", uri), ("orig_from_name", "Anna Test"), ("orig_id", "2025550100"));
        Close();

        Assert.Equal((null, null, PbxOutcome.Missed), (Call.From, Call.FromName, Call.Outcome!.Value));
        Assert.All(Host.Events, e =>
        {
            Assert.Null(e.From);
            Assert.DoesNotContain("2025550100", e.Raw, StringComparison.Ordinal);
            Assert.DoesNotContain("Anna", e.Raw, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void An_address_in_place_of_a_number_is_read()
    {
        Ring(("ani", "\"Ann\" <sip:+12025550100@trunk;user=phone>"), ("dnis", "sip:1001@example-domain"));

        Assert.Equal(("+12025550100", "1001"), (Call.From, Call.To));
    }
}
