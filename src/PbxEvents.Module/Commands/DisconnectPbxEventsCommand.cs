using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Closes connections in order: unsubscribes, closes, gives back what was acquired.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "PbxEvents", SupportsShouldProcess = true)]
[OutputType(typeof(PbxConnection))]
public sealed class DisconnectPbxEventsCommand : ConnectionCmdlet
{
    /// <inheritdoc/>
    [Parameter(
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override ConnectionArgument[]? Connection { get; set; }

    /// <summary>Returns the closed connections.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var connection in ResolveConnections())
        {
            if (!ShouldProcess($"{connection.Name} ({connection.Server})", SR.DisconnectAction))
                continue;
            Await(connection.DisconnectAsync);
            var waiting = Session.Reactions.CountWaiting(connection);
            if (waiting > 0)
                WriteWarning(SR.EventsStillWaiting.With(connection.Name, waiting));
            Session.Remove(connection);
            if (PassThru)
                WriteObject(connection);
        }
    }
}
