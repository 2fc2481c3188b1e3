using System.Diagnostics;
using System.Globalization;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>
/// PbxEvents with a buffer that fills. Each <c>lap COUNT</c> on stdin: it prints <c>armed</c>, takes that many events and prints
/// <c>HEAP WORKING-SET</c> in bytes after a full collection.
/// </summary>
internal static class MemoryClient
{
    public static async Task RunAsync(Platform platform, int port, int buffer)
    {
        var options = platform.OptionsFor($"http://127.0.0.1:{port}") with { BufferSize = buffer };
        await using var client = await PbxClient.ConnectAsync(options, CancellationToken.None);
        await client.SubscribeAsync(platform.Filter, CancellationToken.None);
        Tell();
        while (Console.In.ReadLine() is { } line)
        {
            var until = client.Received + int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            Console.WriteLine("armed");
            while (client.Received < until)
                Thread.Sleep(5);
            Tell();
        }
    }

    private static void Tell()
    {
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{heap} {process.WorkingSet64}"));
    }
}
