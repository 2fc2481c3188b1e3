using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using static PbxEvents.Tests.Unit.OneCloud.CdrBench;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>From rows to a call (onecloud-history.md sections 4 and 5).</summary>
public sealed class OneCloudCdrCallTests
{
    private readonly CdrBench _bench = new();

    private static JsonObject To(JsonObject row, string user) =>
        With(row, ("call-term-user", user), ("call-term-to-uri", $"sip:{user}@d.example"), ("call-leg-ordinal-index", 2));

    private static JsonObject ToOutside(JsonObject row, string number) =>
        With(row, ("call-term-user", ""), ("call-term-domain", "*"), ("call-term-to-uri", $"sip:{number}@trunk.example"));

    private static JsonObject FromInside(JsonObject row, string user) =>
        With(row, ("call-orig-user", user), ("call-orig-domain", "d.example"), ("call-orig-caller-id", user));

    private static JsonObject Through(JsonObject row, string callId, string action, string user) =>
        With(row, ("call-through-call-id", callId), ("call-through-action", action), ("call-through-user", user));

    private static string Show(LegUpdate leg) => $"{leg.Extension ?? leg.Number} {leg.Outcome}";

    private static IEnumerable<string> Callees(CallRecord record) => record.Update.Legs.Where(l => l.Role == PbxLegRole.Callee).Select(Show);

    [Theory]
    [InlineData("Orig: Cancel")]
    [InlineData("No Answer")]
    [InlineData("Term: 480")]
    [InlineData("Term: 486")]
    [InlineData("Term: 603")]
    [InlineData("Term: 404")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Nobody_answered_an_inbound_call(string? reason)
    {
        var record = await _bench.ReadOneAsync(With(Row("o", "t"), ("call-disconnect-reason-text", reason)));
        var call = record.Update;
        Assert.Equal((PbxOutcome.Missed, PbxDirection.Inbound, "2025550100", "Ann", "2025550111", "1001"),
            (call.Outcome, call.Direction, call.From, call.FromName, call.To, call.Extension));
        Assert.Equal((Noon, Noon.AddSeconds(1), Noon.AddSeconds(20)), (call.StartedAt, call.RingingAt, call.EndedAt));
        Assert.Null(call.AnsweredAt);
        Assert.Equal(reason == "Orig: Cancel" ? PbxEndedBy.Caller : null, call.EndedBy);
        Assert.Equal(["1001 Missed"], Callees(record));
        Assert.Equal(["t"], record.OtherIds);
    }

    [Fact]
    public async Task A_person_who_talked_has_answered()
    {
        var record = await _bench.ReadOneAsync(Talked(Row("o", "t"), 6, 30, "Term: Bye"));
        Assert.Equal((PbxOutcome.Answered, "1001", PbxEndedBy.Callee), (record.Update.Outcome, record.Update.AnsweredBy, record.Update.EndedBy));
        Assert.Equal((Noon.AddSeconds(6), Noon.AddSeconds(36)), (record.Update.AnsweredAt, record.EndedAt));
        Assert.Equal(["1001 Answered"], Callees(record));
    }

    [Fact]
    public async Task A_menus_answer_time_is_not_the_persons_and_no_answer_by_itself()
    {
        // Asked 10 s after noon; the menu answered at once, the person 20 s later, with 5 s on hold.
        var record = await _bench.ReadOneAsync(
            Talked(To(Row("o", "m"), "5000"), 0, 10),
            With(Row("o", "t", 10, lasts: 60), ("call-answer-datetime", Time(0)), ("call-talking-duration-seconds", "35"), ("call-on-hold-duration-seconds", 5)));
        Assert.Equal((PbxOutcome.Answered, "1001", Noon.AddSeconds(30)), (record.Update.Outcome, record.Update.AnsweredBy, record.Update.AnsweredAt));

        var missed = new CdrBench();
        Assert.Equal(PbxOutcome.Missed, (await missed.ReadOneAsync(
            Talked(To(Row("o", "m"), "5000"), 0, 10), With(Row("o", "t", 10), ("call-answer-datetime", Time(0))))).Update.Outcome);
    }

    [Fact]
    public async Task Phones_that_ring_together_are_one_call_and_the_others_were_answered_elsewhere()
    {
        var record = await _bench.ReadOneAsync(
            With(Row("o", "t1", lasts: 6), ("call-disconnect-reason-text", "Cancel")), With(To(Row("o", "t2", lasts: 6), "1003"), ("call-disconnect-reason-text", "Cancel")),
            Talked(To(Row("o", "t3"), "1002"), 6, 30));
        Assert.Equal((PbxOutcome.Answered, "1002", "1002"), (record.Update.Outcome, record.Update.AnsweredBy, record.Update.Extension));
        Assert.Equal(["1001 AnsweredElsewhere", "1003 AnsweredElsewhere", "1002 Answered"], Callees(record));
        Assert.Equal(["t1", "t2", "t3"], record.OtherIds);
    }

    [Fact]
    public async Task A_phone_that_had_stopped_ringing_before_another_answered_missed_the_call()
    {
        var record = await _bench.ReadOneAsync(Row("o", "t1", lasts: 20), Talked(To(Row("o", "t2", 20), "1002"), 5, 30));
        Assert.Equal(["1001 Missed", "1002 Answered"], Callees(record));
    }

    [Theory]
    [InlineData("Transfer")]
    [InlineData("XferBlind")]
    [InlineData("MoveTo")]
    public async Task A_transfer_joins_its_rows_in_whatever_order_they_come(string word)
    {
        _bench.Rows.Add(Through(Talked(To(Row("o2", "t2", 30), "1002"), 5, 30), "t1", word, "1001"));
        var record = await _bench.ReadOneAsync(Talked(Row("o1", "t1"), 6, 24));
        Assert.Equal(("o1", PbxOutcome.Transferred, "1002"), (record.Update.CallId, record.Update.Outcome, record.Update.AnsweredBy));
        Assert.Equal(["1001 Transferred", "1002 Answered"], Callees(record));
        Assert.Equal(["t1", "o2", "t2"], record.OtherIds);
    }

    [Fact]
    public async Task The_question_before_an_attended_transfer_stays_a_call_of_its_own()
    {
        _bench.Rows.AddRange(
        [
            Talked(Row("o1", "t1"), 6, 24, "Transferred"), Talked(FromInside(To(Row("q", "t2", 15), "1002"), "1001"), 5, 10),
            Through(Talked(To(Row("o1", "t3", 30), "1002"), 0, 30), "q", "XferSup", "1001"),
        ]);
        var read = await _bench.ReadAsync();
        Assert.Equal([("q", PbxOutcome.Answered), ("o1", PbxOutcome.Transferred)], read.Select(r => (r.Update.CallId, r.Update.Outcome!.Value)));
        Assert.Equal((PbxDirection.Internal, "1002"), (read[0].Update.Direction, read[1].Update.AnsweredBy));
    }

    [Fact]
    public async Task Rows_that_point_to_each_other_end_the_search()
    {
        _bench.Rows.AddRange([Through(Row("o1", "t1"), "o2", "Transfer", "1001"), Through(Row("o2", "t2"), "o1", "Transfer", "1001")]);
        Assert.NotEmpty(await _bench.ReadAsync());
    }

    [Theory]
    [InlineData("vmail_1001", "sip:vmail_1001@d.example")]
    [InlineData("VMail", "")]
    [InlineData("1001", "sip:vmail_1001@d.example")]
    public async Task Voicemail_is_no_person(string user, string uri)
    {
        var record = await _bench.ReadOneAsync(
            Row("o", "t1"), Talked(With(To(Row("o", "t2", 20), user), ("call-term-to-uri", uri)), 0, 15));
        Assert.Equal((PbxOutcome.Voicemail, "1001"), (record.Update.Outcome, record.Update.Extension));
        Assert.Null(record.Update.AnsweredBy);
    }

    [Theory]
    [InlineData("Orig: Bye", PbxOutcome.Abandoned)]
    [InlineData("Abandoned", PbxOutcome.Abandoned)]
    [InlineData("Caller Abandoned", PbxOutcome.Abandoned)]
    [InlineData("Term: 503", PbxOutcome.Missed)]
    public async Task Who_waited_in_a_queue_in_vain_has_given_up(string reason, PbxOutcome outcome)
    {
        // Queues answer, and nobody may have rung.
        var alone = await _bench.ReadOneAsync(Talked(To(Row("o", "q"), "4020"), 0, 40, reason));
        Assert.Equal((outcome, "4020"), (alone.Update.Outcome, alone.Update.Queue));
        Assert.Empty(Callees(alone));

        // Where queues may not be asked for, the agent's row names it.
        var named = new CdrBench();
        named.Queues.Clear();
        var record = await named.ReadOneAsync(Talked(To(Row("o", "q"), "4020"), 0, 40, reason), Through(Row("o", "t", 10), "q", "QueueSDispatch", "4020"));
        Assert.Equal((outcome, "4020", "1001"), (record.Update.Outcome, record.Update.Queue, record.Update.Extension));
        Assert.Equal(["1001 Missed"], Callees(record));
    }

    [Fact]
    public async Task An_agent_who_answers_ends_the_waiting()
    {
        var record = await _bench.ReadOneAsync(
            Talked(To(Row("o", "q"), "4020"), 0, 20), Through(Talked(Row("o", "t", 10), 10, 30), "q", "QueueSDispatch", "4020"));
        Assert.Equal((PbxOutcome.Answered, "4020", "1001"), (record.Update.Outcome, record.Update.Queue, record.Update.AnsweredBy));
    }

    [Fact]
    public async Task An_outbound_call_is_nobodys_miss()
    {
        var answered = (await _bench.ReadOneAsync(Talked(ToOutside(FromInside(Row("o", "t"), "1001"), "2025550111"), 6, 30))).Update;
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Outbound, "1001", "2025550111", "1001"),
            (answered.Outcome, answered.Direction, answered.From, answered.AnsweredBy, answered.Extension));
        var failed = new CdrBench();
        Assert.Equal(PbxOutcome.Failed, (await failed.ReadOneAsync(ToOutside(FromInside(Row("o", "t"), "1001"), "2025550111"))).Update.Outcome);
    }

    [Fact]
    public async Task A_forwarded_call_is_inbound_and_its_mobile_answers_for_the_extension()
    {
        var record = await _bench.ReadOneAsync(Through(Talked(ToOutside(Row("o", "t"), "2025550133"), 6, 30), "", "ForwardAlways", "1001"));
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound, "1001", "2025550133"),
            (record.Update.Outcome, record.Update.Direction, record.Update.Extension, record.Update.AnsweredBy));
    }

    [Fact]
    public async Task Rows_of_no_call_are_dropped()
    {
        _bench.Rows.AddRange(
        [
            With(Row("o1", "t1"), ("call-disconnect-reason-text", "Term: Reg Expired")), With(Row("o2", "t2"), ("hide-from-results", "1")),
            FromInside(Row("o3", "t3"), "1001"),
        ]);
        Assert.Empty(await _bench.ReadAsync());
    }
}
