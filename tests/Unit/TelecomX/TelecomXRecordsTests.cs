using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;
using static PbxEvents.Tests.Unit.TelecomX.TelecomXRecordsRig;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>Reading call records (history/telecomx-history.md sections 1, 2, 6 and 8): windows, pages, limits and rows that are none.</summary>
public sealed class TelecomXRecordsTests
{
    private readonly TelecomXRecordsRig _rig = new();

    /// <summary>A parameter of a question.</summary>
    private static string Of(string query, string name) => Uri.UnescapeDataString(query.TrimStart('?').Split('&').Single(p => p.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..]);

    // ---- windows and pages -----------------------------------------------------------------------------------------

    [Fact]
    public async Task Pages_are_asked_for_one_after_the_other_by_their_offset()
    {
        _rig.Rows.AddRange(Enumerable.Range(0, 2500).Select(i => Row($"c{i}", i)));
        var read = await _rig.ReadAsync();
        Assert.Equal(Enumerable.Range(0, 2500).Select(i => $"cdr:pbx1.example.net:c{i}"), read.Select(r => r.Update.CallId));

        // Twice, as the platform does not say how many there are: some may have come meanwhile.
        Assert.Equal(["0", "1000", "2000", "0", "1000", "2000"], _rig.Asked.Select(a => Of(a, "offset")));
        Assert.All(_rig.Asked, a => Assert.Equal(("1000", "JSON", "C"), (Of(a, "limit"), Of(a, "format"), Of(a, "customer"))));
    }

    [Fact]
    public async Task Rows_that_come_twice_because_pages_shift_are_one_row()
    {
        _rig.Rows.AddRange(Enumerable.Range(0, 1500).Select(i => Row($"c{i}", i)));

        // Newest first, and two rows came in between the pages.
        _rig.Rows.InsertRange(1000, [Row("c998", 998), Row("c999", 999)]);
        var read = await _rig.ReadAsync();
        Assert.Equal(1500, read.Count);
        Assert.All(read, r => Assert.Single(JsonNode.Parse(r.Payload.Span)!.AsArray()));
    }

    [Fact]
    public async Task A_call_whose_rows_come_while_pages_are_read_is_told_by_all_of_them()
    {
        _rig.Rows.AddRange(Enumerable.Range(0, 1500).Select(i => Row($"c{i}", i)));
        var hasCome = false;
        _rig.Instead = call =>
        {
            if (call.Uri.Query.Contains("&offset=1000&", StringComparison.Ordinal) && !hasCome)
            {
                // The first leg stands on a page that was read before, the second on the one that is asked for.
                hasCome = true;
                _rig.Rows.Insert(0, With(Talked(Row("late", 100, 30), 5), ("caller.number", "+4570000999")));
                _rig.Rows.Add(With(Talked(Row("late", 131, 30), 5), ("caller.number", "+4570000999")));
            }
            return null;
        };
        var late = (await _rig.ReadAsync()).Single(r => r.Update.From == "+4570000999");
        Assert.Equal(2, JsonNode.Parse(late.Payload.Span)!.AsArray().Count);
        Assert.Contains(_rig.Log, l => l.Contains("read again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Looking_begins_by_the_longest_call_earlier_in_slices_of_less_than_a_day_without_holes_up_to_now()
    {
        await _rig.ReadAsync(Noon.AddDays(-2), Noon.AddMinutes(30));
        Assert.Equal("2029-12-30T08:00:00.000Z", Of(_rig.Asked[0], "from"));
        Assert.Equal("2030-01-01T13:32", Of(_rig.Asked[^1], "to")[..16]);
        Assert.Equal(_rig.Asked.SkipLast(1).Select(a => Of(a, "to")), _rig.Asked.Skip(1).Select(a => Of(a, "from")));
        Assert.All(_rig.Asked, a => Assert.True(DateTimeOffset.Parse(Of(a, "to"), null) - DateTimeOffset.Parse(Of(a, "from"), null) <= TimeSpan.FromDays(1)));
    }

    [Fact]
    public async Task A_call_over_slices_is_one_call_and_the_others_come_in_the_order_of_their_ends()
    {
        // The window begins at 08:00, so a slice ends at 14:00.
        _rig.Clock.Advance(TimeSpan.FromDays(1));
        _rig.Rows.AddRange(
        [
            Talked(Row("long", 7100, 101), 5), Talked(Row("long", 7201, 900), 5), Row("second", 7210, 60), Row("first", 7220, 20),
        ]);
        var read = await _rig.ReadAsync(Noon, Noon.AddHours(4));
        Assert.Equal(["cdr:pbx1.example.net:first", "cdr:pbx1.example.net:second", "cdr:pbx1.example.net:long"], read.Select(r => r.Update.CallId));
        Assert.Equal((PbxOutcome.Transferred, Noon.AddSeconds(7100), Noon.AddSeconds(8101)), (read[^1].Update.Outcome, read[^1].Update.StartedAt, read[^1].EndedAt));
    }

    [Fact]
    public async Task A_row_that_both_slices_bring_is_told_once()
    {
        _rig.Clock.Advance(TimeSpan.FromDays(1));
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? List(Of(c.Uri.Query, "to").CompareTo(Time(7190)) < 0 ? [] : [Row("c1", 7100, 99), Row("c2", 7100, 200)]) : null;
        Assert.Equal(["cdr:pbx1.example.net:c1", "cdr:pbx1.example.net:c2"], (await _rig.ReadAsync(Noon, Noon.AddHours(4))).Select(r => r.Update.CallId));
    }

    [Fact]
    public async Task Only_calls_that_ended_in_the_window_are_given()
    {
        _rig.Rows.AddRange([Row("early", -600), Row("began early", -3600, 3700), Row("late", 3590), With(Row("goes on", 10), ("ended", null)), Row("in", 10)]);
        Assert.Equal(["in", "began early"], (await _rig.ReadAsync()).Select(r => r.Update.CallId[(r.Update.CallId.LastIndexOf(':') + 1)..]));
    }

    [Fact]
    public async Task A_call_that_is_passed_on_and_goes_on_is_left_alone_until_it_is_over()
    {
        _rig.Rows.AddRange([Talked(Row("c", 0, 30), 5), With(Row("c", 30), ("ended", null))]);
        Assert.Empty(await _rig.ReadAsync());
        _rig.Rows[1] = Talked(Row("c", 30), 5);
        Assert.Equal(PbxOutcome.Transferred, Assert.Single(await _rig.ReadAsync()).Update.Outcome);
    }

    [Theory]
    [InlineData("""{"sessionId":"S1"}""", true)]
    [InlineData("""{"channel":"c"}""", true)]
    [InlineData("""{"sessionId":"S2","caller":"70000001","started":"2030-01-01T12:00:29.000Z"}""", true)]
    [InlineData("""{"caller":{"number":"+4570000001"},"started":"2030-01-01T12:00:20.000Z"}""", true)]
    [InlineData("""{"sessionId":"S2","caller":"70000001","started":"2030-01-01T12:00:40.000Z"}""", false)]
    [InlineData("""{"sessionId":"S2","caller":"70000002","started":"2030-01-01T12:00:29.000Z"}""", false)]
    public async Task A_call_that_is_among_those_that_run_now_is_left_alone(string running, bool isLeft)
    {
        _rig.Keys.Add(Key("pbx1.example.net:c", "S1"));
        _rig.Employees.Add(new JsonObject { ["_id"] = "E1", ["extensions"] = new JsonArray(new JsonObject { ["calls"] = new JsonArray(JsonNode.Parse(running)) }) });
        _rig.Rows.Add(Talked(Row("c", 0, 30), 5));
        Assert.Equal(isLeft ? 0 : 1, (await _rig.ReadAsync()).Count);
        Assert.Equal(isLeft, _rig.Log.Any(l => l.Contains("S1 is still in progress", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_call_whose_end_is_quite_new_waits_for_the_next_asking()
    {
        _rig.Rows.Add(Row("new", 5400 - 20, 18));
        Assert.Empty(await _rig.ReadAsync(to: Noon.AddHours(3)));
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(await _rig.ReadAsync(to: Noon.AddHours(3)));
    }

    [Theory]
    [InlineData("""{"calls":[ROW],"total":1}""")]
    [InlineData("""{"data":[ROW]}""")]
    public async Task Wrapped_lists_are_read_as_bare_ones(string body)
    {
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? FakeHttp.Json(200, body.Replace("ROW", Row("c").ToJsonString(), StringComparison.Ordinal)) : null;
        Assert.Single(await _rig.ReadAsync());
    }

    // ---- wrong answers -----------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("", "other than a list")]
    [InlineData("<html>", "other than a list")]
    [InlineData("{}", "other than a list")]
    [InlineData("""{"error":"x"}""", "other than a list")]
    [InlineData("""{"a":[],"b":[]}""", "other than a list")]
    [InlineData("7", "other than a list")]
    [InlineData("[{}]", "without a call or its times")]
    [InlineData("""[{"_id":"1","started":"soon"},null,7]""", "without a call or its times")]
    public async Task An_answer_that_tells_no_calls_is_a_fault(string body, string problem)
    {
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? FakeHttp.Json(200, body) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync());
        Assert.Equal((PbxErrorKind.ServerError, false), (error.Kind, error.IsPermanent));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_of_another_time_are_a_fault()
    {
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? List([Row("c", -900_000)]) : null;
        Assert.Contains("a different time", (await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_comes_again_and_pages_without_end_are_faults()
    {
        var page = List(Enumerable.Range(0, 1000).Select(i => Row($"c{i}", i)));
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? page : null;
        Assert.Contains("same page", (await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync())).Message, StringComparison.Ordinal);

        var endless = new TelecomXRecordsRig();
        var rows = 0;
        endless.Instead = c => IsFor(c, "/pbx/cdr")
            ? FakeHttp.Json(200, $"[{string.Join(',', Enumerable.Range(0, 1000).Select(_ => $$"""{"_id":"{{rows++}}","started":"{{Time(1)}}","ended":"{{Time(2)}}"}"""))}]")
            : null;
        Assert.Contains("100000 rows", (await Assert.ThrowsAsync<PbxException>(() => endless.ReadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_are_told_and_the_others_given()
    {
        _rig.Rows.AddRange(
        [
            null, JsonValue.Create(7), JsonValue.Create("row"), new JsonArray(), new JsonObject(), With(Row("c1"), ("started", null)),
            With(Row("c2"), ("ended", Time(-5))), With(Row("c3"), ("channelId", null), ("_id", null)), Row("good"),
        ]);
        Assert.Equal("cdr:pbx1.example.net:good", Assert.Single(await _rig.ReadAsync()).Update.CallId);
        Assert.Contains(_rig.Log, l => l.StartsWith("8 call records were skipped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Slim_rows_half_characters_and_wrong_kinds_cost_no_page()
    {
        var odd = With(Row("odd"), ("answeredByCallee", new JsonArray(1)), ("terminatedBy", 7), ("caller", "+4570000001"), ("callee", null), ("pbx", new JsonObject()));
        var slim = new JsonObject { ["_id"] = "slim", ["started"] = Time(1), ["ended"] = Time(2) };
        var body = new JsonArray(odd, slim, Row("good")).ToJsonString().Replace("\"Ann Example\"", "\"\\ud800\"", StringComparison.Ordinal);
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? FakeHttp.Json(200, body) : null;
        Assert.Equal(["cdr:odd", "cdr:pbx1.example.net:good", "cdr:slim"], (await _rig.ReadAsync()).Select(r => r.Update.CallId).Order(StringComparer.Ordinal));
    }

    // ---- rights and limits -----------------------------------------------------------------------------------------

    [Fact]
    public async Task A_missing_right_is_permanent_and_says_what_to_grant()
    {
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? FakeHttp.Json(403, """{"error":"access_denied"}""") : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, true, "403"), (error.Kind, error.IsPermanent, error.Code));
        Assert.Contains("MANAGER", error.Message, StringComparison.Ordinal);
        Assert.Contains("VIEWER", error.Advice, StringComparison.Ordinal);
        Assert.Single(_rig.Asked);
    }

    [Theory]
    [InlineData("PERSONAL", true)]
    [InlineData("VIEWER", false)]
    [InlineData(null, false)]
    public async Task A_level_that_reads_its_own_calls_only_is_said(string? level, bool isSaid)
    {
        var rig = new TelecomXRecordsRig(level);
        await rig.ReadAsync();
        Assert.Equal(isSaid, rig.Reader.Omission is not null);
    }

    [Fact]
    public async Task A_token_that_ended_is_renewed_once()
    {
        _rig.Instead = c => c.Uri.Query.EndsWith("token=TOKEN-1", StringComparison.Ordinal) ? FakeHttp.Json(401, """{"error":"expired"}""") : null;
        await _rig.ReadAsync();
        _rig.Instead = _ => FakeHttp.Json(401, """{"error":"expired"}""");
        var error = await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync());
        Assert.Equal((PbxErrorKind.CredentialRefused, true), (error.Kind, error.IsPermanent));
        Assert.Equal(["TOKEN-2", "TOKEN-3"], _rig.Http.Calls.TakeLast(2).Select(c => Of(c.Uri.Query, "token")));
        var ready = new TelecomXRecordsRig(hasReadyToken: true) { Instead = _ => FakeHttp.Json(401, "") };
        Assert.Equal(PbxErrorKind.CredentialRefused, (await Assert.ThrowsAsync<PbxException>(() => ready.ReadAsync())).Kind);
        Assert.Single(ready.Http.Calls);
    }

    [Fact]
    public async Task A_wish_for_fewer_requests_is_obeyed_and_pauses_grow()
    {
        List<DateTimeOffset> times = [];
        _rig.Instead = c =>
        {
            if (!IsFor(c, "/pbx/cdr"))
                return null;
            times.Add(_rig.Clock.GetUtcNow());
            return times.Count == 1 ? new HttpAnswer(429, default) { RetryAfter = TimeSpan.FromSeconds(7) } : null;
        };
        await _rig.ReadAsync();
        Assert.Equal(7, (times[1] - times[0]).TotalSeconds, 0.2);
        times.Clear();
        _rig.Instead = c =>
        {
            if (!IsFor(c, "/pbx/cdr"))
                return null;
            times.Add(_rig.Clock.GetUtcNow());
            return new HttpAnswer(429, default);
        };
        var error = await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync());
        Assert.Equal((PbxErrorKind.RateLimited, false), (error.Kind, error.IsPermanent));
        Assert.Equal([2, 4, 8, 16], times.Zip(times.Skip(1), (a, b) => Math.Round((b - a).TotalSeconds)));
    }

    [Fact]
    public async Task There_is_a_pause_before_each_request()
    {
        List<DateTimeOffset> times = [];
        var rig = new TelecomXRecordsRig(times: TelecomXRecords.Documented);
        rig.Instead = _ =>
        {
            times.Add(rig.Clock.GetUtcNow());
            return null;
        };
        await rig.ReadAsync();
        Assert.Equal(3, times.Count);
        Assert.All(times.Zip(times.Skip(1), (a, b) => b - a), p => Assert.InRange(p.TotalSeconds, 1, 1.2));
    }

    [Theory]
    [InlineData(400, true, PbxErrorKind.NotSupported, 1)]
    [InlineData(404, true, PbxErrorKind.NotSupported, 1)]
    [InlineData(422, true, PbxErrorKind.NotSupported, 1)]
    [InlineData(500, false, PbxErrorKind.ServerError, 2)]
    [InlineData(503, false, PbxErrorKind.ServerError, 2)]
    public async Task Other_answers_stop_at_once_or_are_tried_once_more(int status, bool isPermanent, PbxErrorKind kind, int tries)
    {
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? FakeHttp.Json(status, """{"error":"the_field"}""") : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync());
        Assert.Equal((kind, isPermanent, tries), (error.Kind, error.IsPermanent, _rig.Asked.Count));
        if (isPermanent)
            Assert.Contains("the_field", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_beside_the_records_may_be_refused()
    {
        _rig.Instead = c => IsFor(c, "/pbx/cdr") ? null : FakeHttp.Json(IsFor(c, "/pbx/voicemail") ? 404 : 403, """{"error":"access_denied"}""");
        _rig.Rows.Add(With(Talked(Row("c"), 1), ("answeredByCallee", false)));
        Assert.Equal(PbxOutcome.Missed, Assert.Single(await _rig.ReadAsync()).Update.Outcome);
        Assert.Equal(["the calls of employees", "the queues", "the voicemails"],
            _rig.Log.Where(l => l.StartsWith("Continuing without", StringComparison.Ordinal)).Select(l => l["Continuing without ".Length..l.IndexOf(':', StringComparison.Ordinal)]));
        _rig.Instead = c => IsFor(c, "/pbx/queue/Q1/calls") ? FakeHttp.Json(403, "") : null;
        Assert.Single(await _rig.ReadAsync());
        Assert.Contains(_rig.Log, l => l.StartsWith("Continuing without the calls of the queue Q1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_queue_is_read_page_by_page_with_pages_of_its_own_size()
    {
        _rig.Rows.Add(With(Talked(Row("c", 0, 1300), 1), ("answeredByCallee", false)));
        _rig.Stays.AddRange(Enumerable.Range(0, 1100).Select(i => With(Stay(i, 1), ("aNumber", i == 1099 ? "+4570000001" : "+4579999999"))));
        Assert.Equal(PbxOutcome.Abandoned, Assert.Single(await _rig.ReadAsync()).Update.Outcome);
        var asked = _rig.Http.Calls.Where(c => IsFor(c, "/pbx/queue/Q1/calls")).Select(c => c.Uri.Query).ToArray();
        Assert.Equal(["0", "500", "1000"], asked.Select(a => Of(a, "offset")));
        Assert.All(asked, a => Assert.Equal("500", Of(a, "limit")));
    }
}
