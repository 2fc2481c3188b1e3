using System.Collections;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Connections;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of this session's simulators.</summary>
public sealed class SimulatorCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        ModuleState.Current.Simulators.Select(s => new Candidate(s.Name, s.Server.ToString()));

    /// <summary>The simulators that the rest of the command line names, else all of the session.</summary>
    internal static IEnumerable<PbxSimulator> SimulatorsOf(IDictionary bound)
    {
        var value = bound["Simulator"] is System.Management.Automation.PSObject wrapped ? wrapped.BaseObject : bound["Simulator"];
        return value switch
        {
            PbxSimulator simulator => [simulator],
            string name => ModuleState.Current.Simulators.Where(new SimulatorArgument(name).Matches),
            _ => ModuleState.Current.Simulators,
        };
    }
}
