using System.Diagnostics;
using System.Globalization;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>
/// PbxEvents without a network, for the rows about how its own cost grows. <c>run COUNT</c> on stdin; it prints
/// <c>COUNT MILLISECONDS CPU-MILLISECONDS BYTES</c> over as many events after it is warm and its buffer is full.
/// </summary>
internal static class FedClient
{
    private const string Provider = "TelecomX";

    /// <summary>Talks until stdin closes.</summary>
    /// <param name="calls">How many calls are in progress at a time.</param>
    /// <param name="buffer">How many events the buffer holds.</param>
    public static async Task RunAsync(int calls, int buffer)
    {
        while (Console.In.ReadLine() is { } line)
        {
            var count = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            var platform = Platform.Get(Provider);
            var link = new FeedLink(platform);
            await using var client = PbxClient.Start(platform.OptionsFor("http://127.0.0.1") with { BufferSize = buffer }, PbxProviders.Get(Provider), link, link);
            await client.WaitUntilConnectedAsync(CancellationToken.None);
            await client.SubscribeAsync(platform.Filter, CancellationToken.None);

            // Whole calls, so that a second helping does not begin in the middle of one.
            var frames = CallFrames.Make(Provider, Math.Max(1, count / (5 * calls)) * 5 * calls, calls);
            for (var fed = 0; fed < Math.Max(buffer, 200_000); fed += frames.Length)
                await FeedAsync(client, link, frames);
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            var cpu = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            await FeedAsync(client, link, frames);
            var elapsed = watch.Elapsed.TotalMilliseconds;
            process.Refresh();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{frames.Length} {elapsed:0.000} {(process.TotalProcessorTime - cpu).TotalMilliseconds:0.000} {GC.GetTotalAllocatedBytes(precise: true) - bytes}"));
        }
    }

    private static async Task FeedAsync(PbxClient client, FeedLink link, byte[][] frames)
    {
        var until = client.Received + frames.Length;
        foreach (var frame in frames)
            await link.FeedAsync(frame);
        while (client.Received < until)
            Thread.Sleep(1);
    }
}
