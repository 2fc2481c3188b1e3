using System.Management.Automation;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Module.Commands;

/// <summary>Forgets dead letters: their actions are not run any more.</summary>
[Cmdlet(VerbsCommon.Remove, "PbxDeadLetter", SupportsShouldProcess = true)]
public sealed class RemovePbxDeadLetterCommand : DeadLetterCmdlet
{
    private protected override string ActionText => SR.RemoveDeadLetterAction;

    private protected override bool Change(IReactionBook book, PbxDeadLetter letter) => book.RemoveDead(letter.Reaction, letter.Number);
}
