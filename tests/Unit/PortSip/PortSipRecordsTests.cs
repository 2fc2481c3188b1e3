using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;
using static PbxEvents.Tests.Unit.PortSip.PortSipRecordBench;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Reading call records (history/portsip-history.md sections 1, 2, 4, 6 and 8): windows, pages, limits, rights and rows that are none.</summary>
public sealed class PortSipRecordsTests
{
    private readonly PortSipRecordBench _bench = new();

    private static IEnumerable<string> Ids(IEnumerable<CallRecord> records) => records.Select(r => r.Update.CallId);

    // ---- windows and pages -----------------------------------------------------------------------------------------

    [Fact]
    public async Task The_query_is_that_of_the_sheet_and_the_token_is_in_the_header()
    {
        _bench.Rows!.Add(Row("1", "s"));
        await _bench.ReadAsync();
        Assert.Equal("?filter=ended_at ge '2030-01-01T07:59:00Z' and ended_at lt '2030-01-01T13:59:00Z'&orderby=ended_at asc&top=100&skip=0", _bench.Asked("calllogs")[2]);
        var login = _bench.Http.Calls[0];
        Assert.Equal(("POST", "https://pbx.test:8887/api/login/oauth/token"), (login.Method, login.Uri.ToString()));
        Assert.Equal(
            "grant_type=password&username=alice&domain=example.test&password=p%26w&scope=all&client_id=9d806019-75b2-4b3d-bb8b-f5a3a412cc0a", FakeHttp.BodyOf(login));
        Assert.All(_bench.Http.Calls.Skip(1), c => Assert.Contains(c.Headers, h => h is { Key: "Authorization", Value: "Bearer TOKEN-1" }));
        Assert.All(_bench.Http.Calls.Skip(1), c => Assert.Equal("GET", c.Method));
    }

    [Theory]
    [InlineData(250, false)]
    [InlineData(200, false)]
    [InlineData(250, true)]
    [InlineData(200, true)]
    public async Task All_pages_are_read_and_every_row_counts_once_wherever_skip_begins_to_count(int count, bool countsFromOne)
    {
        _bench.CountsFromOne = countsFromOne;
        _bench.Rows!.AddRange(Enumerable.Range(0, count).Select(i => Row($"{i}", $"s{i}", i)));
        var read = await _bench.ReadAsync();
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"s{i}"), Ids(read));
        Assert.All(read, r => Assert.Single(JsonNode.Parse(r.Payload.Span)!.AsArray()));
        Assert.All(_bench.Asked("calllogs"), a => Assert.Contains("&top=100&", a, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_long_time_is_read_in_slices_without_holes_from_the_longest_call_before_it_on()
    {
        _bench.Rows!.Add(Row("1", "s"));
        await _bench.ReadAsync(Noon.AddDays(-2), Noon.AddHours(1));
        var windows = _bench.Asked("calllogs").Skip(2).Select(a => a.Split('\'')).Select(p => (From: p[1], To: p[3])).ToArray();
        Assert.Equal("2029-12-30T08:00:00Z", windows[0].From);

        // Not further than the present, with the clocks' difference.
        Assert.Equal("2030-01-01T14:02:30Z", windows[^1].To);
        Assert.Equal(windows[..^1].Select(w => w.To), windows[1..].Select(w => w.From));
        Assert.All(windows, w => Assert.InRange(DateTimeOffset.Parse(w.To) - DateTimeOffset.Parse(w.From), TimeSpan.Zero, TimeSpan.FromDays(1)));
    }

    [Fact]
    public async Task Parts_of_one_call_in_several_slices_are_one_call_and_calls_come_in_the_order_of_their_ends()
    {
        _bench.Rows!.AddRange(
        [
            With(Row("1", "long", 1000, 7000), ("callee", "8000"), ("end_reason", "REFERRED")), Row("2", "long", 8000, 900), Row("3", "first", 7500, 100), Row("4", "second", 7000, 700),
        ]);
        _bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["first", "second", "long"], Ids(await _bench.ReadAsync(Noon.AddHours(-6), Noon.AddHours(12))));
    }

    [Fact]
    public async Task Only_calls_that_ended_in_the_window_and_go_on_no_more_are_given()
    {
        _bench.Rows!.AddRange(
        [
            Row("1", "early", -600), Row("2", "began early", -3600, 3700), Row("3", "late", 3595), Row("4", "goes on", 10), Row("5", "in", 10),
            With(Row("8", "ends later", 10), ("end_reason", "REFERRED")), Row("9", "ends later", 30, 4000),
        ]);
        _bench.Running = ["goes on"];
        Assert.Equal(["in", "began early"], Ids(await _bench.ReadAsync()));
    }

    [Fact]
    public async Task A_call_that_began_while_records_are_read_is_not_told_by_the_parts_that_it_has_so_far()
    {
        _bench.Rows!.Add(Row("1", "before", 7000));
        var hasAsked = false;
        _bench.Instead = call =>
        {
            // It begins behind the first look at the calls in progress, and has rung at the first of several when the rows come.
            if (hasAsked && _bench.Rows.Count == 1)
            {
                _bench.Rows.Add(Row("2", "meanwhile", 7150, 5));
                _bench.Running = ["meanwhile"];
            }
            hasAsked |= call.Uri.AbsolutePath.EndsWith("/sessions", StringComparison.Ordinal);
            return null;
        };
        Assert.Equal(["before"], Ids(await _bench.ReadAsync(Noon, Noon.AddHours(3))));
    }

    [Fact]
    public async Task A_call_with_a_part_that_has_no_end_goes_on()
    {
        // A filter by the end leaves such a row out; the list of all has it.
        _bench.Obeys = (option, _) => option == "orderby";
        _bench.Rows!.AddRange([Row("1", "s", 10), With(Row("2", "s", 20), ("ended_at", null)), Row("3", "is over")]);
        Assert.Equal(["is over"], Ids(await _bench.ReadAsync()));
    }

    [Fact]
    public async Task Where_the_calls_in_progress_cannot_be_asked_for_a_call_that_was_passed_on_and_has_no_further_part_goes_on()
    {
        _bench.Running = null;
        _bench.Rows!.AddRange([With(Row("1", "goes on"), ("callee", "5000"), ("end_reason", "REFERRED")), Row("2", "is over")]);
        Assert.Equal(["is over"], Ids(await _bench.ReadAsync()));
        _bench.Running = [];
        Assert.Equal(["goes on", "is over"], Ids(await _bench.ReadAsync()).Order());
    }

    [Theory]
    [InlineData("filter ended_at", "?filter=ended_at")]
    [InlineData("$filter ended_at", "?$filter=ended_at")]
    [InlineData("filter started_at", "?filter=started_at")]
    [InlineData("$filter started_at", "?$filter=started_at")]
    [InlineData("none", "?orderby=started_at desc")]
    public async Task A_filter_that_is_refused_or_not_obeyed_gives_way_to_the_next_form(string obeyed, string expected)
    {
        foreach (var refuses in (bool[])[true, false])
        {
            var bench = new PortSipRecordBench
            {
                Obeys = (option, field) => option.EndsWith("orderby", StringComparison.Ordinal) || $"{option} {field}" == obeyed,
                RefusesFilters = refuses,
            };
            bench.Rows!.AddRange(Enumerable.Range(0, 150).Select(i => Row($"{i}", $"s{i}", (i - 120) * 300)));
            var read = await bench.ReadAsync();
            Assert.Equal(Enumerable.Range(120, 12).Select(i => $"s{i}"), Ids(read));
            Assert.StartsWith(expected, bench.Asked("calllogs")[^1], StringComparison.Ordinal);

            // What was found out holds for the next reading.
            var asked = bench.Asked("calllogs").Count;
            await bench.ReadAsync();
            Assert.All(bench.Asked("calllogs").Skip(asked), a => Assert.StartsWith(expected, a, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_filter_that_finds_nothing_and_says_nothing_is_found_out()
    {
        _bench.Rows!.Add(Row("1", "s"));
        _bench.Instead = c => c.Uri.Query.Contains("filter=ended_at", StringComparison.Ordinal) ? FakeHttp.Json(200, """{"count":0,"items":null}""") : null;
        Assert.Single(await _bench.ReadAsync());
        Assert.StartsWith("?filter=started_at", _bench.Asked("calllogs")[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 11)]
    public async Task Without_a_filter_pages_are_read_until_they_are_older_and_to_the_end_where_they_have_no_order(bool isOrdered, int pages)
    {
        _bench.Obeys = (option, _) => option == "orderby" && isOrdered;
        _bench.Rows!.AddRange(Enumerable.Range(0, 1000).Select(i => Row($"{i}", $"s{i}", (i % 2 == 0 ? i : 999 - i) * -120)));
        await _bench.ReadAsync();
        var asked = _bench.Asked("calllogs").Count(a => a.StartsWith("?orderby", StringComparison.Ordinal));
        Assert.Equal(pages, asked);
    }

    [Fact]
    public async Task Answers_that_obey_nothing_or_have_no_end_are_faults()
    {
        _bench.Rows!.Add(Row("1", "s"));
        await _bench.ReadAsync();
        await FailsAsync("a different time", FakeHttp.Json(200, Json(Row("2", "o", -900_000))));
        var page = Enumerable.Range(0, 100).Select(i => Row($"{i}", $"s{i}", i)).ToArray();
        await FailsAsync("same page", FakeHttp.Json(200, Json(page)));
        var rows = 0;
        await FailsAsync("endless", () => FakeHttp.Json(200, Json([.. Enumerable.Range(0, 100).Select(i => Row($"{rows++}", "s", 1))])));
        await FailsAsync("without a call or a time", FakeHttp.Json(200, """{"count":2,"items":[{"id":"1"},{}]}"""));

        async Task FailsAsync(string words, object answer)
        {
            _bench.Instead = c => c.Uri.AbsolutePath == "/api/calllogs" ? answer as HttpAnswer ?? ((Func<HttpAnswer>)answer)() : null;
            var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
            Assert.False(error.IsPermanent);
        }

        static string Json(params JsonObject[] rows) => new JsonObject { ["items"] = new JsonArray([.. rows]) }.ToJsonString();
    }

    [Fact]
    public async Task A_list_that_is_gone_is_looked_for_anew_by_the_next_reading()
    {
        _bench.Rows!.Add(Row("1", "s"));
        await _bench.ReadAsync();
        _bench.Rows = null;
        _bench.Cdrs.Add(Row("s", "none"));
        Assert.False((await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).IsPermanent);
        Assert.Equal(["s"], Ids(await _bench.ReadAsync()));
    }

    [Theory]
    [InlineData("""{"count":0,"items":[]}""", null)]
    [InlineData("""{"count":0,"items":null}""", null)]
    [InlineData("""{"count":0}""", null)]
    [InlineData("", "other than a list")]
    [InlineData("<html>", "other than a list")]
    [InlineData("""{"count":3}""", "other than a list")]
    [InlineData("""{"items":{}}""", "other than a list")]
    [InlineData("[]", "other than a list")]
    public async Task An_answer_is_a_list_or_nothing(string body, string? problem)
    {
        _bench.Instead = c => c.Uri.AbsolutePath == "/api/calllogs" ? FakeHttp.Json(200, body) : null;
        if (problem is null)
            Assert.Empty(await _bench.ReadAsync());
        else
            Assert.Contains(problem, (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).Message, StringComparison.Ordinal);
    }

    // ---- /cdrs -----------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Without_call_logs_each_call_is_read_with_its_parts_and_its_id_is_the_session()
    {
        _bench.Rows = null;
        _bench.Cdrs.AddRange([With(Row("s1", "no session here"), ("callee", "8000"), ("answered_at", Time(1))), Row("s2", "nor here", 30)]);
        _bench.Parts["s1"] = [Row("", "", 5)];
        var read = await _bench.ReadAsync();
        Assert.Equal(["s1", "s2"], Ids(read));
        Assert.Equal(["", "/s1", "/s2"], _bench.Http.Calls.Select(c => c.Uri.AbsolutePath).Where(p => p.StartsWith("/api/cdrs", StringComparison.Ordinal)).Select(p => p["/api/cdrs".Length..]).Distinct());
        Assert.Equal(2, JsonNode.Parse(read[0].Payload.Span)!.AsArray().Count);
        Assert.Contains(_bench.Log, l => l.Contains("not report all parts of the call s2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_live_events_named_otherwise_is_found_by_its_SIP_call_id()
    {
        _bench.Rows = null;
        _bench.Cdrs.Add(With(Row("4711", ""), ("call_id", "K3..")));
        var host = new RecordingHost();
        host.Session = _bench.Driver.CreateSession(host);
        host.Session.LinkOpened(1, new LinkTarget { Uri = new Uri("wss://pbx.test:8887/wsi"), Tag = "V22" }, LinkTicket.None);
        host.Receive("""{"status":0}""", 1);
        host.Receive("""{"event_type":"call_start","session_id":"s9","call_id":"K3..","caller":"2025550101","callee":"101","direction":"inbound"}""", 1);
        var read = Assert.Single(await _bench.ReadAsync());
        Assert.Equal(("s9", "4711"), (read.Update.CallId, Assert.Single(read.OtherIds)));

        // So it is for the next process, also for one that found only the events of one that was killed; of calls that were over long ago nothing is kept.
        var (next, afterKill) = (Next(), Next());
        next.Driver.ImportKeys(_bench.Driver.ExportKeys(host.Now));
        foreach (var e in host.Events)
            afterKill.Driver.Recall(e);
        afterKill.Driver.Recall(new PbxEvent { Category = PbxCategory.Call, Payload = "no JSON"u8.ToArray() });
        Assert.Equal("s9", Assert.Single(await next.ReadAsync()).Update.CallId);
        Assert.Equal("s9", Assert.Single(await afterKill.ReadAsync()).Update.CallId);
        Assert.Equal("[]", _bench.Driver.ExportKeys(host.Now + TimeSpan.FromDays(1))["calls"]);

        static PortSipRecordBench Next()
        {
            var bench = new PortSipRecordBench { Rows = null };
            bench.Cdrs.Add(With(Row("4711", ""), ("call_id", "K3..")));
            return bench;
        }
    }

    [Fact]
    public async Task One_row_for_a_call_that_a_machine_answered_gets_its_parts_from_cdrs()
    {
        _bench.Rows!.Add(With(Row("1", "s"), ("callee", "8000"), ("answered_at", Time(0.1)), ("end_reason", "CALLEE_DISCONNECTED")));
        _bench.Parts["s"] = [With(Row("", "", 5, 15), ("callee", "102"), ("answered_at", Time(8)), ("end_reason", "CALLEE_DISCONNECTED"), ("status_code", 0))];
        var read = Assert.Single(await _bench.ReadAsync());
        Assert.Equal((PbxOutcome.Answered, "102", "8000"), (read.Update.Outcome, read.Update.AnsweredBy, read.Update.To));
    }

    // ---- rights and limits -----------------------------------------------------------------------------------------

    [Fact]
    public async Task A_token_that_ended_is_refreshed_once_and_then_the_login_is_refused()
    {
        _bench.Instead = c => c.Headers.Any(h => h.Value == "Bearer TOKEN-1") ? new HttpAnswer(401, default) : null;
        await _bench.ReadAsync();
        var logins = _bench.Http.Calls.Where(c => c.Method == "POST").Select(FakeHttp.BodyOf).ToArray();
        Assert.StartsWith("grant_type=refresh_token&refresh_token=REFRESH-1&client_id=", logins[1], StringComparison.Ordinal);
        _bench.Instead = c => c.Method == "GET" ? new HttpAnswer(401, default) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, true), (error.Kind, error.IsPermanent));
    }

    [Fact]
    public async Task A_refresh_token_that_ended_gives_way_to_the_password()
    {
        await _bench.ReadAsync();
        _bench.Clock.Advance(TimeSpan.FromMinutes(30));
        _bench.Instead = c => c.Method == "POST" && FakeHttp.BodyOf(c).StartsWith("grant_type=refresh", StringComparison.Ordinal) ? FakeHttp.Json(400, "{}") : null;
        await _bench.ReadAsync();
        Assert.Equal(["grant_type=password", "grant_type=refresh_token", "grant_type=password"],
            _bench.Http.Calls.Where(c => c.Method == "POST").Select(c => FakeHttp.BodyOf(c).Split('&')[0]));
    }

    [Fact]
    public async Task A_version_without_OAuth_is_logged_in_to_with_JSON()
    {
        _bench.Instead = c => c.Uri.AbsolutePath switch
        {
            "/api/login/oauth/token" => new HttpAnswer(404, default),
            "/api/login" => FakeHttp.Json(200, """{"access_token":"OLD"}"""),
            _ => null,
        };
        await _bench.ReadAsync();
        Assert.Equal("""{"username":"alice","password":"p&w","domain":"example.test"}""", FakeHttp.BodyOf(_bench.Http.Calls[1]).Replace("\\u0026", "&", StringComparison.Ordinal));
        Assert.Contains(_bench.Http.Calls[^1].Headers, h => h.Value == "Bearer OLD");
    }

    [Theory]
    [InlineData("alice", "role is Admin or QueueManager")]
    [InlineData("101", "not an extension's SIP password")]
    public async Task A_login_that_is_refused_is_told_as_a_missing_right(string user, string advice)
    {
        var bench = new PortSipRecordBench(user)
        {
            Instead = c => c.Method == "POST" ? FakeHttp.Json(400, """{"errors":[{"code":"UNAUTHORIZED","message":"Login failed"}]}""") : null,
        };
        var error = await Assert.ThrowsAsync<PbxException>(() => bench.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, true), (error.Kind, error.IsPermanent));
        Assert.Contains(advice, error.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("p&w", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_right_is_told_as_one_and_what_to_grant()
    {
        _bench.Instead = c => c.Uri.AbsolutePath == "/api/calllogs" ? FakeHttp.Json(403, "{}") : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, true), (error.Kind, error.IsPermanent));
        Assert.Contains("CDR: View Only", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_records_at_all_are_not_asked_for_again()
    {
        _bench.Instead = c => c.Method == "GET" ? new HttpAnswer(404, default) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.NotSupported, true), (error.Kind, error.IsPermanent));
    }

    [Fact]
    public async Task Lists_beside_the_records_may_be_refused_and_menus_are_told_from_people_by_how_fast_they_answer()
    {
        _bench.Instead = c => c.Uri.AbsolutePath is "/api/calllogs" or "/api/login/oauth/token" ? null : new HttpAnswer(c.Uri.AbsolutePath == "/api/users" ? 403 : 404, default);
        _bench.Rows!.AddRange(
        [
            With(Row("1", "s", 0, 10), ("callee", "5000"), ("answered_at", Time(0.21)), ("end_reason", "REFERRED")),
            With(Row("2", "s", 10), ("answered_at", Time(14)), ("end_reason", "CALLER_DISCONNECTED"), ("status_code", 0)),
        ]);
        var read = Assert.Single(await _bench.ReadAsync());
        Assert.Equal((PbxOutcome.Answered, "101", Noon.AddSeconds(14)), (read.Update.Outcome, read.Update.AnsweredBy, read.Update.AnsweredAt));
        Assert.Contains(_bench.Log, l => l.Contains("without users", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(429, null, "2 10 30")]
    [InlineData(429, 20, "20 20 30")]
    [InlineData(503, null, "2 10 30")]
    [InlineData(429, 1000, "")]
    public async Task Who_is_asked_to_wait_waits_and_pauses_grow(int status, int? retryAfter, string pauses)
    {
        List<DateTimeOffset> times = [];
        _bench.Instead = c =>
        {
            if (c.Uri.AbsolutePath != "/api/calllogs")
                return null;
            times.Add(_bench.Clock.GetUtcNow());
            return new HttpAnswer(status, default) { RetryAfter = retryAfter is { } s ? TimeSpan.FromSeconds(s) : null };
        };
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((status == 429 ? PbxErrorKind.RateLimited : PbxErrorKind.ServerError, false), (error.Kind, error.IsPermanent));
        Assert.Equal(pauses, string.Join(' ', times.Zip(times.Skip(1), (a, b) => Math.Round((b - a).TotalSeconds))));
    }

    [Fact]
    public async Task The_numbers_are_asked_for_once_an_hour()
    {
        _bench.Rows!.Add(Row("1", "s"));
        await _bench.ReadAsync();
        await _bench.ReadAsync();
        Assert.Single(_bench.Asked("users"));
        _bench.Clock.Advance(TimeSpan.FromMinutes(61));
        await _bench.ReadAsync();
        Assert.Equal(2, _bench.Asked("users").Count);
    }

    [Fact]
    public void A_system_administrator_has_no_records() => Assert.Null(new Providers.Platforms.PortSip.PortSipDriver(new DriverContext(
        new PbxConnectOptions { Provider = "PortSIP", Server = "pbx.test", UserName = "admin", Password = new Secret("pw") }, _bench.Http, _ => { })).Records);

    [Theory]
    [InlineData("pbx.test", "https://pbx.test:8887/api")]
    [InlineData("pbx.test:8885", "https://pbx.test:8887/api")]
    [InlineData("pbx.test:9000", "https://pbx.test:9000/api")]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000/api")]
    [InlineData("wss://proxy.test:444/pbx/wsi", "https://proxy.test:444/pbx/api")]
    public void The_REST_interface_is_beside_the_event_service(string server, string expected) => Assert.Equal(
        expected, Providers.Platforms.PortSip.PortSipAddress.Rest(Providers.Platforms.PortSip.PortSipAddress.Targets(server, null)[0]).ToString());

    // ---- rows --------------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Rows_that_cannot_be_read_are_told_and_the_others_given()
    {
        _bench.Rows!.AddRange(
        [
            null, JsonValue.Create(7), new JsonObject(), With(Row("1", "s1"), ("session_id", "")), With(Row("2", "s2"), ("started_at", "soon")),
            With(Row("", "s3"), ("id", null)), Row("4", "good"),
        ]);
        Assert.Equal(["good"], Ids(await _bench.ReadAsync()));
        Assert.Contains(_bench.Log, l => l.StartsWith("3 call records", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2030-01-01T12:00:05Z")]
    [InlineData("2030-01-01T12:00:05.000000Z")]
    [InlineData("2030-01-01T07:00:05-05:00")]
    public async Task Every_form_of_time_is_read_as_what_it_says(string text)
    {
        var read = await _bench.ReadOneAsync(With(Row("1", "s"), ("rang_at", text)));
        Assert.Equal(Noon.AddSeconds(5), read.Update.RingingAt!.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("0001-01-01T00:00:00Z")]
    public async Task A_time_that_is_none_stands_for_never(string? text) =>
        Assert.Null((await _bench.ReadOneAsync(With(Row("1", "s"), ("answered_at", text)))).Update.AnsweredAt);

    [Fact]
    public async Task Ids_beyond_what_a_double_holds_stay_as_they_are_also_as_numbers()
    {
        var read = await _bench.ReadOneAsync(With(Row("1", ""), ("session_id", 1588527209272840193), ("id", 1588527209272840192)));
        Assert.Equal("1588527209272840193", read.Update.CallId);
    }

    [Fact]
    public async Task A_caller_who_hides_is_in_no_part_of_what_is_given()
    {
        var read = await _bench.ReadOneAsync(With(Row("1", "s"), ("caller", "anonymous")));
        Assert.True(read.Update.HidesFrom);
        Assert.Null(read.Update.From);
        Assert.Null(read.Update.FromName);
        Assert.DoesNotContain("Ann", Encoding.UTF8.GetString(read.Payload.Span), StringComparison.Ordinal);
    }
}
