using System.Management.Automation;
using PbxEvents.Journal.Reactions;

namespace PbxEvents.Module.Commands;

/// <summary>Lets the action run for dead letters again, with the same key and as many tries as for a new event.</summary>
[Cmdlet(VerbsLifecycle.Restart, "PbxDeadLetter", SupportsShouldProcess = true)]
public sealed class RestartPbxDeadLetterCommand : DeadLetterCmdlet
{
    private protected override string ActionText => SR.RestartDeadLetterAction;

    private protected override bool Change(IReactionBook book, PbxDeadLetter letter) => book.RestartDead(letter.Reaction, letter.Number, DateTimeOffset.UtcNow);
}
