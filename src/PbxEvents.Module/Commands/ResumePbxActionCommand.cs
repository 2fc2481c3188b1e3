using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>Lets actions run again, first for the events that have waited.</summary>
[Cmdlet(VerbsLifecycle.Resume, "PbxAction", SupportsShouldProcess = true)]
public sealed class ResumePbxActionCommand : PbxCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!ShouldProcess(SR.SessionTarget, SR.ResumeActionsAction))
            return;
        Session.Reactions.Resume();

        // At once, while the user is looking.
        Session.RunReactions();
    }
}
