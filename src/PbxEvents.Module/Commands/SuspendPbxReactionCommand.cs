using System.Management.Automation;
using PbxEvents.Journal;

namespace PbxEvents.Module.Commands;

/// <summary>Lets durable reactions take no event until Resume-PbxReaction, whoever runs them. What comes waits in the journal.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "PbxReaction", SupportsShouldProcess = true)]
public sealed class SuspendPbxReactionCommand : ReactionCmdlet
{
    private protected override void Process(EventJournal journal, PbxReaction reaction)
    {
        if (!ShouldProcess(reaction.Name, SR.SuspendReactionAction))
            return;
        using var book = journal.OpenReactions(isReadOnly: false);
        book.SetSuspended(reaction.Name, isSuspended: true);
    }
}
