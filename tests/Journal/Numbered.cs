using System.Text;
using System.Text.Json;
using PbxEvents.Journal;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Journal;

/// <summary>A journal of numbered events, of seven calls in turn.</summary>
internal static class Numbered
{
    public static EventJournal Open(string path) =>
        EventJournal.Open(new JournalOptions { Path = path, Durability = PbxJournalDurability.Process }, new SqliteStoreFactory());

    public static IEventKeeping Keep(EventJournal journal, EventLog log, string connection = "killed") =>
        journal.Keep(new KeptStream(connection, "Fake", log, new SecretMask(new PbxConnectOptions { Provider = "Fake" }), _ => { }));

    public static PbxEvent Make(long number, string connection = "killed") => new()
    {
        Category = PbxCategory.Call,
        Name = "E",
        Id = $"{number}",
        Connection = connection,
        Provider = "Fake",
        CallId = $"c{number % 7}",
        ReceivedAt = DateTimeOffset.UtcNow,
        Time = DateTimeOffset.UtcNow,
        Payload = Encoding.UTF8.GetBytes($$"""{"number":{{number}},"filling":"{{new string('x', (int)(number * 37 % 5000))}}"}"""),
    };

    public static long NumberOf(PbxEvent e)
    {
        using var document = JsonDocument.Parse(e.GetUtf8());
        return document.RootElement.GetProperty("number").GetInt64();
    }
}
