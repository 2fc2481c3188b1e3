using System.Net;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.OneCloud;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>The simulator's call records, asked by a client that knows nothing (history/onecloud-history.md sections 1, 2 and 10).</summary>
public sealed class OneCloudSimulatorRecordsTests
{
    private const string Window = "datetime-start=2020-01-01T00:00:00Z&datetime-end=2100-01-01T00:00:00Z";

    private static OneCloudSimulator Start(string scope = "Office Manager") =>
        (OneCloudSimulator)PbxSimulator.Start(new OneCloudSimulatorOptions { Provider = "OneCloud", Scope = scope });

    private static async Task<(HttpStatusCode Status, JsonElement[] Rows)> AskAsync(OneCloudSimulator simulator, string path, string? token = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(simulator.Server, $"/ns-api/v2/domains/~/{path}"));
        request.Headers.Add("Authorization", $"Bearer {token ?? simulator.AccessToken}");
        using var answer = await http.SendAsync(request, Limits.Patience);
        var text = await answer.Content.ReadAsStringAsync(Limits.Patience);
        return (answer.StatusCode, text.StartsWith('[') ? [.. JsonDocument.Parse(text).RootElement.EnumerateArray()] : []);
    }

    [Fact]
    public async Task Pages_are_cut_by_start_and_limit_and_large_ones_are_short_of_ids()
    {
        await using var simulator = Start();
        await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero, Count = 150 }, Limits.Patience);
        var first = (await AskAsync(simulator, $"cdrs?{Window}")).Rows;
        var second = (await AskAsync(simulator, $"cdrs?{Window}&start=100&limit=100")).Rows;
        Assert.Equal((100, 50), (first.Length, second.Length));
        Assert.Equal(150, first.Concat(second).Select(r => r.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(first, r => Assert.True(r.TryGetProperty("call-orig-call-id", out _)));

        var all = (await AskAsync(simulator, $"cdrs?{Window}&limit=1000&offset=100&page=2")).Rows;
        Assert.Equal(150, all.Length);
        Assert.All(all, r => Assert.False(r.TryGetProperty("call-orig-call-id", out _)));
    }

    [Fact]
    public async Task The_window_goes_by_the_start_and_must_be_there()
    {
        await using var simulator = Start();
        await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero }, Limits.Patience);
        Assert.Empty((await AskAsync(simulator, "cdrs?datetime-start=2020-01-01T00:00:00Z&datetime-end=2020-01-02T00:00:00Z")).Rows);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(simulator, "cdrs?datetime-start=2020-01-01T00:00:00Z")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(simulator, $"cdrs?{Window}", "wrong")).Status);
    }

    [Fact]
    public async Task A_basic_user_sees_his_own_calls_and_nobody_any_while_the_right_is_missing()
    {
        await using var simulator = Start("Basic User");
        await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero }, Limits.Patience);
        await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero, Extension = "1077" }, Limits.Patience);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(simulator, $"cdrs?{Window}")).Status);
        Assert.Equal("1001", Assert.Single((await AskAsync(simulator, $"users/~/cdrs?{Window}")).Rows).GetProperty("call-term-user").GetString());
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.NoRecords));
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(simulator, $"users/~/cdrs?{Window}")).Status);
        simulator.ClearFaults();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(simulator, $"users/~/cdrs?{Window}")).Status);
    }

    [Fact]
    public async Task A_call_that_goes_on_has_the_records_of_its_ended_legs_and_is_among_the_calls()
    {
        await using var simulator = Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Limits.Patience);
        var playing = simulator.PlayAsync("Transferred", new ScenarioOptions { Pace = TimeSpan.FromSeconds(1) }, stop.Token);
        await simulator.Log.WaitAsync(e => e.Text.Contains("\"remove\":\"yes\"", StringComparison.Ordinal), 1).InTime();
        var row = Assert.Single((await AskAsync(simulator, $"cdrs?{Window}")).Rows);
        Assert.Equal("Transferred", row.GetProperty("call-disconnect-reason-text").GetString());
        var running = Assert.Single((await AskAsync(simulator, "calls")).Rows);
        Assert.NotEqual(row.GetProperty("call-term-call-id").GetString(), running.GetProperty("call-term-call-id").GetString());

        // One that is broken off leaves no more.
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        Assert.Empty((await AskAsync(simulator, $"cdrs?{Window}")).Rows);
    }

    [Fact]
    public async Task Late_records_are_there_after_their_delay()
    {
        await using var simulator = Start();
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.FromHours(1) });
        await simulator.PlayAsync("Missed", new ScenarioOptions { Pace = TimeSpan.Zero }, Limits.Patience);
        Assert.Empty((await AskAsync(simulator, $"cdrs?{Window}")).Rows);
        await simulator.InjectAsync(new SimulatorFault(SimulatorFaults.LateRecords) { Duration = TimeSpan.Zero });
        Assert.Single((await AskAsync(simulator, $"cdrs?{Window}")).Rows);
    }
}
