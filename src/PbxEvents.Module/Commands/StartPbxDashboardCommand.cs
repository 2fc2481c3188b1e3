using System.Management.Automation;
using System.Net.Sockets;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Dashboard;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Opens a page for browsers on this machine, which shows calls, queues, agents, who was not reached today, and how all connections of the
/// session stand, as it happens. It can only be read, and only by who knows its address.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "PbxDashboard", SupportsShouldProcess = true)]
[OutputType(typeof(PbxDashboard))]
public sealed class StartPbxDashboardCommand : PbxCmdlet
{
    /// <summary>The port on this machine alone. Default: a free one.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Port { get; set; }

    /// <summary>
    /// A file that keeps the secret word of the address, so that the address is the same after a restart. It is made when it is not there, for its
    /// owner's eyes only. Default: a new word each time.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TokenPath { get; set; }

    /// <summary>Who is answered within so many seconds is answered in time, and who waits longer in a queue stands out. Default 60.</summary>
    [Parameter]
    [ValidateRange(0, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double ServiceLevel { get; set; } = 60;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!ShouldProcess(Port == 0 ? SR.DashboardAnyPort : SR.DashboardPort.With(Port), SR.StartDashboardAction))
            return;
        if (Session.Dashboard is { } running)
            ThrowTerminatingError(ModuleErrors.DashboardRunning(running.Snapshot().Port));
        var (token, path) = FindToken();
        try
        {
            var dashboard = DashboardServer.Of(Session, Port, token, path, TimeSpan.FromSeconds(ServiceLevel));
            Session.Dashboard = dashboard;
            WriteObject(dashboard.Snapshot());
        }
        catch (SocketException e)
        {
            ThrowTerminatingError(ModuleErrors.BadDashboardPort(Port, e.Message));
        }
    }

    private (DashboardToken Token, string? Path) FindToken()
    {
        if (TokenPath is null)
            return (DashboardToken.Make(), null);
        var path = GetUnresolvedProviderPathFromPSPath(TokenPath);
        try
        {
            return (DashboardToken.Keep(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or ArgumentException or NotSupportedException)
        {
            ThrowTerminatingError(ModuleErrors.BadTokenPath(path, e.Message));
            throw;
        }
    }
}
