using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>Forgets all contacts of the session, and what its scripts have answered.</summary>
[Cmdlet(VerbsCommon.Clear, "PbxContact", SupportsShouldProcess = true)]
public sealed class ClearPbxContactCommand : PbxCmdlet
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ShouldProcess(SR.ClearContactTarget, SR.ClearContactAction))
            Session.Contacts.Clear();
    }
}
