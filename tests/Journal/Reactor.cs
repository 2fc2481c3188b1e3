using System.Collections.Concurrent;
using System.Globalization;
using PbxEvents.Journal.Reactions;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Journal;

/// <summary>
/// Keeps numbered events up to the last and reacts to them: writes each into a file of effects, fails now and then, always for some, and
/// ends its own process for others. Says each effect, and ends when all is done or dead.
/// </summary>
internal static class Reactor
{
    public const int MaxAttempts = 4;

    /// <summary>How many run at once.</summary>
    public const int Slots = 4;

    private static readonly ConcurrentDictionary<string, bool> Running = new();

    public static bool IsPoison(long number) => number % 97 == 13;

    public static bool IsKiller(long number) => number % 151 == 77;

    public static async Task RunAsync(string path, string effects, long last)
    {
        await using var journal = Numbered.Open(path);
        var first = Numbered.LastOf(journal);
        var log = new EventLog(10_000);
        var kept = Numbered.Keep(journal, log);
        using var output = new StreamWriter(new FileStream(effects, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var options = new ReactionOptions { Name = "effects", StartAfter = 0, MaxAttempts = MaxAttempts, RetryDelay = TimeSpan.FromMilliseconds(5), Concurrency = Slots };
        using var runner = journal.React(options, (delivery, _) => React(delivery, output));
        Console.WriteLine("ready");
        var feed = Task.Run(async () =>
        {
            for (var number = first + 1; number <= last; number++)
            {
                log.Append(Numbered.Make(number));
                if (number % 20 == 0)
                    await kept.KeptAsync(number - first, CancellationToken.None);
            }
            await kept.KeptAsync(Math.Max(0, last - first), CancellationToken.None);
        });
        var fed = false;
        while (!fed)
        {
            fed = feed.IsCompleted;
            await runner.RunAsync(untilIdle: true, CancellationToken.None);
        }
        Console.WriteLine($"end {string.Join(' ', journal.OpenReactions(isReadOnly: true).GetDead("effects").Select(d => $"{d.Seq}/{d.Tries}"))}");
    }

    private static async Task React(Delivery delivery, StreamWriter output)
    {
        var (number, call) = (Numbered.NumberOf(delivery.Event), delivery.Event.CallId!);
        if (!Running.TryAdd(call, true))
            Write("overlap");
        try
        {
            if (IsKiller(number))
                System.Diagnostics.Process.GetCurrentProcess().Kill();
            if (IsPoison(number) || (delivery.Attempt == 1 && number % 20 == 7))
                throw new InvalidOperationException("no");
            Write(call);
            await Task.Delay(1);
        }
        finally
        {
            Running.TryRemove(call, out _);
        }

        void Write(string word)
        {
            lock (output)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{word} {number} {delivery.Attempt}"));
        }
    }
}
