using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Stops services that Install-PbxService has installed, and removes them. What they wrote, as journals and logs, stays.</summary>
[Cmdlet(VerbsLifecycle.Uninstall, "PbxService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class UninstallPbxServiceCommand : ServiceCmdlet
{
    /// <summary>The names; wildcards allowed.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var patterns = new TextPatterns(Name);
        UseKeeper(null, keeper =>
        {
            var services = keeper.GetAll().Where(s => patterns.IsMatch(s.Name)).ToArray();
            foreach (var name in Name.Where(n => !WildcardPattern.ContainsWildcardCharacters(n) && !services.Any(s => s.Name.Equals(n, StringComparison.OrdinalIgnoreCase))))
                WriteError(ModuleErrors.NoService(name));
            foreach (var service in services.Where(s => ShouldProcess(s.Path, SR.UninstallServiceAction)))
                keeper.Remove(service);
        });
    }
}
