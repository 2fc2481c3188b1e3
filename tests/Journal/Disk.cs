using System.Globalization;
using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Journal;

/// <summary>A journal on a disk that is too small for it, or may not be written to. Says what comes of it, a line each.</summary>
internal static class Disk
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Fills the disk that the journal is on, makes room again, and reads what is kept.</summary>
    /// <param name="path">The journal, whose folder has most of the disk in one other file.</param>
    /// <param name="ballast">That file.</param>
    public static async Task FillAsync(string path, string ballast)
    {
        var appended = 0L;
        var (idle, fresh) = (path + ".idle", path + ".fresh");
        await OpenAsync(idle);
        await using (var journal = EventJournal.Open(new JournalOptions { Path = path }, new SqliteStoreFactory()))
        {
            var log = new EventLog(10_000);
            var kept = Numbered.Keep(journal, log);
            while (journal.LastError is null)
            {
                for (var i = 0; i < 10; i++)
                    log.Append(Numbered.Make(++appended));
                await kept.KeptAsync(appended, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(1)).ContinueWith(_ => { }, TaskScheduler.Default);
            }
            Say($"full {journal.LastError.Kind} {journal.LastError.IsPermanent}");
            Say($"reaction {Try(() => journal.React(new ReactionOptions { Name = "disk", StartAfter = 0 }, (_, _) => Task.CompletedTask).Dispose())}");
            Say($"another {Try(() => EventJournal.Open(new JournalOptions { Path = fresh }, new SqliteStoreFactory()))}");
            Say($"store {Try(() => Begin(idle))}");
            File.Delete(ballast);
            Say($"goes on {await kept.KeptAsync(appended, CancellationToken.None).WaitAsync(Patience)}");
        }
        Say($"appended {appended}");
    }

    private static void Begin(string path)
    {
        using var store = new SqliteStoreFactory().Open(new JournalOptions { Path = path });
        store.BeginRun("disk", "Fake", DateTimeOffset.UtcNow);
    }

    private static async Task OpenAsync(string path)
    {
        await using var journal = EventJournal.Open(new JournalOptions { Path = path }, new SqliteStoreFactory());
    }

    /// <summary>Opens the journal to write to it, which it may not, and to read it.</summary>
    public static async Task ReadAsync(string path)
    {
        Say($"write {Try(() => EventJournal.Open(new JournalOptions { Path = path }, new SqliteStoreFactory()))}");
        Say($"store {Try(() => Begin(path))}");
        await using var journal = EventJournal.Open(new JournalOptions { Path = path, ReadOnly = true }, new SqliteStoreFactory());
        var numbers = journal.Read(EventQuery.Everything).Select(Numbered.NumberOf).ToArray();
        Say($"read {numbers.Length} {numbers.Select((n, i) => n == i + 1).All(isRight => isRight)}");
    }

    private static string Try(Action action)
    {
        try
        {
            action();
            return "done";
        }
        catch (PbxException e)
        {
            return $"{e.Kind} {e.Target}";
        }
    }

    private static void Say(string line) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line}"));
}
