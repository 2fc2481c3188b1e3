using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;
using static PbxEvents.Tests.Unit.PortSip.PortSipRecordBench;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>From rows to a call (history/portsip-history.md sections 3 to 5), the sheet's samples among them.</summary>
public sealed class PortSipRecordedCallTests
{
    private readonly PortSipRecordBench _bench = new();

    private static JsonObject Sample(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Fixture.Folder("portsip"), $"history-{name}.json")))!.AsObject();

    private static IEnumerable<string> Callees(CallRecord record) =>
        record.Update.Legs.Where(l => l.Role == PbxLegRole.Callee).Select(l => $"{l.Extension ?? l.Number} {l.Outcome}");

    private static JsonObject Answered(JsonObject row, double at, string reason = "CALLEE_DISCONNECTED") =>
        With(row, ("answered_at", Time(at)), ("end_reason", reason), ("status_code", 0));

    private static JsonObject To(JsonObject row, string callee) => With(row, ("callee", callee), ("destination", $"sip:{callee}@203.0.113.2:5060"));

    private static JsonObject Outbound(JsonObject row) => With(row, ("direction", "OUTBOUND_CALL"), ("caller", "101"), ("callee", "2025550102"));

    // ---- samples -----------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_samples_are_the_calls_that_they_tell(bool hasLogs)
    {
        var logs = Sample("calllogs")["items"]!.AsArray();
        _bench.Rows = hasLogs ? [.. logs] : null;
        _bench.Cdrs.AddRange(Sample("cdrs")["items"]!.AsArray());
        _bench.Parts["1588527209272840192"] = Sample("cdr-detail")["items"]!.DeepClone().AsArray();
        var read = (await _bench.ReadAsync()).ToDictionary(r => r.Update.CallId);
        Assert.Equal(4, read.Count);

        var queue = read["1588527209272840192"];
        Assert.Equal((PbxOutcome.Answered, "103", "8000", "5000", "103"),
            (queue.Update.Outcome, queue.Update.AnsweredBy, queue.Update.Queue, queue.Update.To, queue.Update.Extension));
        Assert.Equal((PbxDirection.Inbound, "2025550101", "Ann Example"), (queue.Update.Direction, queue.Update.From, queue.Update.FromName));
        Assert.Equal((Noon.AddSeconds(0.1), Noon.AddTicks(102_000_000), Noon.AddSeconds(20), Noon.AddSeconds(140)),
            (queue.Update.StartedAt!.Value, queue.Update.RingingAt!.Value, queue.Update.AnsweredAt!.Value, queue.EndedAt));
        Assert.Equal(["102 AnsweredElsewhere", "103 Answered"], Callees(queue));
        Assert.Equal(["5000", "8000"], queue.Update.Legs.Where(l => l.Role == PbxLegRole.System).Select(l => l.Number));
        Assert.Equal("cidA..", Assert.Single(queue.Update.Legs, l => l.Role == PbxLegRole.Caller).LegId);

        Assert.Equal((PbxOutcome.Abandoned, "8000", PbxEndedBy.Caller), Of("1588528467983470592", u => (u.Outcome, u.Queue, u.EndedBy)));
        Assert.Equal((PbxOutcome.Busy, PbxDirection.Internal, "101", "102"), Of("1588529223377620992", u => (u.Outcome, u.Direction, u.From, u.Extension)));
        Assert.Equal((PbxOutcome.Missed, PbxEndedBy.Caller, "101"), Of("1588530230430011392", u => (u.Outcome, u.EndedBy, u.Extension)));

        T Of<T>(string id, Func<CallUpdate, T> what) => what(read[id].Update);
    }

    // ---- the outcome table -----------------------------------------------------------------------------------------

    [Theory]
    [InlineData("REFERRED")]
    [InlineData("REPLACED")]
    [InlineData("REDIRECTED")]
    [InlineData("BLIND_TRANSFER_COMPLETED")]
    [InlineData("CONSULT_TRANSFER_COMPLETED")]
    public async Task A_person_who_answered_and_passed_the_call_on_has_transferred_it(string reason)
    {
        var read = await _bench.ReadOneAsync(Answered(Row("1", "s"), 5, reason), Answered(To(Row("2", "s", 20, 60), "102"), 25));
        Assert.Equal((PbxOutcome.Transferred, "102", "102", Noon.AddSeconds(5)), (read.Update.Outcome, read.Update.AnsweredBy, read.Update.Extension, read.Update.AnsweredAt));
        Assert.Equal(["101 Transferred", "102 Answered"], Callees(read));
    }

    [Fact]
    public async Task A_later_part_that_came_about_by_a_transfer_says_so_too()
    {
        var read = await _bench.ReadOneAsync(Answered(Row("1", "s"), 5), With(To(Row("2", "s", 20, 60), "102"), ("reroute_reason", "TRANSFER")));
        Assert.Equal((PbxOutcome.Transferred, "101"), (read.Update.Outcome, read.Update.AnsweredBy));
        Assert.Equal(["101 Transferred", "102 Missed"], Callees(read));
    }

    [Fact]
    public async Task What_a_machine_passes_on_and_what_is_picked_up_is_no_transfer()
    {
        var read = await _bench.ReadOneAsync(
            Answered(To(Row("1", "s", 0, 5), "5000"), 0.1, "REFERRED"), With(Row("2", "s", 5, 10), ("end_reason", "REPLACED"), ("reroute_reason", "TRANSFER"), ("status_code", 0)),
            Answered(To(Row("3", "s", 14.5, 60), "102"), 15));
        Assert.Equal((PbxOutcome.Answered, "102", "5000"), (read.Update.Outcome, read.Update.AnsweredBy, read.Update.To));
        Assert.Equal(["101 AnsweredElsewhere", "102 Answered"], Callees(read));
    }

    [Fact]
    public async Task The_other_side_of_an_outbound_call_is_a_person()
    {
        var read = await _bench.ReadOneAsync(Answered(Outbound(Row("1", "s")), 4));
        Assert.Equal((PbxOutcome.Answered, "2025550102", "101", PbxDirection.Outbound), (read.Update.Outcome, read.Update.AnsweredBy, read.Update.Extension, read.Update.Direction));
    }

    [Fact]
    public async Task A_call_sent_on_to_a_mobile_stays_the_extensions_and_the_mobile_answers()
    {
        var read = await _bench.ReadOneAsync(
            With(Row("1", "s", 0, 10), ("direction", "INBOUND_OUTBOUND_CALL"), ("status_code", 0), ("end_reason", "")),
            With(Answered(To(Row("2", "s", 1, 60), "+4533333333"), 10), ("direction", "INBOUND_OUTBOUND_CALL")));
        Assert.Equal((PbxOutcome.Answered, "+4533333333", "101", PbxDirection.Inbound), (read.Update.Outcome, read.Update.AnsweredBy, read.Update.Extension, read.Update.Direction));
        Assert.Equal(["101 AnsweredElsewhere", "+4533333333 Answered"], Callees(read));
    }

    [Fact]
    public async Task A_ring_group_that_answered_was_answered_by_a_person_without_a_part()
    {
        var read = await _bench.ReadOneAsync(Answered(To(Row("1", "s"), "6000"), 6));
        Assert.Equal((PbxOutcome.Answered, (string?)null, Noon.AddSeconds(6)), (read.Update.Outcome, read.Update.AnsweredBy, read.Update.AnsweredAt));
    }

    [Fact]
    public async Task A_mailbox_that_answered_last_has_the_call()
    {
        var read = await _bench.ReadOneAsync(With(Row("1", "s"), ("status_code", 408)), Answered(To(Row("2", "s", 20, 30), "7000"), 21, "CALLER_DISCONNECTED"));
        Assert.Equal((PbxOutcome.Voicemail, "101"), (read.Update.Outcome, read.Update.Extension));
        Assert.Null(read.Update.AnsweredAt);
    }

    [Theory]
    [InlineData("2025550101", 70, PbxOutcome.Voicemail)]
    [InlineData("2025550101", 90, PbxOutcome.Missed)]
    [InlineData("2025550101", -5, PbxOutcome.Missed)]
    [InlineData("2025550199", 30, PbxOutcome.Missed)]
    public async Task A_message_of_the_caller_makes_a_missed_call_one_that_voicemail_took(string sender, double after, PbxOutcome outcome)
    {
        _bench.Messages.Add(new JsonObject { ["id"] = "1", ["sender"] = sender, ["created_at"] = Time(after) });
        Assert.Equal(outcome, (await _bench.ReadOneAsync(Row("1", "s"))).Update.Outcome);
    }

    [Fact]
    public async Task Messages_are_not_asked_for_where_every_call_was_answered()
    {
        await _bench.ReadOneAsync(Answered(Row("1", "s"), 5));
        Assert.Empty(_bench.Asked("voicemails"));
    }

    [Theory]
    [InlineData("CALLER_DISCONNECTED", "", PbxOutcome.Abandoned)]
    [InlineData("", "QUEUE_ABANDONED", PbxOutcome.Abandoned)]
    [InlineData("CALLEE_DISCONNECTED", "", PbxOutcome.Missed)]
    public async Task A_caller_who_gives_up_in_a_queue_has_abandoned(string reason, string reroute, PbxOutcome outcome)
    {
        var read = await _bench.ReadOneAsync(
            With(Answered(To(Row("1", "s", 0, 40), "8000"), 0.1, reason), ("reroute_reason", reroute)), With(Row("2", "s", 5, 35), ("service_number", "8000")));
        Assert.Equal((outcome, "8000", "101"), (read.Update.Outcome, read.Update.Queue, read.Update.Extension));
        Assert.Equal(["101 Missed"], Callees(read));
    }

    [Fact]
    public async Task Who_left_the_queue_for_somebody_else_before_giving_up_has_not_abandoned()
    {
        var read = await _bench.ReadOneAsync(Answered(To(Row("1", "s", 0, 40), "8000"), 0.1, "REFERRED"), With(Row("2", "s", 40, 20), ("reroute_reason", "OVERFLOW")));
        Assert.Equal(PbxOutcome.Missed, read.Update.Outcome);
    }

    [Theory]
    [InlineData(486, PbxOutcome.Busy)]
    [InlineData(600, PbxOutcome.Busy)]
    [InlineData(603, PbxOutcome.Rejected)]
    [InlineData(403, PbxOutcome.Rejected)]
    [InlineData(0, PbxOutcome.Missed)]
    [InlineData(408, PbxOutcome.Missed)]
    [InlineData(480, PbxOutcome.Missed)]
    [InlineData(487, PbxOutcome.Missed)]
    [InlineData(404, PbxOutcome.Failed)]
    [InlineData(503, PbxOutcome.Failed)]
    public async Task The_SIP_status_says_why_nobody_answered(int code, PbxOutcome outcome)
    {
        var inbound = await _bench.ReadOneAsync(With(Row("1", "s"), ("status_code", code)));
        Assert.Equal(outcome, inbound.Update.Outcome);
        Assert.Equal([$"101 {outcome}"], Callees(inbound));

        // An outbound call is nobody's miss. The code may be text.
        var other = new PortSipRecordBench();
        Assert.Equal(outcome == PbxOutcome.Missed ? PbxOutcome.Failed : outcome,
            (await other.ReadOneAsync(With(Outbound(Row("1", "s")), ("status_code", $"{code}")))).Update.Outcome);
    }

    [Fact]
    public async Task A_queue_that_is_full_has_failed_the_call() =>
        Assert.Equal(PbxOutcome.Failed, (await _bench.ReadOneAsync(With(Row("1", "s"), ("reroute_reason", "CAPACITY_BLOCKED"), ("status_code", 0)))).Update.Outcome);

    [Fact]
    public async Task Two_devices_of_one_extension_are_two_legs()
    {
        var read = await _bench.ReadOneAsync(To(Row("1", "s"), "101"), To(Row("2", "s"), "101"));
        Assert.Equal(["sip:101@203.0.113.2:5060", "sip:101@203.0.113.2:5060 2"], read.Update.Legs.Where(l => l.Role == PbxLegRole.Callee).Select(l => l.LegId));
    }

    [Fact]
    public async Task Who_rang_before_and_was_given_up_has_missed_the_call()
    {
        var read = await _bench.ReadOneAsync(With(Row("1", "s"), ("status_code", 408), ("end_reason", "")), Answered(To(Row("2", "s", 20, 60), "102"), 30));
        Assert.Equal(["101 Missed", "102 Answered"], Callees(read));
    }

    [Fact]
    public async Task A_hang_up_after_a_talk_is_put_on_nobody()
    {
        // Older releases say so also when the callee hung up (section 10).
        Assert.Null((await _bench.ReadOneAsync(Answered(Row("1", "s"), 5, "CALLER_DISCONNECTED"))).Update.EndedBy);
    }
}
