using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.TelecomX;
using PbxEvents.Tests.Peers.Support;

namespace PbxEvents.Tests.Peers.Simulator;

/// <summary>A TelecomX simulator with a real socket.io-client at it.</summary>
internal sealed class SimulatorPeer : NodeScript
{
    private SimulatorPeer(TelecomXSimulator simulator, int version, string transports)
        : base("client.js", "--version", $"{version}", "--url", simulator.Server.ToString(), "--transports", transports)
    {
        Simulator = simulator;
    }

    public TelecomXSimulator Simulator { get; }

    /// <summary>Starts both; the client begins to connect.</summary>
    public static SimulatorPeer Start(int version, string transports, TelecomXSimulatorOptions? options = null) =>
        new((TelecomXSimulator)PbxSimulator.Start(options ?? new TelecomXSimulatorOptions { Provider = "TelecomX" }), version, transports);

    /// <summary>The next line that begins so; others are left out.</summary>
    public async Task<string> UntilAsync(string beginning)
    {
        while (true)
        {
            var line = await ReadLineAsync();
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        }
    }

    /// <summary>Waits until the client has joined and, when it began with polling and may step up, has done that too.</summary>
    public async Task ConnectedAsync(string transports)
    {
        var open = transports.Contains(',', StringComparison.Ordinal) ? new HashSet<string> { "connect", "upgrade websocket" } : ["connect"];
        while (open.Count > 0)
            open.Remove(await ReadLineAsync());
    }

    /// <summary>The first argument of the next event of a name.</summary>
    public async Task<JsonElement> EventAsync(string name)
    {
        var line = await UntilAsync($"event {name} ");
        var arguments = JsonDocument.Parse(line[$"event {name} ".Length..]).RootElement;
        return arguments.GetArrayLength() > 0 ? arguments[0] : default;
    }

    public async Task AuthenticateAndSubscribeAsync()
    {
        await TellAsync($$"""emit authenticate {"token":"{{Simulator.AccessToken}}","client":"node"}""");
        await EventAsync("authenticated");
        await TellAsync($$"""emit subscribe {"type":"PBX","customer":"{{Simulator.Domain}}"}""");
        Assert.Equal("PBX", (await EventAsync("subscribed")).GetProperty("type").GetString());
    }

    /// <summary>Ends both.</summary>
    public async Task EndAsync()
    {
        await DisposeAsync();
        await Simulator.DisposeAsync();
    }
}
