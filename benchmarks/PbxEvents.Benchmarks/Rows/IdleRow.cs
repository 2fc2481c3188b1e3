using System.Globalization;
using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>What a hundred connections cost while nothing happens.</summary>
internal sealed class IdleRow : IRow
{
    private const int Connections = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

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
        var section = new Section($"Idle cost of {Connections} connections with heartbeats, in the second {seconds} s", "Contestant", $"CPU time, first {seconds} s",
            $"CPU time, second {seconds} s", "of one core", "working set per connection", "heap per connection");
        var (cpu, heap) = Add(section, "PbxEvents", await ours.ReadAsync(Limit), seconds);
        Add(section, "Node socket.io-client", await node.ReadAsync(Limit), seconds);
        section.Aims.Add(new Aim("under 0.1 % of a core", Figures.Percent(cpu), cpu < 0.001,
            $"That is {Figures.Milli(cpu * seconds * 1000 / Connections)} for each connection and its two or three heartbeats."));
        section.Aims.Add(new Aim("under 60 kB of heap for each connection", Figures.Kilo(heap), heap < 60e3));
        section.Notes.Add("A socket.io 4 server with its own heartbeat every 25 s; both processes at the same time. In the first time the compiler is still at work. PbxEvents' figure includes a buffer of 10,000 "
            + "places, timers that watch for silence, and the call tracker of each connection.");
        return [section];
    }

    private static (double Share, double Heap) Add(Section section, string name, string line, int seconds)
    {
        var figures = Array.ConvertAll(line.Split(' '), w => double.Parse(w, CultureInfo.InvariantCulture));
        var share = figures[1] / seconds / 1000;
        section.Rows.Add([name, Figures.Milli(figures[0]), Figures.Milli(figures[1]), Figures.Percent(share), Figures.Mega(figures[2]), Figures.Kilo(figures[3])]);
        return (share, figures[3]);
    }
}
