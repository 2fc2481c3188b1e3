using System.Net;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.RingCentral;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>The simulator's call log, asked by a client that knows nothing (history/ringcentral-history.md sections 1, 2, 8 and 10).</summary>
public sealed class RingCentralSimulatorRecordsTests
{
    private const string Begin = "call-log-extract-sync?syncType=FSync&dateFrom=2020-01-01T00:00:00Z&view=Detailed";
    private const string Window = "dateFrom=2020-01-01T00:00:00Z&dateTo=2100-01-01T00:00:00Z";

    private static readonly ScenarioOptions AtOnce = new() { Pace = TimeSpan.Zero };

    private static RingCentralSimulator Start(RingCentralSimulatorOptions? options = null) =>
        (RingCentralSimulator)PbxSimulator.Start(options ?? new RingCentralSimulatorOptions { Provider = "RingCentral", HeavyLimit = 1000 });

    private static async Task<(HttpResponseMessage Answer, JsonElement Json)> AskAsync(RingCentralSimulator simulator, string path, string? token = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(simulator.Server, $"/restapi/v1.0/account/~/{path}"));
        request.Headers.Add("Authorization", $"Bearer {token ?? simulator.AccessToken}");
        var answer = await http.SendAsync(request, Limits.Patience);
        return (answer, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Limits.Patience)).RootElement);
    }

    private static JsonElement[] Records(JsonElement json) => [.. json.GetProperty("records").EnumerateArray()];

    private static string Text(JsonElement json, string name) => json.GetProperty(name).ToString();

    private static string? CodeOf(JsonElement json) => json.GetProperty("errorCode").GetString();

    [Fact]
    public async Task A_synchronization_goes_on_from_its_token_until_no_newer_records_exist()
    {
        await using var simulator = Start();
        await simulator.PlayAsync("Missed", AtOnce with { Count = 5 }, Limits.Patience);
        var first = (await AskAsync(simulator, $"{Begin}&recordCount=3")).Json;
        Assert.Equal((3, "FSync", "True"), (Records(first).Length, Text(first.GetProperty("syncInfo"), "syncType"), Text(first.GetProperty("syncInfo"), "newerRecordsExist")));
        var token = Text(first.GetProperty("syncInfo"), "syncToken");
        var second = (await AskAsync(simulator, $"call-log-extract-sync?syncType=ISync&syncToken={token}")).Json;
        Assert.Equal((2, "False"), (Records(second).Length, Text(second.GetProperty("syncInfo"), "newerRecordsExist")));
        Assert.Equal(5, Records(first).Concat(Records(second)).Select(r => Text(r, "telephonySessionId")).Distinct().Count());

        await simulator.PlayAsync("Missed", AtOnce, Limits.Patience);
        var third = (await AskAsync(simulator, $"call-log-extract-sync?syncType=ISync&syncToken={Text(second.GetProperty("syncInfo"), "syncToken")}")).Json;
        Assert.Single(Records(third));

        // The view of the beginning stays.
        Assert.True(Records(third)[0].TryGetProperty("legs", out _));
    }

    [Fact]
    public async Task A_token_of_a_log_that_began_anew_is_refused_and_so_are_wrong_parameters()
    {
        await using var simulator = Start();
        var token = Text((await AskAsync(simulator, Begin)).Json.GetProperty("syncInfo"), "syncToken");
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.Restart) { Duration = TimeSpan.Zero });
        await simulator.Log.WaitAsync(e => e.Kind == SimulatorLogKind.Server && e.Name == "up", 1).InTime();
        foreach (var (path, code) in ((string, string)[])
        [
            ($"call-log-extract-sync?syncType=ISync&syncToken={token}", "CLG-104"), ("call-log-extract-sync?syncType=ISync&syncToken=x", "CLG-104"),
            ("call-log-extract-sync", "CMN-101"), ($"{Begin}&recordCount=1001", "CMN-101"), ("call-log?perPage=0", "CMN-101"),
        ])
        {
            var (answer, json) = await AskAsync(simulator, path);
            Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, CodeOf(json)));
        }
    }

    [Fact]
    public async Task A_record_looks_as_the_sheets_sample_and_tells_the_parties_of_live_events()
    {
        await using var simulator = Start();
        var call = Assert.Single(await simulator.PlayAsync("QueueAnswered", AtOnce, Limits.Patience));
        var record = Assert.Single(Records((await AskAsync(simulator, Begin)).Json));
        Assert.Equal((call.CallId, "Voice", "Inbound", "Phone Call", "Accepted"),
            (Text(record, "telephonySessionId"), Text(record, "type"), Text(record, "direction"), Text(record, "action"), Text(record, "result")));
        var live = simulator.Log.Of(SimulatorLogKind.Event).Where(e => e.Name == "telephony/sessions")
            .Select(e => JsonDocument.Parse(e.Text).RootElement.GetProperty("parties")[0]).Where(p => p.GetProperty("direction").GetString() == "Inbound")
            .Select(p => (Text(p, "id"), Text(p, "extensionId"))).Distinct();
        var legs = record.GetProperty("legs").EnumerateArray().ToArray();
        Assert.Equal(live, legs.Select(l => (Text(l, "partyId"), Text(l.GetProperty("extension"), "id"))));
        Assert.Equal([("Accepted", true), ("Accepted", false), ("Missed", false)], legs.Select(l => (Text(l, "result"), l.GetProperty("master").GetBoolean())));
        Assert.Equal("Stopped", Text(legs[2], "reason"));
        Assert.Equal(JsonValueKind.Number, legs[0].GetProperty("extension").GetProperty("id").ValueKind);

        // At this level an inbound record names no extension of its own.
        Assert.False(record.TryGetProperty("extension", out _));
    }

    [Theory]
    [InlineData("Internal", "Outbound Call connected, Inbound Accepted")]
    [InlineData("InternalMissed", "Outbound Missed, Inbound Missed")]
    [InlineData("Outbound", "Outbound Call connected")]
    [InlineData("OutboundBusy", "Outbound Busy")]
    [InlineData("Failed", "Outbound Wrong Number")]
    [InlineData("Voicemail", "Inbound Voicemail")]
    [InlineData("MenuAbandoned", "Inbound Missed")]
    [InlineData("QueueAbandoned", "Inbound Missed")]
    [InlineData("Rejected", "Inbound Rejected")]
    [InlineData("Transferred", "Inbound Accepted")]
    [InlineData("AttendedTransfer", "Outbound Call connected, Inbound Accepted, Inbound Accepted")]
    public async Task A_call_has_a_record_from_the_end_of_each_side_that_is_inside(string scenario, string records)
    {
        await using var simulator = Start();
        await simulator.PlayAsync(scenario, AtOnce, Limits.Patience);
        Assert.Equal(records, string.Join(", ", Records((await AskAsync(simulator, Begin)).Json).Select(r => $"{Text(r, "direction")} {Text(r, "result")}")));
    }

    [Fact]
    public async Task The_log_is_cut_into_pages_newest_first_and_its_simple_view_has_no_legs_and_other_ids()
    {
        await using var simulator = Start();
        await simulator.PlayAsync("Missed", AtOnce with { Count = 5 }, Limits.Patience);
        var first = (await AskAsync(simulator, $"call-log?{Window}&view=Detailed&perPage=3")).Json;
        var second = (await AskAsync(simulator, $"call-log?{Window}&view=Detailed&perPage=3&page=2")).Json;
        Assert.True(first.GetProperty("navigation").TryGetProperty("nextPage", out _));
        Assert.False(second.GetProperty("navigation").TryGetProperty("nextPage", out _));
        var all = Records(first).Concat(Records(second)).ToArray();
        Assert.Equal(5, all.Select(r => Text(r, "id")).Distinct().Count());
        Assert.Equal(all.Select(r => Text(r, "startTime")).OrderDescending(), all.Select(r => Text(r, "startTime")));
        Assert.Equal("3", Text(second.GetProperty("paging"), "pageStart"));

        var simple = Records((await AskAsync(simulator, $"call-log?{Window}")).Json);
        Assert.All(simple, r => Assert.False(r.TryGetProperty("legs", out _)));
        Assert.Empty(simple.Select(r => Text(r, "id")).Intersect(all.Select(r => Text(r, "id"))));
        Assert.Empty(Records((await AskAsync(simulator, "call-log?dateFrom=2020-01-01T00:00:00Z&dateTo=2020-01-02T00:00:00Z")).Json));
        Assert.Single(Records((await AskAsync(simulator, $"call-log?{Window}&telephonySessionId={Text(all[0], "telephonySessionId")}")).Json));
    }

    [Fact]
    public async Task The_group_Heavy_allows_so_many_requests_and_says_how_many_are_left()
    {
        await using var simulator = Start(new RingCentralSimulatorOptions { Provider = "RingCentral", HeavyLimit = 2, HeavyWindow = TimeSpan.FromMinutes(1) });
        var left = new List<string>();
        for (var i = 0; i < 2; i++)
            left.AddRange((await AskAsync(simulator, Begin)).Answer.Headers.GetValues("X-Rate-Limit-Remaining"));
        Assert.Equal(["1", "0"], left);
        var (answer, json) = await AskAsync(simulator, $"call-log?{Window}");
        Assert.Equal((HttpStatusCode.TooManyRequests, "CMN-301", 60), (answer.StatusCode, CodeOf(json), answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(simulator, "call-queues")).Answer.StatusCode);
    }

    [Fact]
    public async Task Rights_are_those_of_app_and_user()
    {
        await using var simulator = Start(new RingCentralSimulatorOptions { Provider = "RingCentral", HeavyLimit = 1000, ShowsOwnCallsOnly = true });
        await simulator.PlayAsync("Missed", AtOnce, Limits.Patience);
        await simulator.PlayAsync("Missed", AtOnce with { Extension = "1077" }, Limits.Patience);
        foreach (var path in (string[])[Begin, $"call-log?{Window}", $"extension/1077/call-log?{Window}"])
            Assert.Equal("CMN-408", CodeOf((await AskAsync(simulator, path)).Json));
        Assert.Single(Records((await AskAsync(simulator, $"extension/~/call-log?{Window}")).Json));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(simulator, Begin, "wrong")).Answer.StatusCode);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.NoRecords));
        Assert.Equal("CMN-401", CodeOf((await AskAsync(simulator, $"extension/~/call-log?{Window}")).Json));
        simulator.ClearFaults();
        Assert.Single(Records((await AskAsync(simulator, $"extension/~/call-log?{Window}")).Json));
    }

    [Fact]
    public async Task A_call_that_goes_on_has_no_record_and_a_late_one_comes_after_its_delay_also_to_who_goes_on_from_a_token()
    {
        await using var simulator = Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limits.Patience);
        var playing = simulator.PlayAsync("Held", new ScenarioOptions { Pace = TimeSpan.FromMinutes(1) }, stop.Token);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromHours(1) });
        await simulator.PlayAsync("Missed", AtOnce, Limits.Patience);
        var first = (await AskAsync(simulator, Begin)).Json;
        Assert.Empty(Records(first));
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.Zero });
        var next = (await AskAsync(simulator, $"call-log-extract-sync?syncType=ISync&syncToken={Text(first.GetProperty("syncInfo"), "syncToken")}")).Json;
        Assert.Equal("Missed", Text(Assert.Single(Records(next)), "result"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
    }
}
