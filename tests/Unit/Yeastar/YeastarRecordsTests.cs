using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>How call records are asked for and read (history/yeastar-history.md sections 1, 2, 6, 7, 8 and 10).</summary>
public sealed class YeastarRecordsTests
{
    private readonly YeastarRecordsRig _rig = new();

    private DateTimeOffset Now => _rig.Now;

    [Fact]
    public async Task The_form_of_times_is_tried_on_a_known_row_once_and_then_known()
    {
        _rig.Add("1893484800.10", Now.AddMinutes(-10));
        Assert.Single(await _rig.ReadAsync());
        Assert.Equal(["system/information", "cdr/list", "cdr/search", "cdr/search"], _rig.Asked);
        Assert.Single(await _rig.ReadAsync());
        Assert.Equal(["system/information", "cdr/search"], _rig.Asked.Skip(4));
        var search = _rig.Http.Calls[^1];
        Assert.Equal(("asc", "time", "1", "1000"), (P("order_by"), P("sort_by"), P("page"), P("page_size")));
        Assert.Null(P("page_number"));

        string? P(string name) => YeastarRecordsRig.ParameterOf(search, name);
    }

    [Theory]
    [InlineData("DD/MM/YYYY", "hh:mm:ss PM", "dd'/'MM'/'yyyy hh:mm:ss tt", false)]
    [InlineData("MM-DD-YYYY", "24-hour", "MM-dd-yyyy HH:mm:ss", true)]
    [InlineData("YYYY/MM/DD", "HH:mm:ss", "yyyy'/'MM'/'dd HH:mm:ss", false)]
    public async Task An_older_PBX_gets_times_as_it_shows_them_and_in_its_zone(string date, string time, string form, bool refuses)
    {
        (_rig.DateFormat, _rig.TimeFormat, _rig.TextForm) = (date, time, form);
        _rig.Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata");
        if (refuses)
        {
            _rig.Answer = (f, c) => f == "cdr/search" && long.TryParse(YeastarRecordsRig.ParameterOf(c, "start_time"), out _)
                ? YeastarDriverRig.Refuse(40002, "PARAMETER ERROR") : null;
        }
        _rig.Add("1893484800.10", Now.AddMinutes(-10));
        _rig.Add("1893484801.10", Now.AddHours(-5));
        Assert.Equal("1893484800.10", Assert.Single(await _rig.ReadAsync()).Update.CallId);
    }

    [Fact]
    public async Task A_change_to_summer_time_in_the_window_loses_nothing()
    {
        _rig.TextForm = "dd'/'MM'/'yyyy hh:mm:ss tt";
        _rig.Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

        // 31 March 2030, 01:00 UTC: the clocks go from 2 to 3.
        _rig.Clock.Advance(new DateTimeOffset(2030, 3, 31, 3, 0, 0, TimeSpan.Zero) - Now);
        var times = Enumerable.Range(0, 24).Select(i => Now.AddMinutes(-10 - (20 * i))).ToArray();
        foreach (var time in times)
            _rig.Add($"{time.ToUnixTimeSeconds()}.1", time);

        // By the clock of today this one began an hour before the reading does.
        var from = Now.AddHours(-8);
        _rig.Add("long.1", from.AddHours(-3.5), talk: (int)TimeSpan.FromHours(3.5).TotalSeconds, disposition: "ANSWERED");
        var read = await _rig.ReadAsync(from);
        Assert.Equal([from.AddSeconds(5), .. times.Order().Select(t => t.AddSeconds(5))], read.Select(r => r.EndedAt));
    }

    [Fact]
    public async Task A_PBX_that_finds_nothing_by_time_is_read_from_the_list_of_all_newest_first()
    {
        var rig = new YeastarRecordsRig(pageSize: 2) { TextForm = "'no form'" };
        for (var i = 1; i <= 20; i++)
            rig.Add($"{i}.1", rig.Now.AddHours(-i));
        Assert.Equal(["3.1", "2.1", "1.1"], (await rig.ReadAsync(rig.Now.AddHours(-3.5))).Select(r => r.Update.CallId));

        // Rows of 7.5 hours are three pages and a half; the page behind them has none, and the rest is not asked for.
        Assert.Equal(1 + 5, rig.Asked.Count(f => f == "cdr/list"));
    }

    [Fact]
    public async Task A_PBX_without_any_records_is_asked_once_and_not_searched()
    {
        Assert.Empty(await _rig.ReadAsync());
        Assert.Equal(["system/information", "cdr/list"], _rig.Asked);
    }

    [Fact]
    public async Task Pages_are_read_to_the_end_and_a_row_that_comes_on_two_of_them_counts_once()
    {
        var rig = new YeastarRecordsRig(pageSize: 3);
        for (var i = 0; i < 8; i++)
            rig.Add($"{i}.1", rig.Now.AddMinutes(i - 30), talk: 7, disposition: "ANSWERED");
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"{i}.1"), (await rig.ReadAsync()).Select(r => r.Update.CallId));
        Assert.Equal(1 + 3, rig.Asked.Count(f => f == "cdr/search"));

        // A call whose row comes meanwhile moves the rows behind it by one: the last of a page comes again on the next. The pages are read again.
        var grown = false;
        rig.Answer = (f, c) =>
        {
            if (f == "cdr/search" && YeastarRecordsRig.ParameterOf(c, "page") == "2" && !grown)
            {
                grown = true;
                rig.Add("late.1", rig.Now.AddMinutes(-50), talk: 7, disposition: "ANSWERED");
            }
            return null;
        };
        var read = await rig.ReadAsync();
        Assert.Equal(["late.1", .. Enumerable.Range(0, 8).Select(i => $"{i}.1")], read.Select(r => r.Update.CallId));
        Assert.All(read, r => Assert.Equal(PbxOutcome.Answered, r.Update.Outcome));
    }

    [Fact]
    public async Task A_call_whose_rows_come_while_pages_are_read_is_told_by_all_of_them()
    {
        var rig = new YeastarRecordsRig(pageSize: 3);
        for (var i = 0; i < 8; i++)
            rig.Add($"{i}.1", rig.Now.AddMinutes(i - 30), talk: 7, disposition: "ANSWERED");
        var asked = 0;
        rig.Answer = (f, c) =>
        {
            if (f == "cdr/search" && YeastarRecordsRig.ParameterOf(c, "page") == "3" && asked++ == 0)
            {
                // The first stage stands on a page that was read before, the second on the one that is asked for.
                rig.Add("late.1", rig.Now.AddMinutes(-40), talk: 7, disposition: "ANSWERED");
                rig.Add("late.1", rig.Now.AddMinutes(-2), talk: 7, to: "Carl<1002>", disposition: "ANSWERED");
            }
            return null;
        };
        var late = (await rig.ReadAsync()).Single(r => r.Update.CallId == "late.1");
        Assert.Equal(rig.Now.AddMinutes(-40), late.Update.StartedAt);
        Assert.Equal(PbxOutcome.Transferred, late.Update.Outcome);
        Assert.Contains(rig.Log, l => l.Contains("read again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_PBX_on_which_calls_end_all_the_time_is_not_read_for_ever()
    {
        var rig = new YeastarRecordsRig(pageSize: 2);
        for (var i = 0; i < 5; i++)
            rig.Add($"{i}.1", rig.Now.AddMinutes(i - 30));
        rig.Answer = (f, _) =>
        {
            if (f == "cdr/search")
                rig.Add($"new{rig.Rows.Count}.1", rig.Now.AddMinutes(-2));
            return null;
        };
        Assert.InRange((await rig.ReadAsync()).Count, 5, 50);
        Assert.Equal(2, rig.Log.Count(l => l.Contains("read again", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_PBX_that_brings_the_same_page_again_and_again_is_not_asked_for_ever()
    {
        for (var i = 0; i < 3; i++)
            _rig.Add($"{i}.1", Now.AddMinutes(-i - 1));
        _rig.Answer = (f, _) => f == "cdr/search"
            ? FakeHttp.Json(200, new JsonObject
            {
                ["errcode"] = 0,
                ["total_number"] = long.MaxValue,
                ["data"] = new JsonArray([.. _rig.Rows.Select(r => r.DeepClone())]),
            }.ToJsonString())
            : null;
        Assert.Equal(3, (await _rig.ReadAsync()).Count);
        Assert.Equal(1 + 2, _rig.Asked.Count(f => f == "cdr/search"));
    }

    [Fact]
    public async Task Calls_are_told_in_the_order_of_their_ends_over_slices_and_midnight_once_each()
    {
        var ends = new List<DateTimeOffset>();
        for (var i = 0; i < 200; i++)
        {
            var start = Now.AddMinutes(-20 - (i * 9));
            _rig.Add($"{i}.1", start, talk: i * 37 % 1000, disposition: "ANSWERED");
            ends.Add(start.AddSeconds(5 + (i * 37 % 1000)));
        }
        var read = await _rig.ReadAsync(Now.AddHours(-48));
        Assert.Equal(ends.Order(), read.Select(r => r.EndedAt));
        Assert.Equal(200, read.Select(r => r.Update.CallId).Distinct().Count());
    }

    [Fact]
    public async Task Only_calls_that_ended_in_the_window_are_told_however_long_ago_they_began()
    {
        _rig.Add("before.1", Now.AddHours(-2));
        _rig.Add("long.1", Now.AddHours(-3.5), talk: 3 * 3600, disposition: "ANSWERED");
        _rig.Add("after.1", Now.AddMinutes(-20), talk: 1000, disposition: "ANSWERED");
        var read = Assert.Single(await _rig.ReadAsync(Now.AddHours(-1), Now.AddMinutes(-10)));
        Assert.Equal(("long.1", Now.AddHours(-0.5).AddSeconds(5)), (read.Update.CallId, read.EndedAt));
    }

    [Fact]
    public async Task A_call_that_goes_on_after_the_window_is_left_out_though_its_first_stage_ended_in_it()
    {
        _rig.Add("1.1", Now.AddMinutes(-15), ring: 0, talk: 60, to: "IVR main<6200>", disposition: "ANSWERED");
        _rig.Add("1.1", Now.AddMinutes(-9), talk: 60, disposition: "ANSWERED");
        Assert.Empty(await _rig.ReadAsync(Now.AddHours(-1), Now.AddMinutes(-10)));
        Assert.Single(await _rig.ReadAsync(Now.AddHours(-1), Now));
    }

    [Fact]
    public async Task The_beginning_of_a_call_that_is_longer_than_a_reading_goes_back_is_looked_for()
    {
        var start = Now.AddHours(-7);
        var id = $"{start.ToUnixTimeSeconds()}.10";
        _rig.Add(id, start, ring: 0, talk: 6, to: "IVR main<6200>", disposition: "ANSWERED")["did_number"] = "+12025550177";
        _rig.Add(id, start.AddHours(3), talk: 4 * 3600 - 60, disposition: "ANSWERED");
        var read = Assert.Single(await _rig.ReadAsync());
        Assert.Equal((start, "+12025550177"), (read.Update.StartedAt!.Value, read.Update.To));
    }

    [Theory]
    [InlineData(120)]
    [InlineData(-120)]
    public async Task A_clock_that_is_two_minutes_off_changes_nothing(int seconds)
    {
        _rig.ClockAhead = TimeSpan.FromSeconds(seconds);
        _rig.Add("1.1", Now.AddMinutes(-1), talk: 5, disposition: "ANSWERED");
        var read = Assert.Single(await _rig.ReadAsync(Now.AddMinutes(-1)));
        Assert.Equal((Now.AddMinutes(-1), Now.AddSeconds(-50)), (read.Update.StartedAt!.Value, read.EndedAt));
    }

    [Fact]
    public async Task An_answer_that_was_long_on_its_way_is_no_difference_of_clocks()
    {
        _rig.Add("1.1", Now.AddMinutes(-1), talk: 5, disposition: "ANSWERED");
        _rig.Answer = (f, _) =>
        {
            if (f != "system/information")
                return null;
            var answer = FakeHttp.Json(200, $$"""{"errcode":0,"data":{"timestamp":{{Now.ToUnixTimeSeconds()}} } }""");
            _rig.Clock.Advance(TimeSpan.FromSeconds(9));
            return answer;
        };
        var start = Now.AddMinutes(-1);
        Assert.Equal(start, Assert.Single(await _rig.ReadAsync(start)).Update.StartedAt);
    }

    [Fact]
    public async Task Rows_that_nobody_can_read_are_skipped_and_told_and_the_others_come()
    {
        _rig.Add("good.1", Now.AddMinutes(-10));
        foreach (var (name, value) in new (string, JsonNode?)[]
        {
            ("timestamp", "soon"), ("timestamp", null), ("timestamp", -5), ("timestamp", 1e300), ("call_id", ""), ("call_id", new JsonObject()),
        })
        {
            var row = _rig.Add("bad.1", Now.AddMinutes(-9));
            row["uid"] = null;
            row[name] = value;
        }
        var odd = _rig.Add("odd.1", Now.AddMinutes(-8));
        foreach (var (name, value) in new (string, JsonNode?)[]
        {
            ("duration", long.MaxValue), ("ring_duration", "x"), ("talk_duration", new JsonArray()), ("disposition", 7), ("call_type", null),
            ("call_to", "<<\"<"), ("call_from", "\u0007\u202e"), ("new_id", false),
        })
        {
            odd[name] = value;
        }
        _rig.Answer = (f, _) => f == "cdr/search"
            ? new HttpAnswer(200, Encoding.UTF8.GetBytes($$"""{"errcode":0,"total_number":99,"data":[7,null,[],"x",{{string.Join(',', _rig.Rows.Select(r => r.ToJsonString()))}}]}"""))
            : null;
        Assert.Equal(["good.1"], (await _rig.ReadAsync()).Select(r => r.Update.CallId));
        Assert.Contains(_rig.Log, l => l.Contains("6 rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_has_expired_is_refreshed_once()
    {
        _rig.Add("1.1", Now.AddMinutes(-10));
        _rig.Answer = (f, c) => f == "cdr/list" && YeastarRecordsRig.ParameterOf(c, "access_token") == "AT1"
            ? YeastarDriverRig.Refuse(10004, "TOKEN EXPIRED") : null;
        Assert.Single(await _rig.ReadAsync());
        Assert.Single(_rig.Http.Calls, c => YeastarRecordsRig.FunctionOf(c) == "refresh_token");
        _rig.Answer = (f, _) => f == "cdr/search" ? YeastarDriverRig.Refuse(10004, "TOKEN EXPIRED") : null;
        var fault = await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync());
        Assert.Equal(PbxErrorKind.CredentialRefused, fault.Kind);
    }

    [Theory]
    [InlineData(80010)]
    [InlineData(70123)]
    [InlineData(70656)]
    public async Task A_right_that_is_missing_is_named_and_final(int code)
    {
        _rig.Answer = (f, _) => f == "cdr/list" ? YeastarDriverRig.Refuse(code, "NO PERMISSION") : null;
        var fault = await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync());
        Assert.Equal((PbxErrorKind.PermissionDenied, true, $"{code}"), (fault.Kind, fault.IsPermanent, fault.Code));
        Assert.Contains("CDR", fault.Advice, StringComparison.Ordinal);
        Assert.Equal(2, _rig.Asked.Count);
    }

    [Theory]
    [InlineData(429, 0)]
    [InlineData(403, 0)]
    [InlineData(200, -2)]
    public async Task A_PBX_that_wants_a_pause_gets_growing_ones_and_then_the_reading_fails(int status, int code)
    {
        _rig.Add("1.1", Now.AddMinutes(-10));
        var refusals = 2;
        _rig.Answer = (f, _) => f == "cdr/list" && refusals-- > 0
            ? status == 200 ? YeastarDriverRig.Refuse(code, "INTERNAL SERVER ERROR") : new HttpAnswer(status, default) { RetryAfter = TimeSpan.FromSeconds(2) }
            : null;
        var (begun, reading) = (Now, _rig.ReadAsync(Now.AddHours(-1), Now));
        await PassAsync(reading);
        Assert.Single(await reading);

        // The clock goes on in steps while the answer comes.
        Assert.InRange((Now - begun).TotalSeconds, 20, 22);

        refusals = int.MaxValue;
        _rig.Answer = (f, _) => f == "cdr/search" ? new HttpAnswer(429, default) : null;
        reading = _rig.ReadAsync();
        await PassAsync(reading);
        Assert.Equal(PbxErrorKind.RateLimited, (await Assert.ThrowsAsync<PbxException>(() => reading)).Kind);
        Assert.Equal(1 + 1 + 4, _rig.Asked.Count(f => f == "cdr/search"));
    }

    [Fact]
    public async Task A_pause_that_is_too_long_is_left_to_the_next_reading()
    {
        _rig.Answer = (f, _) => f == "cdr/list" ? new HttpAnswer(429, default) { RetryAfter = TimeSpan.FromHours(1) } : null;
        Assert.Equal(PbxErrorKind.RateLimited, (await Assert.ThrowsAsync<PbxException>(() => _rig.ReadAsync())).Kind);
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_a_fault_and_no_exception_of_another_kind()
    {
        _rig.Answer = (f, _) => f == "cdr/list" ? FakeHttp.Json(200, "<html>") : null;
        var reading = _rig.ReadAsync();
        await PassAsync(reading);
        Assert.Equal(PbxErrorKind.HandshakeFailed, (await Assert.ThrowsAsync<PbxException>(() => reading)).Kind);
    }

    private async Task PassAsync(Task reading)
    {
        while (await Task.WhenAny(reading, Task.Delay(20)) != reading)
            _rig.Clock.Advance(TimeSpan.FromSeconds(1));
    }
}
