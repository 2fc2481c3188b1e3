using System.Management.Automation.Runspaces;

namespace PbxEvents.Module.Durable;

/// <summary>Runspaces with this module in them and nothing else of the session that makes them.</summary>
internal static class ModuleRunspace
{
    /// <summary>Opens one.</summary>
    /// <param name="name">What it is for.</param>
    public static Runspace Open(string name)
    {
        var state = InitialSessionState.CreateDefault2();
        var bin = Path.GetDirectoryName(typeof(ModuleRunspace).Assembly.Location)!;
        state.ImportPSModule([Path.Combine(Path.GetDirectoryName(bin)!, "PbxEvents.psd1")]);
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Name = name;
        runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        runspace.Open();
        return runspace;
    }
}
