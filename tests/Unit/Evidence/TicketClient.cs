using System.Diagnostics;
using System.Text.Json.Nodes;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A service in a PowerShell of its own that files tickets and is killed and started again: what is left is its folder.</summary>
/// <param name="folder">Its folder.</param>
/// <param name="script">Its script, which lies beside this file.</param>
internal sealed class TicketClient(string folder, string script) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private Process? _process;
    private Task<string> _said = Task.FromResult("");
    private int _ready;

    /// <summary>What the last one said, when it has ended.</summary>
    public Task<string> Said => _said;

    /// <summary>True when it has come as far as its reaction since it was started.</summary>
    public bool IsReady => Directory.GetFiles(folder, "*.ready").Length > _ready;

    /// <summary>True when it has ended by itself.</summary>
    public bool HasEnded => _process is { HasExited: true };

    /// <summary>What a start needs of one connection.</summary>
    public static JsonNode Connection(string name, LostCallsPlatform platform, SimulatorLogin login, JsonArray moments) => new JsonObject
    {
        ["Name"] = name,
        ["Login"] = System.Text.Json.JsonSerializer.SerializeToNode(login),
        ["Moments"] = moments,
        ["Subscriptions"] = new JsonArray([.. platform.Subscriptions.Select(f => ToParameters(f))]),
    };

    /// <summary>Writes down what each start of it needs.</summary>
    public void SetUp(string desk, params JsonNode[] connections) => SetUp(desk, null, 1, connections);

    /// <summary>The same, with a journal in a database.</summary>
    /// <param name="desk">Where tickets go to.</param>
    /// <param name="server">What Open-PbxJournal gets, but for the password; null for a file in the folder.</param>
    /// <param name="concurrency">How many tickets it files at once.</param>
    /// <param name="connections">What it connects to.</param>
    public void SetUp(string desk, JsonNode? server, int concurrency, params JsonNode[] connections) =>
        File.WriteAllText(Path.Combine(folder, "setup.json"), new JsonObject
        {
            ["Module"] = PwshHost.Module,
            ["Desk"] = desk,
            ["Server"] = server,
            ["Concurrency"] = concurrency,
            ["Connections"] = new JsonArray(connections),
        }.ToJsonString());

    /// <summary>Starts it; it is not ready yet when this returns.</summary>
    public void Start()
    {
        _ready = Directory.GetFiles(folder, "*.ready").Length;
        (_process, _said) = PwshHost.Start(script, folder, Path.Combine(folder, "state"));
    }

    /// <summary>Waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It did not get so far.</exception>
    public async Task ReadyAsync()
    {
        var limit = Stopwatch.StartNew();
        while (!IsReady)
        {
            if (limit.Elapsed > StartLimit || HasEnded)
                throw new InvalidOperationException("The script did not get ready.");
            await Task.Delay(50);
        }
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
