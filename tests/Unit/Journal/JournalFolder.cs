using System.Text;
using PbxEvents.Journal;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Contract;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>A folder for a journal, and events to put into it.</summary>
internal sealed class JournalFolder : IJournalHome
{
    public static readonly SecretMask NoMask = new(new PbxConnectOptions { Provider = "Fake" });

    private readonly string _root = Directory.CreateTempSubdirectory("pbxevents-journal").FullName;

    /// <summary>In a folder that is not there yet.</summary>
    public string Target => Path.Combine(_root, "kept", "journal.db");

    public TimeSpan Pace => TimeSpan.FromMilliseconds(5);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public EventJournal Open(Func<JournalOptions, JournalOptions>? with = null) =>
        EventJournal.Open(with?.Invoke(new JournalOptions { Path = Target }) ?? new JournalOptions { Path = Target }, new SqliteStoreFactory());

    public int Trim(long before, long maxBytes)
    {
        using var store = new SqliteStoreFactory().Open(new JournalOptions { Path = Target });
        return store.Trim(before, maxBytes);
    }

    /// <summary>Makes a journal with that many events, and closes it.</summary>
    public async Task FillAsync(int events)
    {
        await using var journal = Open();
        var log = new EventLog(Math.Max(1, events));
        for (var i = 1; i <= events; i++)
            log.Append(Make(i));
        Assert.True(await journal.Keep(Stream(log)).KeptAsync(events, CancellationToken.None).InTime());
    }

    public static KeptStream Stream(EventLog log, string name = "one", Action<PbxException>? warn = null) =>
        new(name, "Fake", log, NoMask, warn ?? (_ => { }));

    /// <summary>A call's event.</summary>
    public static PbxEvent Make(int number, string call = "c1", DateTimeOffset? at = null) => new()
    {
        Category = PbxCategory.Call,
        Name = "E",
        Id = $"id{number}",
        Connection = "one",
        Provider = "Fake",
        CallId = call,
        ReceivedAt = at ?? DateTimeOffset.UtcNow,
        Time = at ?? DateTimeOffset.UtcNow,
        Payload = Encoding.UTF8.GetBytes($$"""{"number":{{number}}}"""),
    };
}
