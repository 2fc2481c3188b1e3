using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Begins afresh with what comes from now on: the session's reads and waits do not see what came before. Other sessions, actions and the
/// calls that are known stay as they are.
/// </summary>
[Cmdlet(VerbsCommon.Clear, "PbxEvent", SupportsShouldProcess = true)]
public sealed class ClearPbxEventCommand : ConnectionCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var client in ResolveConnections())
        {
            if (ShouldProcess(client.Name, SR.ClearAction))
                Session.Clear(client);
        }
    }
}
