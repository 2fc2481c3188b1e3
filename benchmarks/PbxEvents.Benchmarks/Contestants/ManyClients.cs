using System.Diagnostics;
using System.Globalization;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Many connections of PbxEvents in one process.</summary>
internal static class ManyClients
{
    /// <summary>
    /// Does nothing for a while, and for as long again: in the first time much is compiled. Prints <c>FIRST-CPU-MILLISECONDS
    /// CPU-MILLISECONDS WORKING-SET HEAP</c>: of all, and of one connection, in bytes.
    /// </summary>
    public static async Task IdleAsync(Platform platform, int port, int count, TimeSpan time)
    {
        // The first connection pays for what is loaded on first use.
        var warm = await ConnectAsync(platform, port);
        var (workingSet, heap) = Memory();
        var clients = await ConnectAsync(platform, port, count);
        using var process = Process.GetCurrentProcess();
        var first = await UsedAsync();
        var second = await UsedAsync();
        var after = Memory();
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{first:0.000} {second:0.000} {(after.WorkingSet - workingSet) / count} {(after.Heap - heap) / count}");
        foreach (var client in clients.Append(warm))
        {
            if (client.ReconnectCount > 0 || client.State != PbxConnectionState.Connected)
                throw new InvalidOperationException("A connection was lost.");
        }
        Console.WriteLine(line);
        foreach (var client in clients.Append(warm))
            await client.DisposeAsync();

        async Task<double> UsedAsync()
        {
            process.Refresh();
            var cpu = process.TotalProcessorTime;
            await Task.Delay(time);
            process.Refresh();
            return (process.TotalProcessorTime - cpu).TotalMilliseconds;
        }
    }

    /// <summary><c>run COUNT</c> on stdin: takes that many events on each connection; as <see cref="ContestantHost"/> for all together.</summary>
    public static async Task LoadAsync(Platform platform, int port, int count)
    {
        while (Console.In.ReadLine() is { } line)
        {
            // Anew for each round: the frames are the same, and a session takes no event twice.
            var clients = await ConnectAsync(platform, port, count);
            var each = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            var until = Array.ConvertAll(clients, c => c.Received + each);
            using var process = Process.GetCurrentProcess();
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var cpu = process.TotalProcessorTime;
            Console.WriteLine("armed");
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < clients.Length; i++)
            {
                while (clients[i].Received < until[i])
                    Thread.Sleep(1);
            }
            var elapsed = watch.Elapsed.TotalMilliseconds;
            process.Refresh();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{each * count} {elapsed:0.000} {(process.TotalProcessorTime - cpu).TotalMilliseconds:0.000} {GC.GetTotalAllocatedBytes(precise: true) - bytes}"));
            await Task.WhenAll(clients.Select(c => c.DisposeAsync().AsTask()));
        }
    }

    private static async Task<PbxClient[]> ConnectAsync(Platform platform, int port, int count)
    {
        var clients = new List<PbxClient>();
        foreach (var some in Enumerable.Range(0, count).Chunk(20))
            clients.AddRange(await Task.WhenAll(some.Select(_ => ConnectAsync(platform, port))));
        return [.. clients];
    }

    private static async Task<PbxClient> ConnectAsync(Platform platform, int port)
    {
        var client = await PbxClient.ConnectAsync(platform.OptionsFor($"http://127.0.0.1:{port}"), CancellationToken.None);
        await client.SubscribeAsync(platform.Filter, CancellationToken.None);
        return client;
    }

    private static (long WorkingSet, long Heap) Memory()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return (process.WorkingSet64, GC.GetTotalMemory(forceFullCollection: false));
    }
}
