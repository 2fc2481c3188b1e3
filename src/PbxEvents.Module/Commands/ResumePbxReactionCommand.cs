using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Lets suspended durable reactions take events again, beginning with what waits.</summary>
[Cmdlet(VerbsLifecycle.Resume, "PbxReaction", SupportsShouldProcess = true)]
public sealed class ResumePbxReactionCommand : ReactionCmdlet
{
    private protected override void Process(EventJournal journal, PbxReaction reaction)
    {
        if (!ShouldProcess(reaction.Name, SR.ResumeReactionAction.With(reaction.Lag)))
            return;
        using var book = journal.OpenReactions(isReadOnly: false);
        book.SetSuspended(reaction.Name, isSuspended: false);
    }
}
