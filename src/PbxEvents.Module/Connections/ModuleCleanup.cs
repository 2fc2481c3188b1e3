using System.Management.Automation;

namespace PbxEvents.Module.Connections;

/// <summary>Closes what the session has opened when the module is removed. PowerShell makes and calls it.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <summary>How long Remove-Module waits; what is not closed by then is closed in the background.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(1.5);

    /// <summary>Closes every connection and simulator of the runspace.</summary>
    /// <param name="psModuleInfo">The module.</param>
    public void OnRemove(PSModuleInfo psModuleInfo) => ModuleState.Current.DisposeAsync().AsTask().Wait(FarewellTimeout);
}
