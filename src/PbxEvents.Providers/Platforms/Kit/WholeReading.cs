using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// Reads a list of several pages so that no call is told by a part of its rows: those that came while pages were read may stand on a page that
/// was read before and on one that was read after. Then all are read again; rows that are known already change nothing.
/// </summary>
internal static class WholeReading
{
    /// <summary>Rows that come all the time are no reason to read for ever: the next asking finds them.</summary>
    private const int MaxReadings = 3;

    /// <param name="context">The log.</param>
    /// <param name="server">Whose rows, for people.</param>
    /// <param name="read">Reads at least so many pages, whether they bring something new or not; says how many it read, and whether rows may have come meanwhile.</param>
    public static async Task ReadAsync(DriverContext context, string server, Func<int, Task<(int Pages, bool MayHaveGrown)>> read)
    {
        var pages = 0;
        for (var reading = 1; reading <= MaxReadings; reading++)
        {
            (pages, var mayHaveGrown) = await read(pages).ConfigureAwait(false);
            if (!mayHaveGrown)
                return;
            if (reading < MaxReadings)
                context.Log($"Call records may have come while those of {server} were read; they are read again.");
        }
    }

    /// <summary>The same for a list that does not say how many rows it has: a second reading shows whether some came.</summary>
    /// <param name="context">Clock and log.</param>
    /// <param name="server">Whose rows, for people.</param>
    /// <param name="end">The end of the time that is read.</param>
    /// <param name="times">Rows of calls that ended before the last of the askings are all there.</param>
    /// <param name="read">Reads at least so many pages; says how many it read, and how many rows were new.</param>
    public static Task ReadUncountedAsync(
        DriverContext context, string server, DateTimeOffset end, RecordTimes times, Func<int, Task<(int Pages, int News)>> read)
    {
        var isRecent = end > context.Clock.GetUtcNow() - times.Asks[^1];
        return ReadAsync(context, server, async atLeast =>
        {
            var (pages, news) = await read(atLeast).ConfigureAwait(false);
            return (pages, atLeast == 0 ? pages > 1 && isRecent : news > 0);
        });
    }
}
