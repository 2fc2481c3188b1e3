using System.Globalization;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Tests.Journal;

/// <summary>Keeps numbered events, group by group, and says up to which number they are kept.</summary>
internal static class Keeper
{
    public static async Task RunAsync(string path)
    {
        await using var journal = Numbered.Open(path);
        var number = Numbered.LastOf(journal);
        var log = new EventLog(10_000);
        var kept = Numbered.Keep(journal, log);
        Console.WriteLine("ready");
        for (var first = number; ;)
        {
            var group = Random.Shared.Next(1, 10);
            for (var i = 0; i < group; i++)
                log.Append(Numbered.Make(++number));
            await kept.KeptAsync(number - first, CancellationToken.None);
            Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));

            // What is kept is all read again after each kill.
            await Task.Delay(1);
        }
    }
}
