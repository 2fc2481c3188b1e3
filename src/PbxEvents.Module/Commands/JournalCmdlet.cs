using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that work on a journal: resolves <c>-Journal</c>, else the session's.</summary>
public abstract class JournalCmdlet : PbxCmdlet
{
    private protected JournalCmdlet()
    {
    }

    /// <summary>
    /// The journal: an object, a name, or the path of a file, also of one that another process writes to. Default: the session's, which is the
    /// one that was opened last to be written to.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(JournalCompleter))]
    [ValidateNotNull]
    public JournalArgument? Journal { get; set; }

    /// <summary>Does something with the journal that is meant; one that is not open is opened to be read meanwhile.</summary>
    private protected void UseJournal(Action<EventJournal> work)
    {
        EventJournal? opened = null;
        try
        {
            work(Find() ?? (opened = JournalAccess.Open(new JournalOptions { Path = GetUnresolvedProviderPathFromPSPath(Journal!.Text), ReadOnly = true })));
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(Journal?.Text));
        }
        finally
        {
            opened?.CloseAsync().Wait(CancellationToken.None);
        }
    }

    /// <summary>The open journal that is meant; null when a path is meant of a file that is not open.</summary>
    private protected EventJournal? Find()
    {
        var argument = Journal;
        if (argument is null)
        {
            if (Session.DefaultJournal is not { } journal)
            {
                ThrowTerminatingError(ModuleErrors.NoJournal());
                return null;
            }
            argument = new JournalArgument(journal);
        }
        return JournalAccess.Find(argument, Session.Journals, GetUnresolvedProviderPathFromPSPath);
    }

    /// <summary>The reaction of that name that this session runs; null for none.</summary>
    private protected static RunningReaction? FindRunning(EventJournal journal, string name) => JournalAccess.FindRunning(journal, name, Session.DurableReactions);

    /// <summary>How the reactions of a journal stand.</summary>
    private protected static IReadOnlyList<PbxReaction> Look(EventJournal journal) => JournalAccess.Look(journal, Session.DurableReactions);
}
