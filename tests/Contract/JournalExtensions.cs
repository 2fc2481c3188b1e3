using PbxEvents.Journal;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Contract;

/// <summary>What tests ask of journals.</summary>
internal static class JournalExtensions
{
    /// <summary>Waits until an event, and all before it, can be read: in a database that is later than that it outlives the process.</summary>
    public static async Task<bool> KeptAsync(this EventJournal journal, IEventKeeping kept, long sequence)
    {
        var isKept = await kept.KeptAsync(sequence, CancellationToken.None).InTime();
        await Until.TrueAsync(() => journal.Behind == 0);
        return isKept;
    }
}
