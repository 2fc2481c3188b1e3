using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Forgets durable reactions that nothing runs: how far they are, what is open, what is done, and their dead letters.</summary>
[Cmdlet(VerbsCommon.Remove, "PbxReaction", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemovePbxReactionCommand : ReactionCmdlet
{
    private protected override void Process(EventJournal journal, PbxReaction reaction)
    {
        // A name that another process begins to run now would be forgotten under its feet.
        using var held = journal.HoldReaction(reaction.Name);
        if (!ShouldProcess(reaction.Name, SR.RemoveReactionAction.With(reaction.Waiting + reaction.Retrying, reaction.DeadLetters, reaction.Done)))
            return;
        using var book = journal.OpenReactions(isReadOnly: false);
        book.Remove(reaction.Name);
    }
}
