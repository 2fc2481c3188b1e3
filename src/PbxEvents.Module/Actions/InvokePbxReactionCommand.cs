using System.Management.Automation;
using PbxEvents.Module.Commands;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Actions;

/// <summary>
/// Runs what waits for actions, for one turn. The doorbell's own command: a cmdlet, because only a cmdlet has an error
/// stream to write to. Without an attribute, so that the module does not export it.
/// </summary>
public sealed class InvokePbxReactionCommand : PSCmdlet
{
    /// <summary>The doorbell that rang.</summary>
    [Parameter(Mandatory = true)]
    public Doorbell Doorbell { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            Doorbell.Reactions.RunTurn(
                WriteObject,
                Tell,
                failure => Tell(ModuleErrors.ActionFailed(failure)),
                gap =>
                {
                    if (!ServiceProcess.Take(gap))
                        WriteWarning(ReadingCmdlet.Describe(gap));
                });
        }
        catch (PipelineStoppedException) when (Doorbell.Reactions.IsSuspended)
        {
            // The streams of a stopped pipeline take nothing any more.
            Host.UI.WriteWarningLine(SR.ActionsSuspended.With(Doorbell.Reactions.Count));
            throw;
        }
    }

    private void Tell(ErrorRecord error)
    {
        if (!ServiceProcess.Take(error))
            WriteError(error);
    }
}
