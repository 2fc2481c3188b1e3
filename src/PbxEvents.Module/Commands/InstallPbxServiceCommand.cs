using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Lets the machine run a script of a listener from its start on, as a user of its own, and start it again when it ends. With <c>-WhatIf</c> it
/// shows what would be installed.
/// </summary>
[Cmdlet(VerbsLifecycle.Install, "PbxService", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(PbxService))]
public sealed class InstallPbxServiceCommand : ServiceCmdlet
{
    /// <summary>The name of the unit or task.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ValidatePattern(@"^[A-Za-z0-9][\w.-]*$")]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string Name { get; set; } = "";

    /// <summary>The script: it connects, registers what is to be done, and ends with Wait-PbxReaction. Or a listener file (.psd1).</summary>
    [Parameter(
        Mandatory = true,
        Position = 1)]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>As whom it runs; on Windows best a group managed service account.</summary>
    [Parameter(Mandatory = true)]
    [ValidatePattern(@"^[^\x00-\x1f""%]+$")]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string User { get; set; } = "";

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var path = GetUnresolvedProviderPathFromPSPath(FilePath);
        if (!File.Exists(path))
            ThrowTerminatingError(ModuleErrors.ScriptNotFound(path));
        UseKeeper(Name, keeper =>
        {
            var plan = ServicePlan.Make(Name, path, User);
            var definition = keeper.Define(plan);
            var place = keeper.PathOf(Name);
            var isMeant = ShouldProcess(SR.InstallServiceText.With(keeper.Kind, place, definition), SR.InstallServiceQuestion.With(keeper.Kind, place), SR.InstallServiceCaption);
            if (isMeant)
                keeper.Install(plan, definition);
            WriteObject((isMeant ? keeper.GetAll().FirstOrDefault(s => s.Name == Name) : null)
                ?? new PbxService { Name = Name, FilePath = path, User = User, Path = place, Definition = definition });
        });
    }
}
