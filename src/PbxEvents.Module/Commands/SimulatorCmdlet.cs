using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that work on simulators: resolves <c>-Simulator</c>, else the only one of the session.</summary>
public abstract class SimulatorCmdlet : PbxCmdlet
{
    private protected SimulatorCmdlet()
    {
    }

    /// <summary>The simulators: objects or names, wildcards allowed. Default: the session's only one.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SimulatorCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public virtual SimulatorArgument[]? Simulator { get; set; }

    private protected IReadOnlyList<PbxSimulator> ResolveSimulators()
    {
        var known = Session.Simulators;
        if (Simulator is null)
        {
            if (known.Count != 1)
            {
                ThrowTerminatingError(known.Count == 0
                    ? ModuleErrors.NoSimulator()
                    : ModuleErrors.AmbiguousSimulator(string.Join(", ", known.Select(s => s.Name))));
            }
            return known;
        }
        var found = new List<PbxSimulator>();
        foreach (var argument in Simulator)
        {
            var matches = argument.Simulator is { } simulator ? [simulator] : known.Where(argument.Matches).ToArray();
            if (matches.Length == 0 && !argument.IsPattern)
                WriteError(ModuleErrors.SimulatorNotFound(argument.Name));
            found.AddRange(matches.Where(m => !found.Contains(m)));
        }
        return found;
    }
}
