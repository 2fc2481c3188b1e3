using System.Diagnostics;
using System.Text.Json.Nodes;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A service in a PowerShell of its own, TicketClient.ps1, that files tickets and is killed and started again: what is left is its folder.</summary>
/// <param name="folder">Its folder.</param>
internal sealed class TicketClient(string folder) : IAsyncDisposable
{
    private Process? _process;
    private Task<string> _said = Task.FromResult("");
    private int _ready;

    /// <summary>What the last one said, when it has ended.</summary>
    public Task<string> Said => _said;

    /// <summary>True when it has come as far as its reaction since it was started.</summary>
    public bool IsReady => Directory.GetFiles(folder, "*.ready").Length > _ready;

    /// <summary>True when it has ended by itself.</summary>
    public bool HasEnded => _process is { HasExited: true };

    /// <summary>Writes down what each start of it needs.</summary>
    public void SetUp(LostCallsPlatform platform, SimulatorLogin login, string desk, JsonArray moments) =>
        File.WriteAllText(Path.Combine(folder, "setup.json"), new JsonObject
        {
            ["Module"] = PwshHost.Module,
            ["Login"] = System.Text.Json.JsonSerializer.SerializeToNode(login),
            ["Desk"] = desk,
            ["Moments"] = moments,
            ["Subscriptions"] = new JsonArray([.. platform.Subscriptions.Select(f => ToParameters(f))]),
        }.ToJsonString());

    /// <summary>Starts it; it is not ready yet when this returns.</summary>
    public void Start()
    {
        _ready = Directory.GetFiles(folder, "*.ready").Length;
        (_process, _said) = PwshHost.Start("TicketClient.ps1", folder);
    }

    /// <summary>SIGKILL: nothing of it runs any more when this returns.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _said;
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
    }

    private static JsonObject ToParameters(PbxSubscriptionFilter filter)
    {
        var parameters = new JsonObject { ["Category"] = $"{filter.Type}" };
        if (filter.Extension.Count > 0)
            parameters["Extension"] = new JsonArray([.. filter.Extension.Select(e => (JsonNode)e)]);
        if (filter.Queue.Count > 0)
            parameters["Queue"] = new JsonArray([.. filter.Queue.Select(q => (JsonNode)q)]);
        return parameters;
    }
}
