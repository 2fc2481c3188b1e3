using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>The services that Install-PbxService has installed, and how they stand.</summary>
[Cmdlet(VerbsCommon.Get, "PbxService")]
[OutputType(typeof(PbxService))]
public sealed class GetPbxServiceCommand : ServiceCmdlet
{
    /// <summary>The names; wildcards allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var patterns = new TextPatterns(Name);
        UseKeeper(null, keeper => WriteObject(keeper.GetAll().Where(s => patterns.IsMatch(s.Name)), enumerateCollection: true));
    }
}
