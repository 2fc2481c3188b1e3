using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Reading;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that show what a connection knows of extensions at this moment.</summary>
public abstract class StatusCmdlet : ConnectionCmdlet
{
    private protected StatusCmdlet()
    {
    }

    /// <summary>Only these extensions; wildcards allowed. Default all that were spoken of.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ExtensionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Extension { get; set; }

    /// <summary>The subscription that brings it.</summary>
    private protected abstract PbxCategory Category { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var extensions = new TextPatterns(Extension);
        foreach (var client in ResolveConnections())
        {
            var found = Read(client, extensions).ToArray();

            // Nothing known looks like nothing there.
            if (found.Length == 0 && Prospect.Missing([client], [Category]) is { } missing)
                WriteWarning(missing);
            WriteObject(found, enumerateCollection: true);
        }
    }

    private protected abstract IEnumerable<object> Read(PbxClient client, TextPatterns extensions);
}
