using System.Runtime.InteropServices;

namespace PbxEvents.Benchmarks.Report;

/// <summary>What a reader must know of the machine to make sense of the figures.</summary>
internal static class Machine
{
    public static async Task<IReadOnlyList<(string Name, string Value)>> DescribeAsync(Harness.Setup setup) =>
    [
        ("date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm") + " UTC"),
        ("processor", $"{Processor()}, {Environment.ProcessorCount} cores"),
        ("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GB"),
        ("system", $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})"),
        ("load before the run", LoadAverage()),
        (".NET", RuntimeInformation.FrameworkDescription),
        ("PowerShell", setup.PowerShell.Count == 0 ? "none; its rows are left out"
            : await FirstLineAsync(setup.PowerShell[0], [.. setup.PowerShell.Skip(1), "-NoLogo", "-NoProfile", "-Command", "\"$($PSVersionTable.PSVersion)\""])),
        ("Node.js", setup.NodeModules is null ? "none; its rows are left out" : await FirstLineAsync("node", ["--version"])),
        ("peers", "socket.io 4.8.4 and 2.5.1 (servers), socket.io-client 4.8.4 and 2.5.0, @rc-ex/core 1.8.6 and @rc-ex/ws 1.4.2 (RingCentral SDK), SocketIOClient 3.0.6 and Websocket.Client 5.5.1 (.NET)"),
    ];

    private static async Task<string> FirstLineAsync(string file, string[] arguments)
    {
        using var child = Harness.Child.Start(file, file, arguments);
        return await child.ReadAsync(TimeSpan.FromSeconds(30));
    }

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "not known";

    private static string Processor()
    {
        const string Key = "model name";
        var line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
