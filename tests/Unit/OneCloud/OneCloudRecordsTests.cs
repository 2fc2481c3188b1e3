using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;
using static PbxEvents.Tests.Unit.OneCloud.CdrBench;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>Reading call records (onecloud-history.md sections 1, 2, 6, 8 and 10): windows, pages, limits and rows that are none.</summary>
public sealed class OneCloudRecordsTests
{
    private readonly CdrBench _bench = new();

    // ---- windows and pages -----------------------------------------------------------------------------------------

    [Fact]
    public async Task Pages_are_asked_for_one_after_the_other_and_never_with_more_than_100_rows()
    {
        _bench.Rows.AddRange(Enumerable.Range(0, 250).Select(i => Row($"o{i}", $"t{i}", i)));
        var read = await _bench.ReadAsync();
        Assert.Equal(Enumerable.Range(0, 250).Select(i => $"o{i}"), read.Select(r => r.Update.CallId));

        var noon = _bench.Asked.Where(a => a.Contains("start=2030-01-01T11:59:00Z", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["start=0&limit=100", "start=100&limit=100", "start=200&limit=100"], noon.Select(a => a[(a.IndexOf("&start=", StringComparison.Ordinal) + 1)..]));
        Assert.All(_bench.Asked, a => Assert.EndsWith("&limit=100", a, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_that_come_twice_because_pages_shift_are_one_row()
    {
        _bench.Rows.AddRange(Enumerable.Range(0, 150).Select(i => Row($"o{i}", $"t{i}", i)));

        // Newest first, and two rows came in between the pages.
        _bench.Rows.InsertRange(100, [Row("o98", "t98", 98), Row("o99", "t99", 99)]);
        var read = await _bench.ReadAsync();
        Assert.Equal(150, read.Count);
        Assert.All(read, r => Assert.Single(JsonNode.Parse(r.Payload.Span)!.AsArray()));
    }

    [Fact]
    public async Task A_call_whose_rows_come_while_pages_are_read_is_told_by_all_of_them()
    {
        _bench.Rows.AddRange(Enumerable.Range(0, 250).Select(i => Row($"o{i}", $"t{i}", 3600 + i)));
        var hasCome = false;
        _bench.Instead = call =>
        {
            if (call.Uri.Query.EndsWith("&start=200&limit=100", StringComparison.Ordinal) && !hasCome)
            {
                // The first leg stands on a page that was read before, the second on the one that is asked for.
                hasCome = true;
                _bench.Rows.Insert(0, Talked(Row("late", "a", 3600), 5, 30));
                _bench.Rows.Add(Talked(Row("late", "b", 3640), 5, 30));
            }
            return null;
        };
        var late = (await _bench.ReadAsync(to: Noon.AddHours(2))).Single(r => r.Update.CallId == "late");
        Assert.Equal(2, JsonNode.Parse(late.Payload.Span)!.AsArray().Count);
        Assert.Contains(_bench.Log, l => l.Contains("read again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Looking_begins_by_the_longest_call_earlier_in_slices_without_holes()
    {
        await _bench.ReadAsync(Noon.AddDays(-2), Noon.AddMinutes(30));
        var windows = _bench.Asked.Select(a => a.Split('?')[1].Split('&')).Select(p => (From: p[0].Split('=')[1], To: p[1].Split('=')[1])).ToArray();
        Assert.Equal("2029-12-30T08:00:00Z", windows[0].From);
        Assert.Equal("2030-01-01T12:30:00Z", windows[^1].To);
        Assert.Equal(windows[..^1].Select(w => w.To), windows[1..].Select(w => w.From));
    }

    [Fact]
    public async Task A_call_over_midnight_and_over_slices_is_one_call_and_the_others_come_in_the_order_of_their_ends()
    {
        var midnight = 12 * 3600;
        _bench.Rows.AddRange(
        [
            Row("long", "t1", midnight - 7000, lasts: 8000),
            With(Row("long", "t2", midnight + 990, lasts: 30), ("call-leg-ordinal-index", 2)),
            Row("second", "t3", midnight + 10, lasts: 60), Row("first", "t4", midnight + 20, lasts: 20),
        ]);
        _bench.Clock.Advance(TimeSpan.FromDays(1));
        var read = await _bench.ReadAsync(Noon, Noon.AddHours(14));
        Assert.Equal(["first", "second", "long"], read.Select(r => r.Update.CallId));
        Assert.Equal((Noon.AddSeconds(midnight - 7000), Noon.AddSeconds(midnight + 1020)), (read[^1].Update.StartedAt!.Value, read[^1].EndedAt));
    }

    [Fact]
    public async Task Only_calls_that_ended_in_the_window_and_go_on_no_more_are_given()
    {
        _bench.Rows.AddRange([Row("early", "t1", -600), Row("began early", "t2", -3600, lasts: 3700), Row("late", "t3", 3590), Row("goes on", "t4", 10), Row("in", "t5", 10)]);
        _bench.Running.Add("goes on");
        Assert.Equal(["in", "began early"], (await _bench.ReadAsync()).Select(r => r.Update.CallId));
    }

    [Fact]
    public async Task A_window_within_one_second_is_not_taken_for_one_that_the_server_does_not_obey()
    {
        _bench.Rows.Add(Row("same second", "t1", 0, lasts: 0));
        Assert.Empty(await _bench.ReadAsync(Noon.AddMilliseconds(400), Noon.AddMilliseconds(900)));
    }

    [Fact]
    public async Task A_call_whose_last_row_is_quite_new_waits_for_the_next_asking()
    {
        _bench.Rows.Add(Row("new", "t1", 7200 - 25, lasts: 15));
        Assert.Empty(await _bench.ReadAsync(to: Noon.AddHours(3)));
        _bench.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Single(await _bench.ReadAsync(to: Noon.AddHours(3)));
    }

    [Fact]
    public async Task An_answer_that_obeys_no_window_or_has_no_end_is_a_fault()
    {
        _bench.Instead = c => IsFor(c, "/cdrs") ? FakeHttp.Json(200, new JsonArray(Row("o", "t", -900_000)).ToJsonString()) : null;
        Assert.Contains("a different time", (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).Message, StringComparison.Ordinal);

        // The same page again and again: start is not obeyed.
        var page = FakeHttp.Json(200, new JsonArray([.. Enumerable.Range(0, 100).Select(i => Row($"o{i}", $"t{i}", i))]).ToJsonString());
        _bench.Instead = c => IsFor(c, "/cdrs") && c.Uri.Query.Contains("start=2030-01-01T11:59", StringComparison.Ordinal) ? page : null;
        Assert.Equal(100, (await _bench.ReadAsync()).Count);

        var rows = 0;
        _bench.Instead = c => IsFor(c, "/cdrs") && c.Uri.Query.Contains("start=2030-01-01T11:59", StringComparison.Ordinal)
            ? FakeHttp.Json(200, $"[{string.Join(',', Enumerable.Repeat(0, 100).Select(_ => Slim(rows++)))}]")
            : null;
        Assert.Contains("endless", (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).Message, StringComparison.Ordinal);

        static string Slim(int i) => $$"""{"id":"{{i}}","call-parent-call-id":"p","call-start-datetime":"{{Time(1)}}","call-disconnect-datetime":"{{Time(2)}}"}""";
    }

    [Fact]
    public async Task A_domain_is_asked_for_by_its_managers_and_a_basic_user_for_his_own_calls()
    {
        await _bench.ReadAsync();
        Assert.All(_bench.Asked, a => Assert.StartsWith("/ns-api/v2/domains/d.example/cdrs?", a, StringComparison.Ordinal));
        var basic = new CdrBench("Basic User");
        await basic.ReadAsync();
        Assert.Contains("Basic User", basic.Reader.Omission, StringComparison.Ordinal);
        Assert.All(basic.Asked, a => Assert.StartsWith("/ns-api/v2/domains/d.example/users/~/cdrs?", a, StringComparison.Ordinal));
        Assert.DoesNotContain(basic.Http.Calls, c => IsFor(c, "/callqueues/list"));
    }

    [Fact]
    public async Task Queues_and_menus_are_asked_for_once_an_hour()
    {
        await _bench.ReadAsync();
        await _bench.ReadAsync();
        Assert.Single(_bench.Http.Calls, c => IsFor(c, "/callqueues/list"));
        _bench.Clock.Advance(TimeSpan.FromMinutes(61));
        await _bench.ReadAsync();
        Assert.Equal(2, _bench.Http.Calls.Count(c => IsFor(c, "/callqueues/list")));
    }

    // ---- rights and limits -----------------------------------------------------------------------------------------

    [Fact]
    public async Task A_token_that_ended_is_renewed_once()
    {
        _bench.Instead = c => c.Headers.Any(h => h.Value == "Bearer TOKEN-1") ? new HttpAnswer(401, default) : null;
        await _bench.ReadAsync();
        _bench.Instead = _ => new HttpAnswer(401, default);
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.CredentialRefused, true), (error.Kind, error.IsPermanent));
        Assert.Equal(["Bearer TOKEN-2", "Bearer TOKEN-3"], _bench.Http.Calls.TakeLast(2).Select(c => c.Headers[0].Value));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    public async Task A_blocked_address_waits_1_2_4_and_8_seconds_and_gives_up(int status)
    {
        List<DateTimeOffset> times = [];
        _bench.Instead = c =>
        {
            times.Add(_bench.Clock.GetUtcNow());
            return new HttpAnswer(status, default);
        };
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.AddressBlocked, false), (error.Kind, error.IsPermanent));
        Assert.Equal([1, 2, 4, 8], times.Zip(times.Skip(1), (a, b) => Math.Round((b - a).TotalSeconds)));
    }

    [Fact]
    public async Task A_block_that_ends_is_no_missing_right()
    {
        var left = 3;
        _bench.Instead = _ => left-- > 0 ? new HttpAnswer(403, default) : null;
        _bench.Rows.Add(Row("o", "t"));
        Assert.Single(await _bench.ReadAsync());
    }

    [Fact]
    public async Task A_missing_right_is_told_as_one_and_what_to_grant()
    {
        _bench.Instead = c => IsFor(c, "/cdrs") ? new HttpAnswer(403, default) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, true), (error.Kind, error.IsPermanent));
        Assert.Contains("Office Manager", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_beside_the_records_may_be_refused()
    {
        _bench.Instead = c => IsFor(c, "/cdrs") || IsFor(c, "PORTAL_SOCKET_HOSTNAME") ? null : new HttpAnswer(IsFor(c, "/calls") ? 404 : 403, default);
        _bench.Rows.Add(Row("o", "t"));
        Assert.Single(await _bench.ReadAsync());
        Assert.Contains(_bench.Log, l => l.Contains("without the queues", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400, true, 1)]
    [InlineData(404, true, 1)]
    [InlineData(500, false, 5)]
    [InlineData(503, false, 5)]
    public async Task Other_answers_stop_at_once_or_are_tried_again(int status, bool isPermanent, int tries)
    {
        _bench.Instead = c => IsFor(c, "/cdrs") ? new HttpAnswer(status, default) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal(isPermanent, error.IsPermanent);
        Assert.Equal(tries, _bench.Asked.Count);
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData("{}", null)]
    [InlineData("", "other than a list")]
    [InlineData("<html>", "other than a list")]
    [InlineData("""{"code":200}""", "other than a list")]
    [InlineData("7", "other than a list")]
    public async Task An_answer_is_a_list_or_nothing(string body, string? problem)
    {
        _bench.Instead = c => IsFor(c, "/cdrs") ? FakeHttp.Json(200, body) : null;
        if (problem is null)
            Assert.Empty(await _bench.ReadAsync());
        else
            Assert.Contains(problem, (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).Message, StringComparison.Ordinal);
    }

    // ---- rows --------------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Rows_that_cannot_be_read_are_told_and_the_others_given()
    {
        _bench.Rows.AddRange(
        [
            null, JsonValue.Create(7), JsonValue.Create("row"), new JsonArray(), new JsonObject(),
            With(Row("", "t1")), With(Row("o2", "t2"), ("call-start-datetime", "soon")), With(Row("o3", "t3"), ("call-disconnect-datetime", null)),
            With(Row("o4", "t4"), ("call-disconnect-datetime", Time(-5))), With(Row("o5", "t5"), ("call-orig-call-id", new JsonObject())),
            Row("good", "t6"),
        ]);
        Assert.Equal("good", Assert.Single(await _bench.ReadAsync()).Update.CallId);
        Assert.True(_bench.Log.Count(l => l.StartsWith("A call record was skipped", StringComparison.Ordinal)) >= 10);
    }

    [Fact]
    public async Task Half_characters_big_numbers_and_wrong_kinds_in_a_row_cost_no_page()
    {
        var odd = With(Row("odd", "t1"), ("call-talking-duration-seconds", "1e999"), ("call-leg-ordinal-index", "NaN"), ("call-ringing-datetime", 1e300),
            ("call-term-user", 1001), ("call-orig-from-name", new JsonArray(1)), ("call-answer-datetime", "9999-99-99 99:99:99"));
        var body = new JsonArray(odd, Row("good", "t2")).ToJsonString().Replace("\"sip:1001@d.example\"", "\"\\ud800\"", StringComparison.Ordinal);
        _bench.Instead = c => IsFor(c, "/cdrs") && c.Uri.Query.Contains("start=2030-01-01T11:59", StringComparison.Ordinal) ? FakeHttp.Json(200, body) : null;
        var read = await _bench.ReadAsync();
        Assert.Equal(["good", "odd"], read.Select(r => r.Update.CallId).Order());
        Assert.All(read, r => Assert.Equal("1001", r.Update.Extension));
    }

    [Theory]
    [InlineData("2030-01-01 12:00:05")]
    [InlineData("2030-01-01T12:00:05Z")]
    [InlineData("2030-01-01T12:00:05+00:00")]
    [InlineData("2030-01-01T04:00:05-08:00[US/Pacific]")]
    [InlineData("2030-01-01T12:00:05.250Z")]
    public async Task Every_form_of_time_is_read_as_what_it_says(string text)
    {
        var read = await _bench.ReadOneAsync(With(Row("o", "t"), ("call-ringing-datetime", text)));
        Assert.Equal(Noon.AddSeconds(5), new DateTimeOffset(read.Update.RingingAt!.Value.Ticks / 10_000_000 * 10_000_000, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_slim_row_belongs_to_its_parent()
    {
        _bench.Rows.Add(Row("o", "t"));
        _bench.Rows.Add(With(Row("", "", 5), ("id", "slim"), ("call-parent-call-id", "o"), ("call-orig-caller-id", null)));
        var read = Assert.Single(await _bench.ReadAsync());
        Assert.Equal(("o", "2025550100", Noon.AddSeconds(25)), (read.Update.CallId, read.Update.From, read.EndedAt));
    }

    [Fact]
    public async Task A_caller_who_hides_is_in_no_part_of_what_is_given()
    {
        var read = await _bench.ReadOneAsync(With(Row("o", "t"), ("call-orig-caller-id", "anonymous"), ("call-orig-from-user", "2025550177")));
        Assert.True(read.Update.HidesFrom);
        Assert.Null(read.Update.From);
        Assert.Null(read.Update.FromName);
        var payload = Encoding.UTF8.GetString(read.Payload.Span);
        Assert.DoesNotContain("Ann", payload, StringComparison.Ordinal);
        Assert.DoesNotContain("2025550177", payload, StringComparison.Ordinal);
    }
}
