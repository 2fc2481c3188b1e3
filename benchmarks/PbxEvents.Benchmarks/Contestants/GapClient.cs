using System.Diagnostics;
using System.Globalization;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.TelecomX;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>
/// PbxEvents filling gaps while events go on. It prints, in turns, <c>live EVENTS MEDIAN P99</c> (milliseconds, without a gap) and
/// <c>gap CALLS MILLISECONDS HEAP EVENTS MEDIAN P99</c> (the heap at its most, above that before the gap, in bytes).
/// </summary>
internal static class GapClient
{
    private const int EventsPerSecond = 100;

    /// <summary>Measures.</summary>
    /// <param name="hours">How long each gap is.</param>
    /// <param name="calls">How many calls ended in it.</param>
    /// <param name="rounds">How many gaps.</param>
    public static async Task RunAsync(int hours, int calls, int rounds)
    {
        var clock = new JumpClock();
        var platform = Platform.Get("TelecomX");
        var link = new GapLink(() => new FeedLink(platform));
        var options = platform.OptionsFor("http://127.0.0.1") with { BufferSize = 10_000, Transport = new TransportOptions { Clock = clock } };
        await using var client = PbxClient.Start(options, new QuickProvider(), link, link, () => 0);
        await client.WaitUntilConnectedAsync(CancellationToken.None);
        await client.SubscribeAsync(platform.Filter, CancellationToken.None);
        using var live = new LiveFeed(client, link);
        for (var round = -1; round < rounds; round++)
        {
            await live.RunAsync(EventsPerSecond, () => Task.Delay(5000));
            var (events, median, p99) = live.Take();
            if (round >= 0)
                Say($"live {events} {median:0.000} {p99:0.000}");

            var from = clock.GetUtcNow();
            clock.Jump(TimeSpan.FromHours(hours));
            link.Record(from, TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(1), calls);
            var gaps = client.Gaps.Count;
            var before = GC.GetTotalMemory(forceFullCollection: true);
            link.Lose();
            while (client.Gaps.Count == gaps || client.State != PbxConnectionState.Connected)
                await Task.Delay(1);
            var gap = client.Gaps[^1];
            var watch = Stopwatch.StartNew();
            var most = before;
            await live.RunAsync(EventsPerSecond, async () =>
            {
                while (gap.Recovery == PbxGapRecovery.Pending)
                {
                    await Task.Delay(2);
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
                }
            });
            var elapsed = watch.Elapsed.TotalMilliseconds;
            (events, median, p99) = live.Take();
            if (gap.CallsRecovered != calls)
                throw new InvalidOperationException($"{gap.CallsRecovered} of {calls} calls came: {gap}; {gap.Detail}");
            if (round >= 0)
                Say($"gap {calls} {elapsed:0.000} {most - before} {events} {median:0.000} {p99:0.000}");
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>The system's clock, which can be put forward.</summary>
    private sealed class JumpClock : TimeProvider
    {
        private long _ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + new TimeSpan(Interlocked.Read(ref _ahead));

        public void Jump(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);
    }

    /// <summary>TelecomX that asks at once and once, without the pause before each request: what is measured is our own work.</summary>
    private sealed class QuickProvider : PbxProvider
    {
        private readonly PbxProvider _real = PbxProviders.Get("TelecomX");

        public override string Name => _real.Name;

        public override IReadOnlyList<PbxEventType> EventTypes => _real.EventTypes;

        public override IReadOnlyList<string> Topics => _real.Topics;

        public override IReadOnlySet<string> OptionNames => _real.OptionNames;

        internal override PlatformDriver CreateDriver(DriverContext context) => new TelecomXDriver(context)
        {
            RecordTimes = new RecordTimes { Asks = [TimeSpan.Zero], Settling = TimeSpan.Zero, Breath = TimeSpan.Zero },
        };
    }
}
