using System.Globalization;
using PbxEvents.Journal;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Journal;

/// <summary>Keeps numbered events of a connection in a database, goes on where the one before it was, and says up to which number they are kept.</summary>
internal static class Publisher
{
    public static async Task RunAsync(string connection)
    {
        await using var journal = await ServerJournal.OpenAsync();
        var log = new EventLog(10_000);
        var kept = Numbered.Keep(journal, log, connection);

        // What the one before it left on this machine is on its way.
        while (journal.Behind > 0)
            await Task.Delay(10);
        var first = await LastAsync(journal, connection);
        for (var number = first; ;)
        {
            for (var left = Random.Shared.Next(1, 10); left > 0; left--)
                log.Append(Numbered.Make(++number, connection));
            await kept.KeptAsync(number - first, CancellationToken.None);
            Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));
            await Task.Delay(2);
        }
    }

    /// <summary>Sends what one that was killed has left on this machine.</summary>
    public static async Task DrainAsync(string connection)
    {
        await using var journal = await ServerJournal.OpenAsync();
        Numbered.Keep(journal, new EventLog(10), connection);
        while (journal.Behind > 0)
            await Task.Delay(10);
    }

    private static async Task<long> LastAsync(EventJournal journal, string connection)
    {
        while (true)
        {
            try
            {
                return journal.Read(new EventQuery(Connection: connection)).Select(Numbered.NumberOf).LastOrDefault();
            }
            catch (PbxException e) when (!e.IsPermanent)
            {
                await Task.Delay(100);
            }
        }
    }
}
