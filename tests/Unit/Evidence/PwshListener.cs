using System.Diagnostics;
using System.Text.Json.Nodes;
using PbxEvents.Simulator;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A PowerShell process of its own that listens to a simulator with actions, engine events and waits: Listener.ps1.</summary>
internal sealed class PwshListener : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-listener-").FullName;
    private readonly Process _process;
    private readonly Task<string> _said;

    private PwshListener(JsonObject setup)
    {
        File.WriteAllText(PathOf("setup.json"), setup.ToJsonString());
        (_process, _said) = PwshHost.Start("Listener.ps1", _folder);
    }

    /// <summary>Starts one; it is connected and has subscribed when this returns.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="simulator">Its simulator.</param>
    /// <param name="slowEvery">Which part of the actions is slow: 4 for every fourth; 0 for none.</param>
    /// <param name="slow">How long a slow action takes.</param>
    /// <param name="patience">How long it may take to come to the end once the last call is through.</param>
    /// <param name="waits">True to read every event with waits as well; false to wait for what never comes, by the clock.</param>
    public static async Task<PwshListener> StartAsync(
        ChaosPlatform platform, PbxSimulator simulator, int slowEvery, TimeSpan slow, TimeSpan patience, bool waits)
    {
        var filters = platform.Subscriptions;
        var listener = new PwshListener(new JsonObject
        {
            ["Module"] = PwshHost.Module,
            ["Provider"] = platform.Name,
            ["Server"] = simulator.Server.ToString(),
            ["Domain"] = platform.Name == "PortSIP" ? simulator.Domain : null,
            ["UserName"] = simulator.UserName,
            ["Password"] = simulator.Password,
            ["ClientId"] = simulator.ClientId,
            ["ClientSecret"] = simulator.ClientSecret,
            ["Jwt"] = simulator.Jwt,
            ["Extension"] = new JsonArray([.. filters.SelectMany(f => f.Extension).Select(e => (JsonNode)e)]),
            ["Queue"] = new JsonArray([.. filters.SelectMany(f => f.Queue).Select(q => (JsonNode)q)]),
            ["SlowEvery"] = slowEvery,
            ["SlowMilliseconds"] = (int)slow.TotalMilliseconds,
            ["Patience"] = (int)patience.TotalSeconds,
            ["Waits"] = waits,
        });
        var limit = Stopwatch.StartNew();
        while (!File.Exists(listener.PathOf("ready")))
        {
            if (listener._process.HasExited || limit.Elapsed > PwshHost.StartLimit)
            {
                await listener.DisposeAsync();
                throw new InvalidOperationException($"The PowerShell did not get ready: {await listener._said}");
            }
            await Task.Delay(50);
        }
        return listener;
    }

    /// <summary>Lets every thread of its pool sleep for some seconds.</summary>
    public void Starve() => File.WriteAllText(PathOf("starve"), "");

    /// <summary>Tells it the last call, and waits until it has come to its end.</summary>
    /// <param name="callId">The call.</param>
    /// <param name="limit">How long it may take in all.</param>
    /// <returns>What it saw.</returns>
    public async Task<PwshSight> FinishAsync(string callId, TimeSpan limit)
    {
        await File.WriteAllTextAsync(PathOf("stop.new"), callId);
        File.Move(PathOf("stop.new"), PathOf("stop"));
        using var patience = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(patience.Token);
        var said = await _said;
        return File.Exists(PathOf("result.json"))
            ? PwshSight.Read(PathOf("result.json"), PathOf("raised.jsonl"))
            : throw new InvalidOperationException($"The PowerShell ended with {_process.ExitCode}: {said}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _said;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
