using System.Management.Automation;
using PbxEvents.Module.Alerts;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that work on alerts of this session.</summary>
public abstract class AlertCmdlet : PbxCmdlet
{
    private protected AlertCmdlet()
    {
    }

    /// <summary>The names; wildcards allowed. Default all.</summary>
    [Parameter(
        Position = 0,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AlertCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public virtual string[] Name { get; set; } = ["*"];

    private protected IReadOnlyList<RunningAlert> Find()
    {
        var found = new List<RunningAlert>();
        foreach (var name in Name)
        {
            var pattern = new TextPatterns([name]);
            var matches = Session.Alerts.Where(a => pattern.IsMatch(a.Name)).ToArray();
            if (matches.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(ModuleErrors.NoAlert(name));
            found.AddRange(matches.Where(m => !found.Contains(m)));
        }
        return found;
    }
}
