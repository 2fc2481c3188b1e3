using System.Net;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.TelecomX;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>The simulator's call records, asked by a client that knows nothing (history/telecomx-history.md sections 1 to 3, 8 and 10).</summary>
public sealed class TelecomXSimulatorRecordsTests
{
    private const string Window = "from=2020-01-01T00:00:00.000Z&to=2100-01-01T00:00:00.000Z";
    private static readonly ScenarioOptions Fast = new() { Pace = TimeSpan.Zero };

    private static Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(TelecomXFixture fixture, string path, string? token = null) =>
        fixture.GetAsync($"{path}&token={token ?? fixture.Simulator.AccessToken}");

    private static async Task<JsonElement[]> RowsAsync(TelecomXFixture fixture, string parameters = Window) =>
        [.. (await AskAsync(fixture, $"/pbx/cdr?{parameters}")).Body.EnumerateArray()];

    [Fact]
    public async Task A_record_has_the_members_that_the_platform_shows()
    {
        await using var f = new TelecomXFixture();
        var call = Assert.Single(await f.Simulator.PlayAsync("Answered", Fast, Limits.Patience));
        var row = Assert.Single(await RowsAsync(f));
        Assert.Equal(
            ["_id", "pbx", "channelId", "started", "answered", "answeredByCallee", "ended", "caller", "callee", "customer", "terminatedBy", "terminatedReason"],
            row.EnumerateObject().Select(m => m.Name));
        Assert.Equal(["number", "name", "privacy", "type", "divertedBy", "extension", "sipPhone"], row.GetProperty("caller").EnumerateObject().Select(m => m.Name));
        Assert.Equal(["number", "name", "extension"], row.GetProperty("callee").EnumerateObject().Select(m => m.Name));
        Assert.Equal((call.From, "1001", "B", "HANGUP"), (row.GetProperty("caller").GetProperty("number").GetString(), row.GetProperty("callee").GetProperty("extension").GetString(),
            row.GetProperty("terminatedBy").GetString(), row.GetProperty("terminatedReason").GetString()));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", row.GetProperty("ended").GetString());
        Assert.Matches("^[0-9a-f]{24}$", row.GetProperty("_id").GetString());
    }

    [Theory]
    [InlineData("Missed", false, false, "S", "UNREACHABLE")]
    [InlineData("Cancelled", false, false, "A", "CANCEL")]
    [InlineData("Busy", false, false, "B", "BUSY")]
    [InlineData("Rejected", false, false, "B", "BUSY")]
    [InlineData("Failed", false, false, "S", "NOT_FOUND")]
    [InlineData("QueueAbandoned", true, false, "A", "HANGUP")]
    [InlineData("MenuAbandoned", true, false, "A", "HANGUP")]
    [InlineData("VoicemailNotLeft", true, false, "A", "HANGUP")]
    [InlineData("Menu", true, true, "A", "HANGUP")]
    [InlineData("QueueAnswered", true, true, "A", "HANGUP")]
    public async Task The_answer_of_a_system_is_no_persons(string scenario, bool isAnswered, bool isPerson, string endedBy, string reason)
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.PlayAsync(scenario, Fast, Limits.Patience);
        var row = Assert.Single(await RowsAsync(f));
        Assert.Equal((isAnswered, isPerson, endedBy, reason), (row.GetProperty("answered").ValueKind == JsonValueKind.String, row.GetProperty("answeredByCallee").GetBoolean(),
            row.GetProperty("terminatedBy").GetString(), row.GetProperty("terminatedReason").GetString()));
    }

    [Fact]
    public async Task A_call_that_is_passed_on_has_two_rows_of_its_channel_and_the_question_before_one_of_its_own()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.PlayAsync("AttendedTransfer", Fast, Limits.Patience);
        var rows = await RowsAsync(f);
        Assert.Equal([1, 2], rows.GroupBy(r => r.GetProperty("channelId").GetString()).Select(g => g.Count()).Order());
        Assert.Equal(3, rows.Select(r => r.GetProperty("_id").GetString()).Distinct().Count());
        Assert.Single(rows, r => r.GetProperty("caller").GetProperty("extension").ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task A_call_that_goes_on_has_the_row_of_the_party_that_passed_it_on()
    {
        await using var f = new TelecomXFixture();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limits.Patience);
        var playing = f.Simulator.PlayAsync("Transferred", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) }, stop.Token);
        await f.Simulator.Log.WaitAsync(e => e.Name == "CALL_END", 1).InTime();
        Assert.Equal("1001", Assert.Single(await RowsAsync(f)).GetProperty("callee").GetProperty("extension").GetString());
        var (_, running) = await AskAsync(f, "/pbx/app/employees?calls=true");
        Assert.Contains("sessionId", running.GetRawText(), StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        Assert.Empty(await RowsAsync(f));
    }

    [Fact]
    public async Task Pages_are_cut_by_offset_and_limit_and_the_window_goes_by_the_start()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.PlayAsync("Missed", Fast with { Count = 150 }, Limits.Patience);
        var (first, second) = (await RowsAsync(f), await RowsAsync(f, $"{Window}&offset=100&limit=1000"));
        Assert.Equal((100, 50), (first.Length, second.Length));
        Assert.Equal(150, first.Concat(second).Select(r => r.GetProperty("_id").GetString()).Distinct().Count());
        Assert.Empty(await RowsAsync(f, "from=2020-01-01T00:00:00.000Z"));
        Assert.NotEmpty(await RowsAsync(f, "format=JSON"));
    }

    [Theory]
    [InlineData("limit=10001", "limit")]
    [InlineData("limit=0", "limit")]
    [InlineData("offset=-1", "offset")]
    [InlineData("from=soon", "from")]
    [InlineData("to=soon", "to")]
    [InlineData("format=XML", "format")]
    public async Task A_wrong_parameter_is_named(string parameters, string field)
    {
        await using var f = new TelecomXFixture();
        var (status, body) = await AskAsync(f, $"/pbx/cdr?{parameters}");
        Assert.Equal(((HttpStatusCode)422, field), (status, body.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Rights_are_those_of_the_level()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.PlayAsync("Missed", Fast, Limits.Patience);
        await f.Simulator.PlayAsync("Missed", Fast with { Extension = "1003" }, Limits.Patience);
        Assert.Equal(2, (await RowsAsync(f)).Length);
        var own = (await AskAsync(f, $"/pbx/cdr?{Window}", f.Simulator.CreateToken("PERSONAL"))).Body;
        Assert.Equal("1001", Assert.Single(own.EnumerateArray()).GetProperty("callee").GetProperty("extension").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(f, $"/pbx/cdr?{Window}", f.Simulator.CreateToken("NO_LOGIN"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(f, $"/pbx/cdr?{Window}&customer=other")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(f, $"/pbx/cdr?{Window}", "wrong")).Status);
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.NoRecords));
        var (status, body) = await AskAsync(f, $"/pbx/cdr?{Window}");
        Assert.Equal((HttpStatusCode.Forbidden, "access_denied"), (status, body.GetProperty("error").GetString()));
        f.Simulator.ClearFaults();
        Assert.Equal(2, (await RowsAsync(f)).Length);
    }

    [Fact]
    public async Task Late_records_are_there_after_their_delay()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromHours(1) });
        await f.Simulator.PlayAsync("QueueAbandoned", Fast, Limits.Patience);
        Assert.Empty(await RowsAsync(f));
        Assert.Equal(0, (await AskAsync(f, $"/pbx/queue/4020/calls?{Window}")).Body.GetProperty("total").GetInt32());
        await f.Simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.Zero });
        Assert.Single(await RowsAsync(f));
    }

    [Fact]
    public async Task A_queue_tells_its_calls_by_the_sip_call_id_of_their_events_and_names_the_server_by_address()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.PlayAsync("QueueAbandoned", Fast, Limits.Patience);
        await f.Simulator.PlayAsync("QueueAnswered", Fast, Limits.Patience);
        var (_, body) = await AskAsync(f, $"/pbx/queue/4020/calls?{Window}&limit=500");
        Assert.Equal((0, 500, 2), (body.GetProperty("offset").GetInt32(), body.GetProperty("limit").GetInt32(), body.GetProperty("total").GetInt32()));
        var rows = body.GetProperty("calls").EnumerateArray().ToArray();
        Assert.Equal(["CANCELLED", "ANSWERED"], rows.Select(r => r.GetProperty("status").GetString()));
        Assert.Equal("1001", rows[1].GetProperty("answeredByExtension").GetString());
        Assert.All(rows, r => Assert.True(IPAddress.TryParse(r.GetProperty("pbxServer").GetString(), out _)));
        Assert.All(rows, r => Assert.Contains(f.Simulator.Log.Entries, e => e.Name == "CALL_START" && e.Text.Contains(r.GetProperty("callId").GetString()!, StringComparison.Ordinal)));
        Assert.Equal((HttpStatusCode)422, (await AskAsync(f, $"/pbx/queue/4020/calls?{Window}&limit=501")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(f, $"/pbx/queue/9999/calls?{Window}")).Status);
    }

    [Fact]
    public async Task A_mailbox_shows_its_owner_the_messages_and_nobody_else()
    {
        await using var f = new TelecomXFixture();
        await f.Simulator.PlayAsync("Voicemail", Fast, Limits.Patience);
        await f.Simulator.PlayAsync("VoicemailNotLeft", Fast, Limits.Patience);
        await f.Simulator.PlayAsync("Voicemail", Fast with { Extension = "1003" }, Limits.Patience);
        var message = Assert.Single((await AskAsync(f, "/pbx/voicemail?x=1")).Body.EnumerateArray());
        Assert.Equal(["_id", "date", "length", "old", "aNumber", "aName", "aEmployee"], message.EnumerateObject().Select(m => m.Name));
        Assert.Empty((await AskAsync(f, "/pbx/voicemail?x=1", f.Simulator.CreateToken("MANAGER", "someone"))).Body.EnumerateArray());
    }

    [Fact]
    public async Task Records_name_the_session_when_the_simulator_is_told_so()
    {
        await using var f = new TelecomXFixture(new TelecomXSimulatorOptions { Provider = "TelecomX", RecordsNameSession = true });
        var call = Assert.Single(await f.Simulator.PlayAsync("Missed", Fast, Limits.Patience));
        Assert.Equal(call.CallId, Assert.Single(await RowsAsync(f)).GetProperty("sessionId").GetString());
    }
}
