using System.Collections.Concurrent;
using System.Globalization;
using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Journal;

/// <summary>
/// Keeps numbered events, group by group, says up to which number they are kept, and reacts to them: writes each into a file of effects, fails
/// at the first try of one in twenty, at every try of some, and ends its own process for others.
/// </summary>
internal static class Reactor
{
    public const string Name = "effects";

    public const int MaxAttempts = 4;

    /// <summary>What is written in place of the call when two actions of one call run at once.</summary>
    public const string Overlap = "overlap";

    private static readonly ConcurrentDictionary<string, bool> Running = new();

    public static bool IsPoison(long number) => number % 397 == 13;

    public static bool IsKiller(long number) => number % 1009 == 77;

    /// <summary>Runs until it is killed; the last one keeps nothing more, and ends when all is done or dead.</summary>
    public static async Task RunAsync(string path, string effects, int concurrency, bool isLast)
    {
        await using var journal = Numbered.Open(path);
        using var output = new StreamWriter(new FileStream(effects, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var options = new ReactionOptions { Name = Name, StartAfter = 0, MaxAttempts = MaxAttempts, RetryDelay = TimeSpan.FromMilliseconds(5), Concurrency = concurrency };
        using var runner = journal.React(options, (delivery, _) => React(delivery, output));
        Console.WriteLine("ready");
        var running = runner.RunAsync(untilIdle: isLast, CancellationToken.None);
        if (!isLast)
            await Task.WhenAny(running, KeepAsync(journal));
        await running;
        Console.WriteLine("end");
    }

    private static async Task KeepAsync(PbxEvents.Journal.EventJournal journal)
    {
        var first = journal.NewestNumber;
        var log = new EventLog(10_000);
        var kept = Numbered.Keep(journal, log);
        for (var number = first; ;)
        {
            for (var left = Random.Shared.Next(1, 10); left > 0; left--)
                log.Append(Numbered.Make(++number));
            await kept.KeptAsync(number - first, CancellationToken.None);
            Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
            await Task.Delay(1);
        }
    }

    private static async Task React(Delivery delivery, StreamWriter output)
    {
        var (number, call) = (Numbered.NumberOf(delivery.Event), delivery.Event.CallId!);
        if (!Running.TryAdd(call, true))
            Write(Overlap);
        try
        {
            if (IsKiller(number))
                System.Diagnostics.Process.GetCurrentProcess().Kill();
            if (IsPoison(number) || (delivery.Attempt == 1 && number % 20 == 7))
                throw new InvalidOperationException("no");
            Write(call);
            await Task.Yield();
        }
        finally
        {
            Running.TryRemove(call, out _);
        }

        void Write(string word)
        {
            lock (output)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{word} {number}"));
        }
    }
}
