using System.Management.Automation;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Arguments;

/// <summary>
/// What <c>-Simulator</c> takes: a simulator, or the name of simulators of this session, wildcards allowed. PowerShell makes
/// one of either by itself. Immutable.
/// </summary>
public sealed class SimulatorArgument
{
    private readonly WildcardPattern? _pattern;

    /// <summary>Takes the simulators of that name.</summary>
    /// <param name="name">A name; wildcards allowed.</param>
    public SimulatorArgument(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        _pattern = ValidateWildcardAttribute.Parse(name);
    }

    /// <summary>Takes that simulator.</summary>
    /// <param name="simulator">The simulator.</param>
    public SimulatorArgument(PbxSimulator simulator)
    {
        ArgumentNullException.ThrowIfNull(simulator);
        Name = simulator.Name;
        Simulator = simulator;
    }

    /// <summary>The name, or the pattern for names.</summary>
    public string Name { get; }

    /// <summary>The simulator itself; null when a name was given.</summary>
    public PbxSimulator? Simulator { get; }

    /// <summary>True when a name was given that may stand for none.</summary>
    internal bool IsPattern => _pattern is not null && WildcardPattern.ContainsWildcardCharacters(Name);

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    internal bool Matches(PbxSimulator simulator) => _pattern?.IsMatch(simulator.Name) ?? ReferenceEquals(simulator, Simulator);
}
