using System.Diagnostics;
using System.Globalization;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Tests.Journal;

/// <summary>
/// Reacts to the numbered events of a database, as one of several: writes each into its own file of effects, with the moment, fails at the first try
/// of one in twenty, at every try of some, and ends its own process for others.
/// </summary>
internal static class Worker
{
    /// <summary>More than a kill loop cuts one event off.</summary>
    public const int MaxAttempts = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(string effects, int concurrency)
    {
        await using var journal = await ServerJournal.OpenAsync();
        using var output = new StreamWriter(new FileStream(effects, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
        var options = new ReactionOptions { Name = Reactor.Name, StartAfter = 0, MaxAttempts = MaxAttempts, RetryDelay = TimeSpan.FromMilliseconds(5), Concurrency = concurrency };
        Console.WriteLine("ready");
        var running = new HashSet<Task>();
        while (true)
        {
            try
            {
                using var runner = journal.React(options, (delivery, _) => Follow(running, () => ReactAsync(delivery, output)));
                await runner.RunAsync(untilIdle: false, CancellationToken.None);
            }
            catch (PbxException e) when (!e.IsPermanent)
            {
                // As a listener does: what runs comes to its end first.
                Task[] left;
                lock (running)
                    left = [.. running];
                await Task.WhenAll(left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.Delay(Pause);
            }
        }
    }

    private static Task Follow(HashSet<Task> running, Func<Task> action)
    {
        var task = action();
        lock (running)
            running.Add(task);
        _ = task.ContinueWith(
            t =>
            {
                lock (running)
                    running.Remove(t);
            },
            TaskScheduler.Default);
        return task;
    }

    private static async Task ReactAsync(Delivery delivery, StreamWriter output)
    {
        var number = Numbered.NumberOf(delivery.Event);
        if (Reactor.IsKiller(number))
            Process.GetCurrentProcess().Kill();
        if (Reactor.IsPoison(number) || (delivery.Attempt == 1 && number % 20 == 7))
            throw new InvalidOperationException("no");
        lock (output)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{delivery.Event.Connection}/{delivery.Event.CallId} {number} {Stopwatch.GetTimestamp()}"));
        await Task.Delay(1);
    }
}
