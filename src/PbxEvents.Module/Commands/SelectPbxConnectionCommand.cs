using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Makes a connection the one that cmdlets without <c>-Connection</c> use.</summary>
[Cmdlet(VerbsCommon.Select, "PbxConnection", SupportsShouldProcess = true)]
[OutputType(typeof(PbxConnection))]
public sealed class SelectPbxConnectionCommand : PbxCmdlet
{
    /// <summary>The connection, or its name.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionArgument Connection { get; set; } = null!;

    /// <summary>Returns the connection.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var found = Session.Connections.Where(Connection.Matches).ToArray();
        if (found.Length != 1)
        {
            WriteError(found.Length == 0 ? ModuleErrors.ConnectionNotFound(Connection.Name) : ModuleErrors.SeveralConnections(Connection.Name));
            return;
        }
        if (!ShouldProcess(found[0].Name, SR.SelectAction))
            return;
        Session.Default = found[0];
        if (PassThru)
            WriteObject(found[0]);
    }
}
