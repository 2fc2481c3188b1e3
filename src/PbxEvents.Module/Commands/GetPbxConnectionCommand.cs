using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>Lists the connections of this session.</summary>
[Cmdlet(VerbsCommon.Get, "PbxConnection")]
[OutputType(typeof(PbxConnection))]
public sealed class GetPbxConnectionCommand : PbxCmdlet
{
    /// <summary>The names; wildcards allowed. Default all.</summary>
    [Parameter(
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var argument = new ConnectionArgument(name);
            var found = Session.Connections.Where(argument.Matches).ToArray();
            if (found.Length == 0 && !argument.IsPattern)
                WriteError(ModuleErrors.ConnectionNotFound(name));
            WriteObject(found, enumerateCollection: true);
        }
    }
}
