using PbxEvents.Journal;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Benchmarks.Load;

/// <summary>A database of its own on a server, for one measurement.</summary>
/// <param name="server">Where it is.</param>
internal sealed class SharedJournal(JournalServer server)
{
    public JournalServer Server => server;

    public static async Task<SharedJournal> MakeAsync(PostgresServer server) => new(ServerJournal.At(
        server.Port, await server.MakeDatabaseAsync(), PostgresServer.User, server.Password, Path.Combine(Path.GetDirectoryName(server.Data)!, "listener")));

    public EventJournal Open() => ServerJournal.Open(server, o => o with { MaxSize = 100L << 30 });
}
