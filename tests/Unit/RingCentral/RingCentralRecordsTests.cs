using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;
using static PbxEvents.Tests.Unit.RingCentral.CallLogBench;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>Reading the call log (history/ringcentral-history.md sections 1, 2, 6, 8 and 10): pages, tokens, limits, rights, and answers that are none.</summary>
public sealed class RingCentralRecordsTests
{
    private readonly CallLogBench _bench = new();

    private static string[] Ids(IEnumerable<CallRecord> records) => [.. records.Select(r => r.Update.CallId)];

    // ---- by what has changed -----------------------------------------------------------------------------------------

    [Fact]
    public async Task A_gap_is_asked_for_by_changes_from_five_minutes_before_it_and_on_by_token_until_no_more_are_there()
    {
        _bench.Changes.Enqueue(([Row("b", 30), Row("a")], true));
        _bench.Changes.Enqueue(([Row("c", 60), Row("b", 30)], false));

        // The gap began at noon, and a reader is asked with its overlap.
        var records = await _bench.ReadAsync(Noon - _bench.Reader.Overlap);
        Assert.Equal(["s-a", "s-b", "s-c"], Ids(records));
        Assert.Equal(
            ["call-log-extract-sync?syncType=FSync&dateFrom=2030-01-01T11:55:00.000Z&recordCount=1000&view=Detailed", "call-log-extract-sync?syncType=ISync&syncToken=T1"],
            _bench.Asked);
    }

    [Fact]
    public async Task The_token_stays_with_the_connection_and_a_later_asking_brings_what_is_new_beside_what_was_read()
    {
        _bench.Changes.Enqueue(([Row("a")], false));
        Assert.Equal(["s-a"], Ids(await _bench.ReadAsync()));
        _bench.Changes.Enqueue(([Row("late", 10)], false));
        Assert.Equal(["s-a", "s-late"], Ids(await _bench.ReadAsync()));

        // Another gap, after the first one.
        Assert.Equal(["s-late"], Ids(await _bench.ReadAsync(Noon.AddSeconds(25))));
        Assert.Equal(["FSync", "ISync&syncToken=T1", "ISync&syncToken=T2"], _bench.Asked.Select(a => a.Split('&')[0] == "call-log-extract-sync?syncType=FSync" ? "FSync" : a[(a.IndexOf('=') + 1)..]));

        // One that reaches further back than what was read.
        await _bench.ReadAsync(Noon.AddHours(-3));
        Assert.Contains("syncType=FSync&dateFrom=2030-01-01T08:57:00.000Z", _bench.Asked[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_process_goes_on_by_the_token_for_what_has_changed_since_and_begins_anew_for_what_was_before_or_long_ago()
    {
        _bench.Changes.Enqueue(([Row("a")], false));
        Assert.Null(_bench.Reader.Sync.Export());
        await _bench.ReadAsync();
        Assert.True(_bench.Reader.Sync.Version > 0);
        var kept = _bench.Reader.Sync.Export()!;
        Assert.Equal("ISync&syncToken=T1", await AskAsync(TimeSpan.FromHours(2), Noon.AddMinutes(63)));
        Assert.StartsWith("FSync", await AskAsync(TimeSpan.FromHours(2), Noon.AddMinutes(62)), StringComparison.Ordinal);
        Assert.StartsWith("FSync", await AskAsync(TimeSpan.FromHours(30), Noon.AddHours(29)), StringComparison.Ordinal);
        kept = "{}";
        Assert.StartsWith("FSync", await AskAsync(TimeSpan.FromHours(2), Noon.AddMinutes(63)), StringComparison.Ordinal);

        async Task<string> AskAsync(TimeSpan later, DateTimeOffset from)
        {
            var next = new CallLogBench();
            next.Clock.Advance(later);
            next.Reader.GoOn(kept);
            next.Changes.Enqueue(([], false));
            await next.ReadAsync(from, next.Clock.GetUtcNow());
            var asked = Assert.Single(next.Asked);
            return asked[(asked.IndexOf('=', StringComparison.Ordinal) + 1)..];
        }
    }

    [Fact]
    public async Task A_reading_that_fails_leaves_the_token_where_it_was()
    {
        _bench.Changes.Enqueue(([Row("a")], false));
        await _bench.ReadAsync();
        _bench.Changes.Enqueue(([Row("b", 30)], true));
        _bench.Instead = c => _bench.Asked.Count == 3 && IsFor(c, "call-log") ? new HttpAnswer(418, default) : null;
        await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        _bench.Instead = _ => null;
        _bench.Changes.Enqueue(([Row("b", 30)], false));
        Assert.Equal(["s-a", "s-b"], Ids(await _bench.ReadAsync()));
        Assert.EndsWith("syncToken=T1", _bench.Asked[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CLG-104")]
    [InlineData("CMN-101")]
    public async Task A_token_that_is_refused_is_dropped_and_the_platform_asked_from_the_beginning(string code)
    {
        _bench.Changes.Enqueue(([Row("a")], false));
        await _bench.ReadAsync();
        _bench.Instead = c => IsFor(c, "ISync") ? Refusal(400, code) : null;
        _bench.Changes.Enqueue(([Row("a"), Row("b", 30)], false));
        Assert.Equal(["s-a", "s-b"], Ids(await _bench.ReadAsync()));
        Assert.Equal(["FSync", "ISync", "FSync"], _bench.Asked.Select(a => a[(a.IndexOf('=') + 1)..].Split('&')[0]));
    }

    [Fact]
    public async Task What_is_read_long_ago_is_forgotten_and_asked_for_anew()
    {
        _bench.Changes.Enqueue(([Row("a")], false));
        await _bench.ReadAsync();
        _bench.Clock.Advance(TimeSpan.FromMinutes(31));
        await _bench.ReadAsync(Noon.AddMinutes(30), Noon.AddHours(2));
        Assert.Contains("ISync", _bench.Asked[^1], StringComparison.Ordinal);
        await _bench.ReadAsync(Noon.AddMinutes(30), Noon.AddHours(2));
        Assert.Contains("FSync", _bench.Asked[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_are_kept_are_told_all_the_same()
    {
        _bench.Changes.Enqueue(([.. Enumerable.Range(0, 1500).Select(i => Row($"{i}", i))], true));
        _bench.Changes.Enqueue(([.. Enumerable.Range(1500, 1500).Select(i => Row($"{i}", i))], false));
        Assert.Equal(3000, (await _bench.ReadAsync()).Count);
        await _bench.ReadAsync();
        Assert.Contains("FSync", _bench.Asked[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_changed_counts_in_its_newest_form()
    {
        _bench.Changes.Enqueue(([Row("a", 0, 20, "In Progress")], false));
        Assert.Empty(await _bench.ReadAsync());
        _bench.Changes.Enqueue(([Row("a", 0, 20, "Busy")], false));
        Assert.Equal(PbxOutcome.Busy, Assert.Single(await _bench.ReadAsync()).Update.Outcome);
        _bench.Changes.Enqueue(([With(Row("a"), ("deleted", true))], false));
        Assert.Empty(await _bench.ReadAsync());
    }

    [Fact]
    public async Task Calls_of_the_window_are_told_and_no_others_and_young_ones_later()
    {
        var now = (_bench.Clock.GetUtcNow() - Noon).TotalSeconds;
        _bench.Changes.Enqueue(([Row("before", -120), Row("in"), Row("after", 1800), Row("young", now - 30)], false));
        Assert.Equal(["s-in"], Ids(await _bench.ReadAsync(to: Noon.AddMinutes(10))));
        Assert.Equal(["s-in", "s-after"], Ids(await _bench.ReadAsync()));
        _bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(["s-in", "s-after", "s-young"], Ids(await _bench.ReadAsync(to: Noon.AddHours(2))));
    }

    // ---- answers that are none ---------------------------------------------------------------------------------------

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("""{"records":7}""")]
    [InlineData("""{"records":[]}""")]
    [InlineData("""{"records":[],"syncInfo":{"syncToken":"T","newerRecordsExist":"no"}}""")]
    [InlineData("""{"records":[],"syncInfo":{"newerRecordsExist":false}}""")]
    public async Task An_answer_that_is_no_synchronization_is_told_as_one(string body)
    {
        _bench.Instead = c => IsFor(c, "extract-sync") ? FakeHttp.Json(200, body) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.ServerError, false), (error.Kind, error.IsPermanent));
        Assert.Contains("other than a list", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_without_end_and_one_of_another_time_are_told_as_such()
    {
        _bench.Changes.Enqueue(([Row("a")], true));
        _bench.Changes.Enqueue(([], true));
        Assert.Contains("endless", (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).Message, StringComparison.Ordinal);
        _bench.Changes.Clear();
        for (var i = 0; i < 101; i++)
            _bench.Changes.Enqueue(([Row($"{i}", i)], true));
        Assert.Contains("endless", (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).Message, StringComparison.Ordinal);
        _bench.Changes.Clear();
        _bench.Changes.Enqueue(([Row("old", -9000), Row("older", -10_000)], false));
        Assert.Contains("a different time", (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_cannot_be_read_are_told_in_the_journal_and_the_others_given()
    {
        _bench.Changes.Enqueue((
        [
            null, JsonValue.Create(7), new JsonArray(), new JsonObject(), With(Row("x"), ("telephonySessionId", null), ("sessionId", null)), With(Row("y"), ("startTime", "soon")),
            With(Row("odd"), ("duration", "1e999"), ("legs", "none"), ("from", 7), ("to", new JsonArray()), ("extension", "x"), ("message", true)),
            Row("good", 30),
        ], false));
        Assert.Equal(["s-odd", "s-good"], Ids(await _bench.ReadAsync()));
        Assert.Equal(6, _bench.Journal.Count(l => l.StartsWith("A record of the call log was skipped", StringComparison.Ordinal)));
    }

    // ---- limits and tokens -------------------------------------------------------------------------------------------

    [Fact]
    public async Task Requests_go_one_by_one_seven_seconds_apart()
    {
        for (var i = 0; i < 4; i++)
            _bench.Changes.Enqueue(([Row($"{i}", i)], i < 3));
        await _bench.ReadAsync();
        Assert.All(_bench.Times.Zip(_bench.Times.Skip(1), (a, b) => (b - a).TotalSeconds), s => Assert.InRange(s, 7, 8));
    }

    [Fact]
    public async Task A_429_is_waited_for_and_the_last_request_that_is_left_is_not_followed_by_another()
    {
        _bench.Changes.Enqueue(([Row("a")], true));
        _bench.Changes.Enqueue(([Row("b", 30)], false));
        _bench.Instead = c => !IsFor(c, "call-log") ? null : _bench.Times.Count switch
        {
            1 => Refusal(429, "CMN-301") with { RetryAfter = TimeSpan.FromSeconds(45) },
            2 => FakeHttp.Json(200, """{"records":[],"syncInfo":{"syncToken":"T","newerRecordsExist":false}}""") with
            {
                Headers = new Dictionary<string, string> { ["X-Rate-Limit-Remaining"] = "0", ["X-Rate-Limit-Window"] = "30" },
            },
            _ => null,
        };
        await _bench.ReadAsync();
        await _bench.ReadAsync();
        Assert.InRange((_bench.Times[1] - _bench.Times[0]).TotalSeconds, 45, 47);
        Assert.InRange((_bench.Times[2] - _bench.Times[1]).TotalSeconds, 30, 32);
    }

    [Fact]
    public async Task A_429_that_does_not_end_is_given_up()
    {
        _bench.Instead = c => IsFor(c, "call-log") ? Refusal(429, "CMN-301") : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.RateLimited, false, 4), (error.Kind, error.IsPermanent, _bench.Times.Count));
        Assert.All(_bench.Times.Zip(_bench.Times.Skip(1), (a, b) => (b - a).TotalSeconds), s => Assert.InRange(s, 60, 62));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    public async Task Trouble_of_the_platform_is_tried_again_after_5_10_and_20_seconds(int status)
    {
        _bench.Instead = c => IsFor(c, "call-log") ? new HttpAnswer(status, default) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.ServerError, false), (error.Kind, error.IsPermanent));
        double[] most = [8, 11, 21];
        Assert.Equal(3, _bench.Times.Zip(_bench.Times.Skip(1), (a, b) => (b - a).TotalSeconds).Zip(most, (s, m) => s <= m && s >= m - 3).Count(ok => ok));
    }

    [Fact]
    public async Task A_token_that_ended_is_renewed_once()
    {
        _bench.Instead = c => c.Headers.Any(h => h.Value == "Bearer TOKEN-1") ? Refusal(401, "OAU-128") : null;
        await _bench.ReadAsync();
        _bench.Instead = _ => Refusal(401, "OAU-128");
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.CredentialRefused, true), (error.Kind, error.IsPermanent));
    }

    // ---- rights --------------------------------------------------------------------------------------------------------

    [Fact]
    public async Task Without_the_right_to_the_accounts_log_the_users_own_calls_are_told_and_that_others_are_missing()
    {
        _bench.Log.Add(Row("own"));
        _bench.Instead = c => IsFor(c, "/account/~/call-log") ? Refusal(403, "CMN-408") : null;
        Assert.Equal(["s-own"], Ids(await _bench.ReadAsync()));
        Assert.StartsWith("extension/~/call-log?view=Detailed&dateFrom=2030-01-01T07:59:00.000Z&dateTo=2030-01-01T13:00:00.000Z&perPage=250&page=1", _bench.Asked[^1], StringComparison.Ordinal);
        _bench.WantsOthers = true;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, false), (error.Kind, error.IsPermanent));
        Assert.Contains("FullCompanyCallLog", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CMN-401", "Read Call Log", 2)]
    [InlineData("CMN-408", "FullCompanyCallLog", 3)]
    [InlineData("CMN-419", "FullCompanyCallLog", 3)]
    public async Task A_missing_right_is_told_for_good_and_what_to_grant(string code, string advice, int asked)
    {
        _bench.Instead = c => IsFor(c, "call-log") ? Refusal(403, code) : null;
        var error = await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, true, code), (error.Kind, error.IsPermanent, error.Code));
        Assert.Contains(advice, error.Advice, StringComparison.Ordinal);
        Assert.Equal(asked, _bench.Asked.Count);
    }

    [Fact]
    public async Task Lists_beside_the_log_may_be_refused()
    {
        _bench.Instead = c => IsFor(c, "call-log") ? null : Refusal(403, "CMN-408");
        _bench.Changes.Enqueue(([Row("a")], false));
        Assert.Single(await _bench.ReadAsync());
        Assert.Contains(_bench.Journal, l => l.Contains("without the call queues", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queues_and_menus_are_asked_for_once_an_hour()
    {
        await _bench.ReadAsync();
        await _bench.ReadAsync();
        Assert.Single(_bench.Http.Calls, c => IsFor(c, "call-queues"));
        _bench.Clock.Advance(TimeSpan.FromMinutes(61));
        await _bench.ReadAsync(Noon.AddHours(1), Noon.AddHours(3));
        Assert.Equal(2, _bench.Http.Calls.Count(c => IsFor(c, "call-queues")));
    }

    // ---- by the starts of calls --------------------------------------------------------------------------------------

    [Theory]
    [InlineData(400, "CMN-101")]
    [InlineData(404, "CMN-102")]
    public async Task A_platform_without_that_synchronization_is_asked_for_the_log_itself(int status, string code)
    {
        _bench.Instead = c => IsFor(c, "extract-sync") ? Refusal(status, code) : null;
        _bench.Log.Add(Row("a"));
        Assert.Equal(["s-a"], Ids(await _bench.ReadAsync()));
        Assert.StartsWith("call-log?view=Detailed&dateFrom=2030-01-01T07:59:00.000Z", _bench.Asked[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_long_past_is_read_in_slices_of_a_day_without_holes_beginning_by_the_longest_call_earlier()
    {
        _bench.Log.AddRange([Row("c", -86_400 * 2), Row("long", (-86_400 * 4) - 7200, 7300), Row("over", (-86_400 * 4) - 14_430, 60)]);
        var (from, to) = (Noon.AddDays(-4), Noon.AddDays(-1).AddHours(-1));
        Assert.Equal(["s-long", "s-c"], Ids(await _bench.ReadAsync(from, to)));
        var windows = _bench.Asked.Select(a => a.Split('&')).Select(p => (From: p[1].Split('=')[1], To: p[2].Split('=')[1])).ToArray();
        Assert.Equal(("2029-12-28T08:00:00.000Z", "2029-12-31T11:00:00.000Z"), (windows[0].From, windows[^1].To));
        Assert.Equal(windows[..^1].Select(w => w.To), windows[1..].Select(w => w.From));
        Assert.Equal(4, windows.Length);
        Assert.DoesNotContain(_bench.Asked, a => a.Contains("sync", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_are_read_to_the_end_and_a_record_that_comes_twice_because_they_shift_is_one()
    {
        var start = -86_400 * 3;
        _bench.Log.AddRange(Enumerable.Range(0, 600).Select(i => Row($"{i}", start + i)));
        _bench.Log.InsertRange(250, [Row("248", start + 248), Row("249", start + 249)]);
        var read = await _bench.ReadAsync(Noon.AddDays(-3), Noon.AddDays(-2.5));
        Assert.Equal(600, read.Count);
        Assert.All(read, r => Assert.Single(JsonNode.Parse(r.Payload.Span)!.AsArray()));
        Assert.Equal(["1", "2", "3"], _bench.Asked.Select(a => a[(a.LastIndexOf('=') + 1)..]));
    }

    [Fact]
    public async Task A_log_whose_pages_or_window_are_not_obeyed_is_told_as_such()
    {
        var page = $$"""{"records":[{{Row("a", -86_400 * 3).ToJsonString()}}],"navigation":{"nextPage":{"uri":"x"} } }""";
        _bench.Instead = c => IsFor(c, "call-log") ? FakeHttp.Json(200, page) : null;
        Assert.Contains("endless", (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync(Noon.AddDays(-3), Noon.AddDays(-2.5)))).Message, StringComparison.Ordinal);
        Assert.Contains("a different time", (await Assert.ThrowsAsync<PbxException>(() => _bench.ReadAsync(Noon.AddDays(-9), Noon.AddDays(-8)))).Message, StringComparison.Ordinal);
    }
}
