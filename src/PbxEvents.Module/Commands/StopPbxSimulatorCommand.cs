using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;

namespace PbxEvents.Module.Commands;

/// <summary>Stops simulators. Their logs stay readable.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PbxSimulator", SupportsShouldProcess = true)]
public sealed class StopPbxSimulatorCommand : SimulatorCmdlet
{
    /// <inheritdoc/>
    [Parameter(
        Position = 0,
        ValueFromPipeline = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(SimulatorCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override SimulatorArgument[]? Simulator { get; set; }

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
