using System.Management.Automation;

namespace PbxEvents.Module.Actions;

/// <summary>Runs one action, for <see cref="ActionRun"/>. Without an attribute, so that the module does not export it.</summary>
public sealed class InvokePbxActionCommand : PSCmdlet
{
    /// <summary>The run.</summary>
    [Parameter(Mandatory = true)]
    public object Run { get; set; } = null!;

    /// <inheritdoc/>
    protected override void EndProcessing() => ((ActionRun)Run).Invoke();
}
