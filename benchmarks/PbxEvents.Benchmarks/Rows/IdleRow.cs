using System.Globalization;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>What a hundred connections cost while nothing happens.</summary>
internal sealed class IdleRow : IRow
{
    private const int Connections = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public string Name => "idle";

    public async Task<IReadOnlyList<Section>> MeasureAsync(Setup setup)
    {
        if (setup.NodeModules is null)
            return [Section.LeftOut("Idle cost of 100 connections", "Node.js or npm is missing, and the server comes from npm")];
        var seconds = setup.IsQuick ? 10 : 60;
        using var server = setup.StartNode("the Socket.IO server", "server.js", "--version", "4", "--frames", CallFrames.PathOf("TelecomX"));
        var port = (await server.ReadAsync("port ", Limit))["port ".Length..];

        // Both at the same time: what is measured is processor time, and there is hardly any.
        using var ours = Child.StartSelf("PbxEvents", "idle", "TelecomX", port, $"{Connections}", $"{seconds}");
        using var node = Child.Start("Node socket.io-client", "node",
            ["--expose-gc", setup.PathOf("node", "idle.js"), "--version", "4", "--port", port, "--count", $"{Connections}", "--seconds", $"{seconds}"],
            ("NODE_PATH", setup.NodeModules));
        var section = new Section($"Idle cost of {Connections} connections with heartbeats over {seconds} s", "Contestant", "CPU time", "of one core", "working set per connection", "heap per connection");
        var (cpu, bytes) = Add(section, "PbxEvents", await ours.ReadAsync(Limit), seconds);
        Add(section, "Node socket.io-client", await node.ReadAsync(Limit), seconds);
        section.Aims.Add(new Aim("under 1 % of a core", Figures.Percent(cpu), cpu < 0.01,
            $"That is {Figures.Milli(cpu * seconds * 1000 / Connections)} for each connection, two or three heartbeats and their first-time compilation."));
        section.Aims.Add(new Aim("under 1 MB for each connection", Figures.Mega(bytes), bytes < 1e6));
        section.Notes.Add("A socket.io 4 server with its own heartbeat every 25 s; both processes at the same time. PbxEvents' figure includes a buffer of 10,000 "
            + "places, timers that watch for silence, and the call tracker of each connection.");
        return [section];
    }

    private static (double Cpu, double Bytes) Add(Section section, string name, string line, int seconds)
    {
        var words = line.Split(' ');
        var cpu = double.Parse(words[0], CultureInfo.InvariantCulture);
        var bytes = double.Parse(words[1], CultureInfo.InvariantCulture);
        section.Rows.Add([name, Figures.Milli(cpu), Figures.Percent(cpu / seconds / 1000), Figures.Mega(bytes), Figures.Kilo(double.Parse(words[2], CultureInfo.InvariantCulture))]);
        return (cpu / seconds / 1000, bytes);
    }
}
