using System.Globalization;
using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Watching;

namespace PbxEvents.Module.Durable;

/// <summary>Reads a journal for somebody who waits for it. Pipeline thread.</summary>
internal static class JournalReading
{
    /// <summary>The events, in the order in which they were kept, with how far it is as progress.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="query">What to read.</param>
    /// <param name="cmdlet">Who reads.</param>
    /// <exception cref="PbxException">The journal is closed, or cannot be read.</exception>
    public static IEnumerable<PbxEvent> ReadFor(this EventJournal journal, EventQuery query, Cmdlet cmdlet)
    {
        using var bar = new ProgressBar(cmdlet, SR.ReadingJournal.With(journal.Name));
        foreach (var (_, pbxEvent) in journal.ReadNumbered(query))
        {
            bar.Report(() => Place(journal, query, pbxEvent.ReceivedAt));
            yield return pbxEvent;
        }
    }

    private static (double? Share, string Place) Place(EventJournal journal, EventQuery query, DateTimeOffset at)
    {
        var from = query.Since > journal.Oldest ? query.Since : journal.Oldest;
        var to = query.Until < journal.Newest ? query.Until : journal.Newest;
        return ((at - from) / (to - from), at.ToLocalTime().ToString("g", CultureInfo.CurrentCulture));
    }
}
