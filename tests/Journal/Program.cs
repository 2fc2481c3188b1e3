using System.Globalization;
using System.Text;
using PbxEvents;
using PbxEvents.Journal;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

// Keeps numbered events in a journal as fast as it takes them, and says on its output up to which number they are kept.
var options = new JournalOptions { Path = args[0], Durability = PbxJournalDurability.Process };
await using var journal = EventJournal.Open(options, new SqliteStoreFactory());
var number = journal.Read(EventQuery.Everything).Select(NumberOf).DefaultIfEmpty(0).Last();
var log = new EventLog(10_000);
var kept = journal.Keep(new KeptStream("killed", "Fake", log, new SecretMask(new PbxConnectOptions { Provider = "Fake" }), _ => { }));
Console.WriteLine("ready");
for (var first = number; ;)
{
    var group = Random.Shared.Next(1, 50);
    for (var i = 0; i < group; i++)
        log.Append(Make(++number));
    await kept.KeptAsync(number - first, CancellationToken.None);
    Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
}

static PbxEvent Make(long number) => new()
{
    Category = PbxCategory.Call,
    Name = "E",
    Connection = "killed",
    Provider = "Fake",
    CallId = $"c{number % 7}",
    ReceivedAt = DateTimeOffset.UtcNow,
    Time = DateTimeOffset.UtcNow,
    Payload = Encoding.UTF8.GetBytes($$"""{"number":{{number}},"filling":"{{new string('x', (int)(number * 37 % 5000))}}"}"""),
};

static long NumberOf(PbxEvent e) => System.Text.Json.JsonDocument.Parse(e.GetUtf8()).RootElement.GetProperty("number").GetInt64();
