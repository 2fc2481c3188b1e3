namespace PbxEvents.Tests.Peers.Support;

/// <summary>A real Socket.IO server.</summary>
internal sealed class NodeServer : NodeScript
{
    private NodeServer(string[] arguments)
        : base("server.js", arguments)
    {
    }

    public int Port { get; private set; }

    public static async Task<NodeServer> StartAsync(int version, params string[] arguments)
    {
        var server = new NodeServer(["--version", version.ToString(), .. arguments]);
        var line = await server.ReadLineAsync();
        server.Port = int.Parse(line.Split(' ')[1]);
        return server;
    }

    /// <summary>How many TCP connections it has.</summary>
    public async Task<int> CountSocketsAsync() => int.Parse(await AskAsync("sockets"));

    /// <summary>How many Socket.IO connections it has ever seen.</summary>
    public async Task<int> CountConnectionsAsync() => int.Parse(await AskAsync("connections"));
}
