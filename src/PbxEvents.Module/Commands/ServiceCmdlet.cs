using System.Management.Automation;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets for services: finds what starts them on this machine.</summary>
public abstract class ServiceCmdlet : PbxCmdlet
{
    private protected ServiceCmdlet()
    {
    }

    /// <summary>What starts the service: Systemd, or ScheduledTask of Windows. Default: that of this machine.</summary>
    [Parameter]
    public PbxServiceKind Kind { get; set; } = OperatingSystem.IsWindows() ? PbxServiceKind.ScheduledTask : PbxServiceKind.Systemd;

    /// <summary>
    /// A folder for the definitions, as for the image of another machine: they are written there and nothing is started. Default: where this
    /// machine looks for them.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Folder { get; set; }

    /// <summary>Works with what starts services.</summary>
    private protected void UseKeeper(object? target, Action<ServiceKeeper> work)
    {
        try
        {
            work(Keeper());
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(target));
        }
    }

    private ServiceKeeper Keeper()
    {
        var folder = Folder is null ? null : GetUnresolvedProviderPathFromPSPath(Folder);
        return Kind == PbxServiceKind.Systemd
            ? SystemdServices.In(folder)
            : new TaskServices(folder, (script, arguments) => InvokeCommand.InvokeScript(script, arguments));
    }
}
