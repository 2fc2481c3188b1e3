using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>The scripts that come with the module to start from: what each does, and where it is, to be read and copied.</summary>
[Cmdlet(VerbsCommon.Get, "PbxExample")]
[OutputType(typeof(PbxExample))]
public sealed class GetPbxExampleCommand : PbxCmdlet
{
    /// <summary>The names; wildcards allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ExampleCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        foreach (var name in Name)
        {
            var pattern = new TextPatterns([name]);
            var found = Examples.All().Where(e => pattern.IsMatch(e.Name)).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(ModuleErrors.NoExample(name));
            WriteObject(found, enumerateCollection: true);
        }
    }
}
