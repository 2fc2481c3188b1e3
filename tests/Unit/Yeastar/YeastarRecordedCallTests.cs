using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>What the rows of a call say of it (history/yeastar-history.md sections 3 to 5), by rows made by hand after the sheet.</summary>
public sealed class YeastarRecordedCallTests
{
    private const string Id = "1893484800.10";
    private readonly YeastarRecordsRig _rig = new();

    private DateTimeOffset Start => _rig.Now.AddMinutes(-10);

    [Fact]
    public async Task An_answered_call_tells_parties_times_recording_and_who_answered()
    {
        var row = Row(talk: 21, disposition: "ANSWERED");
        row["record_file"] = $"20300101-{Id}-2025550100-1001-Inbound.wav";
        var record = await ReadAsync();
        var call = record.Update;
        Assert.Equal((Id, true, PbxOutcome.Answered, PbxDirection.Inbound), (call.CallId, call.IsEnd, call.Outcome, call.Direction));
        Assert.Equal(("+12025550100", "Ann", "+12025550199", "1001", "1001"), (call.From, call.FromName, call.To, call.Extension, call.AnsweredBy));
        Assert.Equal((Start, Start, Start.AddSeconds(5), Start.AddSeconds(26)), (call.StartedAt!.Value, call.RingingAt!.Value, call.AnsweredAt!.Value, call.EndedAt!.Value));
        Assert.Equal(($"20300101-{Id}-2025550100-1001-Inbound.wav", Start.AddSeconds(26)), (call.RecordingId, record.EndedAt));
        var leg = Assert.Single(call.Legs);
        Assert.Equal(("1001", "Bob", PbxLegRole.Callee, PbxCallState.Ended, PbxOutcome.Answered, Start.AddSeconds(5)),
            (leg.Extension, leg.ExtensionName, leg.Role, leg.State!.Value, leg.Outcome!.Value, leg.AnsweredAt!.Value));
        Assert.Equal(Id, (string?)JsonNode.Parse(record.Payload.Span)![0]!["call_id"]);
    }

    [Theory]
    [InlineData("NO ANSWER", "Inbound", PbxOutcome.Missed)]
    [InlineData("BUSY", "Inbound", PbxOutcome.Busy)]
    [InlineData("FAILED", "Inbound", PbxOutcome.Failed)]
    [InlineData("VOICEMAIL", "Inbound", PbxOutcome.Voicemail)]
    [InlineData("no answer", "Internal", PbxOutcome.Missed)]
    [InlineData("ANSWERED", "Internal", PbxOutcome.Answered)]
    [InlineData("ANSWERED", "Outbound", PbxOutcome.Answered)]
    [InlineData("NO ANSWER", "Outbound", PbxOutcome.Failed)]
    [InlineData("BUSY", "Outbound", PbxOutcome.Busy)]
    [InlineData("FAILED", "Outbound", PbxOutcome.Failed)]
    public async Task A_call_of_one_row_has_the_outcome_of_its_disposition(string disposition, string type, PbxOutcome outcome)
    {
        Row(talk: disposition == "ANSWERED" ? 9 : 0, disposition: disposition)["call_type"] = type;
        Assert.Equal(outcome, (await ReadAsync()).Update.Outcome);
    }

    [Fact]
    public async Task A_call_from_a_queue_is_the_agents_whose_row_has_the_same_uid()
    {
        Row(talk: 30, to: "Queue sales<6400>", ring: 12, disposition: "ANSWERED");
        Row(after: 8, talk: 30, ring: 4, disposition: "ANSWERED");
        var call = (await ReadAsync()).Update;
        Assert.Equal((PbxOutcome.Answered, "6400", "1001", "1001"), (call.Outcome, call.Queue, call.AnsweredBy, call.Extension));
        Assert.Equal((Start, Start.AddSeconds(12)), (call.StartedAt!.Value, call.AnsweredAt!.Value));
        Assert.Single(call.Legs);
    }

    [Theory]
    [InlineData("Ann<+12025550100> hung up", PbxOutcome.Abandoned)]
    [InlineData(null, PbxOutcome.Abandoned)]
    [InlineData("Queue sales<6400> timed out, failover", PbxOutcome.Missed)]
    public async Task Who_leaves_a_queue_abandons_it_and_a_queue_that_gives_up_has_missed_the_call(string? reason, PbxOutcome outcome)
    {
        Row(ring: 40, to: "Queue sales<6400>")["reason"] = reason;
        Assert.Equal(outcome, (await ReadAsync()).Update.Outcome);
    }

    [Fact]
    public async Task A_queue_that_gave_up_and_an_extension_that_answered_then_is_an_answered_call()
    {
        Row(ring: 40, to: "Queue sales<6400>")["reason"] = "Queue sales<6400> timed out, failover";
        Row(after: 40, talk: 10, disposition: "ANSWERED");
        var call = (await ReadAsync()).Update;
        Assert.Equal((PbxOutcome.Answered, "1001"), (call.Outcome, call.AnsweredBy));
    }

    [Fact]
    public async Task A_menu_alone_answers_nobody_as_live()
    {
        var row = Row(talk: 12, to: "IVR main<6200>", disposition: "ANSWERED");
        row.Remove("ring_duration");
        var call = (await ReadAsync()).Update;
        Assert.Equal((PbxOutcome.Missed, null, null), (call.Outcome, call.AnsweredBy, call.Extension));
        Assert.Empty(call.Legs);
        Assert.Null(call.AnsweredAt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bob<1001> blind transferred Ann<+12025550100> to Eve<1002>")]
    public async Task Two_extensions_that_answered_are_a_transfer(string? reason)
    {
        Row(talk: 10, disposition: "ANSWERED")["reason"] = reason;
        Row(after: 15, talk: 20, to: "Eve<1002>", disposition: "ANSWERED");
        var call = (await ReadAsync()).Update;
        Assert.Equal((PbxOutcome.Transferred, "1002", "1002"), (call.Outcome, call.AnsweredBy, call.Extension));
        Assert.Equal([("1001", PbxOutcome.Transferred), ("1002", PbxOutcome.Answered)], call.Legs.Select(l => (l.Extension!, l.Outcome!.Value)));
        Assert.Equal(Start.AddSeconds(5), call.AnsweredAt);
    }

    [Fact]
    public async Task A_transfer_to_somebody_who_does_not_answer_is_a_transfer_by_the_PBXs_word()
    {
        Row(talk: 10, disposition: "ANSWERED")["reason"] = "Bob<1001> attended transferred Ann to Eve<1002>";
        Row(after: 15, to: "Eve<1002>");
        Assert.Equal(PbxOutcome.Transferred, (await ReadAsync()).Update.Outcome);
    }

    [Fact]
    public async Task A_call_that_was_forwarded_outside_and_answered_there_is_answered_by_the_outside_number()
    {
        Row();
        var outside = Row(after: 5, talk: 20, to: "+12025550111", disposition: "ANSWERED");
        outside["call_type"] = "Outbound";
        var call = (await ReadAsync()).Update;
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound, "+12025550111", "1001"), (call.Outcome, call.Direction, call.AnsweredBy, call.Extension));
        Assert.Equal([PbxOutcome.AnsweredElsewhere, PbxOutcome.Answered], call.Legs.Select(l => l.Outcome));
    }

    [Fact]
    public async Task A_hidden_caller_is_nowhere_to_be_seen()
    {
        var row = Row();
        row["call_from"] = "Secret Sam<Anonymous>";
        row["call_from_number"] = "Anonymous";
        row["call_from_name"] = "Secret Sam";
        var record = await ReadAsync();
        Assert.True(record.Update.HidesFrom);
        Assert.Null(record.Update.From);
        Assert.DoesNotContain("Sam", Encoding.UTF8.GetString(record.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_in_any_order_make_the_same_call()
    {
        Row(talk: 12, to: "IVR main<6200>", ring: 0, disposition: "ANSWERED");
        Row(after: 12, talk: 10, disposition: "ANSWERED");
        Row(after: 27, talk: 20, to: "Eve<1002>", disposition: "ANSWERED");
        var told = Told(await ReadAsync());
        foreach (var order in (int[][])[[2, 1, 0], [1, 2, 0], [2, 0, 1]])
        {
            var rows = _rig.Rows.ToArray();
            _rig.Rows.Clear();
            _rig.Rows.AddRange(order.Select(i => rows[i]));
            Assert.Equal(told, Told(await ReadAsync()));
        }

        static object Told(CallRecord r) =>
            (r.Update.Outcome, r.Update.AnsweredBy, r.Update.To, r.Update.StartedAt, r.Update.AnsweredAt, r.EndedAt, string.Join(',', r.Update.Legs.Select(l => l.Extension)));
    }

    [Theory]
    [InlineData("1893484800.10", null, "1893484800.10")]
    [InlineData(null, "20300101-1893484800.10-2025550100-1001-Inbound.wav", "1893484800.10")]
    [InlineData(null, "20300101090000-x.y-2025550100-1001.wav", "uid:20300101090000ABCD")]
    [InlineData(null, null, "uid:20300101090000ABCD")]
    public async Task The_id_is_the_live_one_wherever_it_stands(string? id, string? file, string expected)
    {
        var row = Row();
        row["call_id"] = id;
        row["record_file"] = file;
        Assert.Equal(expected, (await ReadAsync()).Update.CallId);
    }

    [Fact]
    public async Task An_id_is_a_text_whose_zeros_count()
    {
        Row();
        _rig.Add("1893484800.1", Start);
        _rig.Rows[0]["call_id"] = JsonNode.Parse(Id);
        Assert.Equal([Id, "1893484800.1"], (await _rig.ReadAsync()).Select(r => r.Update.CallId).OrderDescending());
    }

    private JsonObject Row(int after = 0, int ring = 5, int talk = 0, string to = "Bob<1001>", string disposition = "NO ANSWER") =>
        _rig.Add(Id, Start.AddSeconds(after), ring, talk, to, disposition);

    private async Task<CallRecord> ReadAsync() => Assert.Single(await _rig.ReadAsync());
}
