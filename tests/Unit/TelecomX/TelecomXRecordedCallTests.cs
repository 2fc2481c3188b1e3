using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using static PbxEvents.Tests.Unit.TelecomX.TelecomXRecordsRig;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>From rows to a call: fields, ids and outcomes (history/telecomx-history.md sections 3 to 5 and 10).</summary>
public sealed class TelecomXRecordedCallTests
{
    private const string Leg1 = "pbx1.example.net:1893499200.101";
    private readonly TelecomXRecordsRig _rig = new();

    private static IEnumerable<string> Callees(CallRecord record) =>
        record.Update.Legs.Where(l => l.Role == PbxLegRole.Callee).Select(l => $"{l.Extension ?? l.Number} {l.Outcome}");

    private static JsonObject FromInside(JsonObject row) =>
        With(row, ("caller.number", "101"), ("caller.name", null), ("caller.type", "SIPPHONE"), ("caller.extension", "X9"));

    private static JsonObject Outside(JsonObject row) => With(FromInside(row), ("callee.number", "+4570000004"), ("callee.extension", null));

    private static JsonObject BySystem(JsonObject row, double after = 1) =>
        With(Talked(row, after), ("answeredByCallee", false), ("callee.extension", null), ("callee.number", "+4570000200"));

    // ---- outcomes ----------------------------------------------------------------------------------------------------

    [Fact]
    public async Task A_person_who_answered_is_told_with_the_time_and_who_ended_it()
    {
        var record = await _rig.ReadOneAsync(With(Talked(Row("1893499200.101", lasts: 130), 8), ("terminatedBy", "B")));
        var call = record.Update;
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Inbound, "X1", "X1", PbxEndedBy.Callee), (call.Outcome, call.Direction, call.AnsweredBy, call.Extension, call.EndedBy));
        Assert.Equal(("+4570000001", "Ann Example", "+4570000100"), (call.From, call.FromName, call.To));
        Assert.Equal((Noon, Noon.AddSeconds(8), Noon.AddSeconds(130)), (call.StartedAt, call.AnsweredAt, call.EndedAt));
        Assert.Equal(["X1 Answered"], Callees(record));
        Assert.Equal((Leg1, null), call.Legs.Where(l => l.Role == PbxLegRole.Caller).Select(l => (l.LegId, l.Extension)).Single());
        Assert.Equal(1893499200, (int)double.Parse(JsonNode.Parse(record.Payload.Span)![0]!["channelId"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_persons_answer_may_be_told_as_a_time()
    {
        var record = await _rig.ReadOneAsync(With(Talked(Row("c"), 1), ("answeredByCallee", Time(9))));
        Assert.Equal((PbxOutcome.Answered, Noon.AddSeconds(9)), (record.Update.Outcome, record.Update.AnsweredAt));
        var text = new TelecomXRecordsRig();
        Assert.Equal(PbxOutcome.Missed, (await text.ReadOneAsync(With(Row("c"), ("answeredByCallee", "false")))).Update.Outcome);
    }

    [Theory]
    [InlineData("CANCEL", PbxOutcome.Missed, PbxOutcome.Failed)]
    [InlineData("BUSY", PbxOutcome.Missed, PbxOutcome.Failed)]
    [InlineData("UNREACHABLE", PbxOutcome.Missed, PbxOutcome.Failed)]
    [InlineData("ERROR", PbxOutcome.Missed, PbxOutcome.Failed)]
    [InlineData("NOT_FOUND", PbxOutcome.Missed, PbxOutcome.Failed)]
    [InlineData("HANGUP", PbxOutcome.Missed, PbxOutcome.Failed)]
    [InlineData(null, PbxOutcome.Missed, PbxOutcome.Failed)]
    [InlineData("BLOCKED", PbxOutcome.Rejected, PbxOutcome.Rejected)]
    public async Task Nobody_answered_is_told_as_live_events_tell_it(string? reason, PbxOutcome inbound, PbxOutcome outbound)
    {
        var record = await _rig.ReadOneAsync(With(Row("c"), ("terminatedReason", reason)));
        Assert.Equal((inbound, "X1"), (record.Update.Outcome, record.Update.Extension));
        Assert.Null(record.Update.AnsweredAt);
        Assert.Equal(["X1 Missed"], Callees(record));

        var inside = await new TelecomXRecordsRig().ReadOneAsync(With(FromInside(Row("c")), ("terminatedReason", reason)));
        Assert.Equal((PbxDirection.Internal, inbound), (inside.Update.Direction, inside.Update.Outcome));
        var outgoing = await new TelecomXRecordsRig().ReadOneAsync(With(Outside(Row("c")), ("terminatedReason", reason)));
        Assert.Equal((PbxDirection.Outbound, outbound, "X9", "+4570000004"), (outgoing.Update.Direction, outgoing.Update.Outcome, outgoing.Update.Extension, outgoing.Update.To));
    }

    [Fact]
    public async Task An_outside_number_that_answers_is_told_by_its_number()
    {
        var record = await _rig.ReadOneAsync(Talked(Outside(Row("c")), 5));
        Assert.Equal((PbxOutcome.Answered, "+4570000004", "X9"), (record.Update.Outcome, record.Update.AnsweredBy, record.Update.Extension));
        Assert.Equal(["+4570000004 Answered"], Callees(record));
    }

    [Theory]
    [InlineData("CANCELLED", "A", PbxOutcome.Abandoned)]
    [InlineData(null, "A", PbxOutcome.Abandoned)]
    [InlineData(null, "S", PbxOutcome.Missed)]
    [InlineData("TIMEOUT", "A", PbxOutcome.Missed)]
    [InlineData("NO_MEMBERS", "S", PbxOutcome.Missed)]
    [InlineData("ALL_BUSY", "S", PbxOutcome.Missed)]
    public async Task A_queue_that_nobody_answered_in(string? status, string endedBy, PbxOutcome outcome)
    {
        _rig.Stays.Add(With(Stay(3), ("status", status)));
        var record = await _rig.ReadOneAsync(With(BySystem(Row("c", lasts: 65)), ("terminatedBy", endedBy)));
        Assert.Equal((outcome, "Q1", null), (record.Update.Outcome, record.Update.Queue, record.Update.AnsweredBy));
        Assert.Equal(2, JsonNode.Parse(record.Payload.Span)!.AsArray().Count);
    }

    [Fact]
    public async Task An_agent_who_answers_for_a_queue_is_told_by_the_queue()
    {
        _rig.Stays.Add(With(Stay(3, status: "ANSWERED"), ("answered", Time(24)), ("answeredByExtension", "X2"), ("answeredByNumber", "102")));
        var record = await _rig.ReadOneAsync(BySystem(Row("c", lasts: 180)));
        Assert.Equal((PbxOutcome.Answered, "X2", "X2", "Q1", Noon.AddSeconds(24)),
            (record.Update.Outcome, record.Update.AnsweredBy, record.Update.Extension, record.Update.Queue, record.Update.AnsweredAt));
        Assert.Equal(["X2 Answered"], Callees(record));

        // An agent outside has a number only.
        var outside = new TelecomXRecordsRig();
        outside.Stays.Add(With(Stay(3, status: "ANSWERED"), ("answered", Time(24)), ("answeredByNumber", "+4570000009")));
        Assert.Equal("+4570000009", (await outside.ReadOneAsync(Talked(With(Row("c", lasts: 180), ("callee.extension", null)), 1))).Update.AnsweredBy);
    }

    [Fact]
    public async Task A_stay_of_another_caller_or_time_is_another_calls()
    {
        _rig.Stays.AddRange([With(Stay(3), ("aNumber", "+4570000002")), Stay(400)]);
        var record = await _rig.ReadOneAsync(BySystem(Row("c", lasts: 65)));
        Assert.Equal((PbxOutcome.Missed, null), (record.Update.Outcome, record.Update.Queue));
    }

    [Fact]
    public async Task A_colleague_who_calls_a_queue_does_not_call_out()
    {
        _rig.Stays.Add(With(Stay(3), ("aNumber", "101")));
        Assert.Equal((PbxDirection.Internal, PbxOutcome.Abandoned),
            (await _rig.ReadOneAsync(With(BySystem(FromInside(Row("c", lasts: 65))), ("callee.number", "800")))) is var r ? (r.Update.Direction, r.Update.Outcome) : default);
    }

    [Theory]
    [InlineData(30, true, PbxOutcome.Voicemail)]
    [InlineData(120, true, PbxOutcome.Voicemail)]
    [InlineData(126, true, PbxOutcome.Missed)]
    [InlineData(30, false, PbxOutcome.Missed)]
    public async Task A_message_of_the_caller_tells_voicemail(double after, bool isSame, PbxOutcome outcome)
    {
        _rig.Messages.Add(new JsonObject { ["_id"] = "V1", ["date"] = Time(after), ["aNumber"] = isSame ? "70000001" : "70000002" });
        var record = await _rig.ReadOneAsync(With(BySystem(Row("c", lasts: 65), 20), ("callee.extension", "X1")));
        Assert.Equal((outcome, outcome == PbxOutcome.Voicemail ? "V1" : null), (record.Update.Outcome, record.Update.VoicemailId));
        Assert.Equal(["X1 Missed"], Callees(record));
    }

    [Fact]
    public async Task Mailboxes_are_not_asked_for_calls_that_a_person_or_nothing_answered()
    {
        _rig.Rows.AddRange([Row("c1"), Talked(Row("c2", 100), 5)]);
        await _rig.ReadAsync();
        Assert.DoesNotContain(_rig.Http.Calls, c => IsFor(c, "/pbx/voicemail"));
    }

    [Fact]
    public async Task Two_rows_of_a_channel_are_a_call_that_was_passed_on_in_whatever_order_they_come()
    {
        _rig.Rows.Add(With(Talked(Row("c", 30, 40), 5), ("callee.extension", "X2")));
        var record = await _rig.ReadOneAsync(Talked(Row("c", 0, 30), 8));
        Assert.Equal((PbxOutcome.Transferred, "X2", Noon.AddSeconds(8), Noon.AddSeconds(70)),
            (record.Update.Outcome, record.Update.AnsweredBy, record.Update.AnsweredAt, record.EndedAt));
        Assert.Equal(["X1 Answered", "X2 Answered"], Callees(record));
    }

    [Fact]
    public async Task A_call_that_no_row_tells_the_direction_of_has_no_outcome_but_an_answer()
    {
        var record = await _rig.ReadOneAsync(With(Row("c"), ("caller.type", "SYSTEM"), ("callee.extension", null)));
        Assert.Equal((null, (PbxOutcome?)null), (record.Update.Direction, record.Update.Outcome));
    }

    // ---- rows on several channels ------------------------------------------------------------------------------------

    [Theory]
    [InlineData("EXTERNAL", "102", 30, true)]
    [InlineData("EXTERNAL", "102", 15, true)]
    [InlineData("EXTERNAL", "102", 33, false)]
    [InlineData("SYSTEM", "+4570000100", 15, true)]
    [InlineData("EXTERNAL", "+4570000100", 30, false)]
    public async Task A_row_that_nobody_outside_can_have_dialled_continues_the_one_before(string type, string callee, double startsAfter, bool isOne)
    {
        _rig.Rows.AddRange(
        [
            Talked(Row("c1", 0, 30), 8),
            With(Talked(Row("c2", startsAfter, 40), 5), ("caller.type", type), ("callee.number", callee), ("callee.extension", "X2")),
        ]);
        var read = await _rig.ReadAsync();
        Assert.Equal(isOne ? 1 : 2, read.Count);
        if (isOne)
            Assert.Equal(("cdr:pbx1.example.net:c1", "cdr:pbx1.example.net:c2", PbxOutcome.Transferred), (read[0].Update.CallId, read[0].OtherIds[0], read[0].Update.Outcome));
    }

    [Fact]
    public async Task A_row_that_could_continue_two_calls_continues_none()
    {
        _rig.Rows.AddRange([Talked(Row("c1", 0, 30), 8), Talked(Row("c2", 1, 30), 8), With(Talked(Row("c3", 30, 40), 5), ("callee.number", "102"))]);
        Assert.Equal(3, (await _rig.ReadAsync()).Count);
    }

    // ---- ids ---------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("sessionId")]
    [InlineData("session")]
    public async Task A_row_that_names_the_session_needs_no_key(string member)
    {
        var record = await _rig.ReadOneAsync(With(Row("c"), (member, "S1")));
        Assert.Equal("S1", record.Update.CallId);
        Assert.Equal(["cdr:pbx1.example.net:c"], record.OtherIds);
    }

    [Theory]
    [InlineData("pbx1.example.net:c", "pbx1.example.net")]
    [InlineData("192.0.2.7:c", "pbx1.example.net")]
    [InlineData("c", null)]
    public async Task A_channel_that_was_seen_live_names_its_session(string leg, string? pbx)
    {
        _rig.Keys.Add(Key(leg, "S1", isOver: true));
        var record = await _rig.ReadOneAsync(With(Row("c"), ("pbx", pbx)));
        Assert.Equal(("S1", leg), (record.Update.CallId, record.Update.Legs[0].LegId));
    }

    [Fact]
    public async Task The_server_decides_between_two_that_use_a_channel()
    {
        _rig.Keys.Add(Key("pbx2.example.net:c", "S2"));
        _rig.Keys.Add(Key("pbx1.example.net:c", "S1"));
        Assert.Equal("S1", (await _rig.ReadOneAsync(Row("c"))).Update.CallId);
        var unknown = new TelecomXRecordsRig();
        unknown.Keys.Add(Key("pbx2.example.net:c", "S2"));
        unknown.Keys.Add(Key("pbx3.example.net:c", "S3"));
        Assert.Equal("cdr:pbx1.example.net:c", (await unknown.ReadOneAsync(Row("c"))).Update.CallId);
    }

    [Fact]
    public async Task A_sip_call_id_names_the_session_of_a_row_and_of_a_queues_stay()
    {
        _rig.Keys.Add(Key("p:live", "S1", callId: "q9d1@203.0.113.5"));
        Assert.Equal("S1", (await _rig.ReadOneAsync(With(Row("c"), ("callId", "q9d1@203.0.113.5")))).Update.CallId);

        // The stay's number is another: its Call-ID joins it all the same.
        var queued = new TelecomXRecordsRig();
        queued.Keys.Add(Key("pbx1.example.net:c", "S1", callId: "q9d1@203.0.113.5"));
        queued.Stays.Add(With(Stay(3), ("aNumber", null)));
        Assert.Equal(PbxOutcome.Abandoned, (await queued.ReadOneAsync(BySystem(Row("c", lasts: 65)))).Update.Outcome);
    }

    [Theory]
    [InlineData("70000001", "70000100", 4, false, "S1")]
    [InlineData("+4570000001", "+4570000100", -5, false, "S1")]
    [InlineData("+4570000001", "+4570000100", 6, false, null)]
    [InlineData("+4570000001", "+4570000100", 4, true, null)]
    [InlineData("+4570000002", "+4570000100", 4, false, null)]
    [InlineData("+4570000001", "+4570000101", 4, false, null)]
    [InlineData(null, "+4570000100", 4, false, null)]
    public async Task Numbers_and_start_name_an_open_call(string? caller, string? callee, double seenAfter, bool isOver, string? session)
    {
        _rig.Keys.Add(Key("p:live", "S1", seenAfter, isOver, caller, callee));
        Assert.Equal(session ?? "cdr:pbx1.example.net:c", (await _rig.ReadOneAsync(Row("c"))).Update.CallId);
    }

    [Theory]
    [InlineData("70000001", "1001", 10, "S1")]
    [InlineData("70000001", "1001", 30, null)]
    [InlineData("70000001", "1001", -10, null)]
    [InlineData("70000002", "1001", 10, null)]
    [InlineData("70000001", "70000100", 10, null)]
    public async Task A_call_of_which_only_a_later_leg_was_seen_is_found_by_its_caller_also_when_its_end_was_told(
        string caller, string callee, double seenAfter, string? session)
    {
        _rig.Keys.Add(Key("p:live", "S1", seenAfter, isOver: true, caller, callee));
        Assert.Equal(session ?? "cdr:pbx1.example.net:c", (await _rig.ReadOneAsync(Row("c"))).Update.CallId);
    }

    [Fact]
    public async Task Several_open_calls_or_several_rows_that_fit_are_told_apart_and_said_to_be_unsure()
    {
        _rig.Keys.Add(Key("p:live1", "S1", 1, false, "70000001", "70000100"));
        _rig.Keys.Add(Key("p:live2", "S2", 2, false, "70000001", "70000100"));
        Assert.Equal("cdr:pbx1.example.net:c", (await _rig.ReadOneAsync(Row("c"))).Update.CallId);
        Assert.Contains(_rig.Log, l => l.Contains("several known calls", StringComparison.Ordinal));
        var two = new TelecomXRecordsRig();
        two.Keys.Add(Key("p:live1", "S1", 1, false, "70000001", "70000100"));
        two.Rows.AddRange([Row("c1"), Row("c2", 3)]);
        Assert.All(await two.ReadAsync(), r => Assert.StartsWith("cdr:", r.Update.CallId, StringComparison.Ordinal));

        // One that a row names by its channel is not another row's.
        var named = new TelecomXRecordsRig();
        named.Keys.Add(Key("pbx1.example.net:c1", "S1", 1, false, "70000001", "70000100"));
        named.Rows.AddRange([Row("c1"), Row("c2", 3)]);
        Assert.Equal(["S1", "cdr:pbx1.example.net:c2"], (await named.ReadAsync()).Select(r => r.Update.CallId));
    }

    // ---- who hides ---------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("+4570000001", true)]
    [InlineData("anonymous", false)]
    public async Task A_caller_who_hides_is_in_no_part_of_what_is_given(string number, bool privacy)
    {
        _rig.Stays.Add(With(Stay(3), ("aNumber", number)));
        var record = await _rig.ReadOneAsync(With(BySystem(Row("c", lasts: 65)), ("caller.number", number), ("caller.privacy", privacy)));
        Assert.True(record.Update.HidesFrom);
        Assert.Null(record.Update.From);
        Assert.Null(record.Update.FromName);
        Assert.All(record.Update.Legs, l => Assert.NotEqual(number, l.Number));
        var payload = Encoding.UTF8.GetString(record.Payload.Span);
        Assert.DoesNotContain("Ann", payload, StringComparison.Ordinal);
        Assert.DoesNotContain("70000001", payload, StringComparison.Ordinal);
    }
}
