using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using static PbxEvents.Tests.Unit.RingCentral.CallLogBench;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>What records of the call log say of a call (history/ringcentral-history.md sections 3 to 5).</summary>
public sealed class CallLogCallTests
{
    private readonly CallLogBench _bench = new();

    /// <summary>The sheet's sample of a queue call, with its invented values.</summary>
    private static JsonObject QueueSample() => With(
        Row("a1", 0, 128.4, "Accepted", null,
            With(Leg("300", 0, 128, "Accepted"), ("partyId", "p-a1-1"), ("durationMs", 128400)),
            With(Leg("101", 12, 0, "Missed", "Stopped"), ("partyId", "p-a1-2")),
            With(Leg("102", 18, 110, "Accepted"), ("partyId", "p-a1-3"))),
        ("durationMs", 128400), ("to", new JsonObject { ["phoneNumber"] = "+12025550199", ["extensionNumber"] = "300", ["extensionId"] = "300", ["name"] = "Support queue" }));

    private static JsonObject Outbound(string result, string? reason = null, double lasts = 5) => With(
        Row("o", 0, lasts, result, reason, With(Leg("102", 0, lasts, result, reason, "SipToPstnMetered"), ("direction", "Outbound"),
            ("to", new JsonObject { ["phoneNumber"] = "+12025550104" }))),
        ("direction", "Outbound"), ("action", "VoIP Call"), ("from", new JsonObject { ["extensionNumber"] = "102", ["extensionId"] = "102", ["name"] = "Carol" }),
        ("to", new JsonObject { ["phoneNumber"] = "+12025550104" }), ("extension", new JsonObject { ["id"] = 102 }));

    private async Task<CallUpdate> ReadAsync(params JsonNode?[] rows) => (await _bench.ReadOneAsync(rows)).Update;

    [Fact]
    public async Task The_sample_of_a_queue_call_is_answered_by_the_agent_and_not_by_the_queue()
    {
        var record = await _bench.ReadOneAsync(QueueSample());
        var call = record.Update;
        Assert.Equal(("s-a1", PbxOutcome.Answered, PbxDirection.Inbound, "300", "102"), (call.CallId, call.Outcome, call.Direction, call.Queue, call.AnsweredBy));
        Assert.Equal(("+12025550101", "Ann", "+12025550199"), (call.From, call.FromName, call.To));
        Assert.Equal((Noon, Noon.AddSeconds(18), Noon.AddSeconds(128.4)), (call.StartedAt!.Value, call.AnsweredAt!.Value, call.EndedAt!.Value));
        Assert.Equal(record.EndedAt, call.EndedAt);
        Assert.Equal(
            [("p-a1-1", PbxLegRole.System, null), ("p-a1-2", PbxLegRole.Callee, PbxOutcome.AnsweredElsewhere), ("p-a1-3", PbxLegRole.Callee, PbxOutcome.Answered)],
            call.Legs.Select(l => (l.LegId, l.Role, l.Outcome)));
    }

    [Fact]
    public async Task A_leg_that_names_its_extension_has_the_name_and_one_that_names_another_has_none()
    {
        var call = await ReadAsync(Row("n1", 0, 20, "Accepted", null,
            With(Leg("101", 0, 5), ("to", new JsonObject { ["extensionId"] = "102", ["name"] = "Carol" })),
            With(Leg("102", 6, 14, "Accepted"), ("to", new JsonObject { ["extensionId"] = "102", ["name"] = "Carol" }))));
        Assert.Equal([("101", null), ("102", "Carol")], call.Legs.Select(l => (l.Extension!, l.ExtensionName)));
    }

    [Theory]
    [InlineData("Accepted", null, PbxOutcome.Answered)]
    [InlineData("Call connected", null, PbxOutcome.Answered)]
    [InlineData("Answered", null, PbxOutcome.Answered)]
    [InlineData("Voicemail", null, PbxOutcome.Voicemail)]
    [InlineData("Sent to Voicemail", null, PbxOutcome.Voicemail)]
    [InlineData("Abandoned", null, PbxOutcome.Abandoned)]
    [InlineData("Answered Elsewhere", null, PbxOutcome.AnsweredElsewhere)]
    [InlineData("Missed", "Stopped", PbxOutcome.AnsweredElsewhere)]
    [InlineData("Busy", null, PbxOutcome.Busy)]
    [InlineData("Missed", "Line Busy", PbxOutcome.Busy)]
    [InlineData("Declined", null, PbxOutcome.Rejected)]
    [InlineData("Rejected", null, PbxOutcome.Rejected)]
    [InlineData("Blocked", null, PbxOutcome.Rejected)]
    [InlineData("Reply", null, PbxOutcome.Rejected)]
    [InlineData("Missed", "Number Blocked", PbxOutcome.Rejected)]
    [InlineData("Missed", "Calls Not Accepted", PbxOutcome.Rejected)]
    [InlineData("Missed", null, PbxOutcome.Missed)]
    [InlineData("No Answer", null, PbxOutcome.Missed)]
    [InlineData("Hang Up", null, PbxOutcome.Missed)]
    [InlineData("Missed", "Hang Up", PbxOutcome.Missed)]
    [InlineData("Answered Not Accepted", null, PbxOutcome.Missed)]
    [InlineData("Callback requested", null, PbxOutcome.Missed)]
    [InlineData("Something new", "No Answer", PbxOutcome.Missed)]
    [InlineData("Something new", null, PbxOutcome.Failed)]
    public async Task The_words_of_an_inbound_call_are_those_of_the_sheets_table(string result, string? reason, PbxOutcome outcome) =>
        Assert.Equal(outcome, (await ReadAsync(Row("x", 0, 20, result, reason))).Outcome);

    [Theory]
    [InlineData("Call Failed")]
    [InlineData("Call Failure")]
    [InlineData("Internal Error")]
    [InlineData("IP Phone Offline")]
    [InlineData("No Calling Credit")]
    [InlineData("Not Allowed")]
    [InlineData("Restricted Number")]
    [InlineData("Wrong Number")]
    [InlineData("International Disabled")]
    [InlineData("Suspended account")]
    [InlineData("Carrier is not active")]
    public async Task A_word_of_failure_counts_before_those_of_the_legs(string result) =>
        Assert.Equal(PbxOutcome.Failed, (await ReadAsync(Row("x", 0, 20, result, null, Leg("101", 0, 20, "Missed")))).Outcome);

    [Theory]
    [InlineData("Call connected", null, PbxOutcome.Answered)]
    [InlineData("Accepted", null, PbxOutcome.Answered)]
    [InlineData("RingOut connected", null, PbxOutcome.Answered)]
    [InlineData("911", null, PbxOutcome.Answered)]
    [InlineData("Busy", "Line Busy", PbxOutcome.Busy)]
    [InlineData("No Answer", null, PbxOutcome.Failed)]
    [InlineData("Hang Up", null, PbxOutcome.Failed)]
    [InlineData("Wrong Number", null, PbxOutcome.Failed)]
    public async Task The_words_of_an_outbound_call_are_those_of_the_sheets_table(string result, string? reason, PbxOutcome outcome)
    {
        var call = await ReadAsync(Outbound(result, reason));
        Assert.Equal((outcome, PbxDirection.Outbound, "102", "+12025550104"), (call.Outcome, call.Direction, call.From, call.To));
        Assert.Equal(outcome == PbxOutcome.Answered ? "+12025550104" : null, call.AnsweredBy);
        Assert.Equal(PbxLegRole.Caller, Assert.Single(call.Legs).Role);
    }

    [Fact]
    public async Task An_emergency_call_that_did_not_come_about_is_none_that_was_answered() =>
        Assert.Equal(PbxOutcome.Failed, (await ReadAsync(Outbound("911", null, 0))).Outcome);

    [Fact]
    public async Task Words_of_a_record_that_are_not_known_are_decided_by_its_legs()
    {
        var call = await ReadAsync(Row("x", 0, 20, "Something new", null, Leg("101", 0, 20, "Busy")));
        Assert.Equal(PbxOutcome.Busy, call.Outcome);
    }

    [Theory]
    [InlineData("action", "Transfer")]
    [InlineData("transferTarget", null)]
    [InlineData("transferee", null)]
    public async Task A_call_that_was_answered_and_passed_on_is_transferred(string member, string? value)
    {
        var row = Row("x", 0, 60, "Accepted", null, Leg("101", 5, 20, "Accepted"), Leg("102", 30, 30, "Accepted", null, value is null ? "Accept" : "TransferCall"));
        row[member] = value is null ? new JsonObject { ["telephonySessionId"] = "s-other" } : value;
        var call = await ReadAsync(row);
        Assert.Equal((PbxOutcome.Transferred, "102", Noon.AddSeconds(5)), (call.Outcome, call.AnsweredBy, call.AnsweredAt!.Value));
        Assert.Equal([PbxOutcome.Transferred, PbxOutcome.Answered], call.Legs.Select(l => l.Outcome!.Value));
    }

    [Fact]
    public async Task A_transfer_of_a_call_that_nobody_answered_is_none() =>
        Assert.Equal(PbxOutcome.Missed, (await ReadAsync(With(Row("x"), ("action", "Transfer")))).Outcome);

    [Fact]
    public async Task A_message_is_told_with_its_id()
    {
        var call = await ReadAsync(With(Row("a2", 300, 31, "Missed"), ("message", new JsonObject { ["id"] = "990000001", ["type"] = "VoiceMail" })));
        Assert.Equal((PbxOutcome.Voicemail, "990000001", null), (call.Outcome, call.VoicemailId, call.AnsweredAt));
    }

    [Fact]
    public async Task A_recording_is_told_with_its_id() =>
        Assert.Equal("77", (await ReadAsync(With(Row("x", 0, 20, "Accepted"), ("recording", new JsonObject { ["id"] = 77 })))).RecordingId);

    [Fact]
    public async Task Who_hangs_up_in_a_queue_has_given_up()
    {
        var call = await ReadAsync(With(
            Row("q", 0, 40, "Missed", "Hang Up", Leg("300", 0, 40, "Accepted"), Leg("101", 10, 10, "Missed", "No Answer"), Leg("102", 20, 20, "Missed", "Stopped")),
            ("to", new JsonObject { ["extensionId"] = 300 })));
        Assert.Equal((PbxOutcome.Abandoned, "300", null), (call.Outcome, call.Queue, call.AnsweredBy));
    }

    [Fact]
    public async Task A_menu_that_took_the_call_has_not_answered_it() =>
        Assert.Equal(PbxOutcome.Missed, (await ReadAsync(Row("m", 0, 20, "Missed", "Hang Up", Leg("400", 0, 20, "Accepted")))).Outcome);

    [Fact]
    public async Task An_internal_call_has_a_record_from_each_end_and_is_one_call()
    {
        var caller = With(Outbound("Call connected"), ("to", new JsonObject { ["extensionNumber"] = "101", ["extensionId"] = "101" }), ("id", "c"));
        var callee = With(Row("o", 0, 5, "Accepted", null, Leg("101", 2, 3, "Accepted")),
            ("from", new JsonObject { ["extensionNumber"] = "102", ["extensionId"] = "102" }), ("id", "d"));
        var call = await ReadAsync(callee, caller);
        Assert.Equal(("s-o", PbxDirection.Internal, PbxOutcome.Answered, "101", Noon.AddSeconds(2)),
            (call.CallId, call.Direction, call.Outcome, call.AnsweredBy, call.AnsweredAt!.Value));
        Assert.Equal([PbxLegRole.Caller, PbxLegRole.Callee], call.Legs.Select(l => l.Role));
    }

    [Fact]
    public async Task The_callers_connection_to_voicemail_is_no_answer()
    {
        var caller = With(Outbound("Call connected"), ("to", new JsonObject { ["extensionNumber"] = "101" }), ("id", "c"));
        var callee = With(Row("o", 0, 5, "Voicemail"), ("from", new JsonObject { ["extensionNumber"] = "102" }), ("id", "d"));
        Assert.Equal(PbxOutcome.Voicemail, (await ReadAsync(caller, callee)).Outcome);
    }

    [Fact]
    public async Task A_phone_that_a_users_rule_sends_the_call_to_answers_for_the_user()
    {
        var mobile = With(Leg("101", 8, 12, "Accepted", null, "FindMe"), ("direction", "Outbound"), ("to", new JsonObject { ["phoneNumber"] = "+12025550177" }));
        var call = await ReadAsync(Row("f", 0, 20, "Accepted", null, Leg("101", 0, 8, "Missed", "Stopped"), mobile));
        Assert.Equal((PbxOutcome.Answered, "+12025550177", PbxDirection.Inbound), (call.Outcome, call.AnsweredBy, call.Direction));
    }

    [Fact]
    public async Task A_record_without_legs_is_taken_by_its_own_word()
    {
        var call = await ReadAsync(With(Row("x", 0, 20, "Accepted"), ("legs", null)));
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound), (call.Outcome, call.Direction));
    }

    [Theory]
    [InlineData("result", "In Progress")]
    [InlineData("type", "Fax")]
    [InlineData("deleted", null)]
    public async Task Calls_in_progress_faxes_and_deleted_records_are_no_calls_that_ended(string member, string? value)
    {
        _bench.Changes.Enqueue(([With(Row("x"), (member, value is null ? true : value)), Row("good", 5)], false));
        Assert.Equal("s-good", Assert.Single(await _bench.ReadAsync()).Update.CallId);
    }

    [Fact]
    public async Task A_call_of_which_a_part_goes_on_is_left_to_later()
    {
        _bench.Changes.Enqueue(([Row("x"), With(Row("x", 0, 3, "In Progress"), ("id", "other"))], false));
        Assert.Empty(await _bench.ReadAsync());
    }

    [Fact]
    public async Task A_record_that_names_only_the_older_id_gets_the_id_that_live_events_gave_the_call()
    {
        var bench = new CallLogBench(s => s == "8live" ? "s-0live" : null);
        bench.Changes.Enqueue((
        [
            With(Row("live"), ("telephonySessionId", null)), With(Row("none", 1), ("telephonySessionId", null)),
            Row("two", 2), With(Row("two", 3), ("telephonySessionId", null), ("id", "two again")),
        ], false));
        Assert.Equal(["log:8none", "s-0live", "s-two"], (await bench.ReadAsync()).Select(r => r.Update.CallId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_caller_who_hides_is_in_no_part_of_what_is_given()
    {
        var record = await _bench.ReadOneAsync(With(Row("h"), ("from", new JsonObject { ["phoneNumber"] = "anonymous", ["name"] = "Ann Example" })));
        Assert.True(record.Update.HidesFrom);
        Assert.Null(record.Update.From);
        Assert.Null(record.Update.FromName);
        Assert.DoesNotContain("Ann", Encoding.UTF8.GetString(record.Payload.Span), StringComparison.Ordinal);
    }
}
