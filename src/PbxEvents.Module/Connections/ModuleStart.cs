using System.Management.Automation;

namespace PbxEvents.Module.Connections;

/// <summary>Runs when the module is imported. PowerShell makes and calls it.</summary>
public sealed class ModuleStart : IModuleAssemblyInitializer
{
    /// <summary>Lets faults name options as parameters.</summary>
    public void OnImport() => OptionWords.Word = name => $"-{name}";
}
