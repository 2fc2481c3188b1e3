using System.Management.Automation;

namespace PbxEvents.Module.Commands;

/// <summary>Stops simulators. Their logs stay readable.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PbxSimulator", SupportsShouldProcess = true)]
public sealed class StopPbxSimulatorCommand : SimulatorCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var simulator in ResolveSimulators())
        {
            if (!ShouldProcess($"{simulator}", SR.StopSimulatorAction))
                continue;
            Await(_ => simulator.DisposeAsync().AsTask());
            Session.Remove(simulator);
        }
    }
}
