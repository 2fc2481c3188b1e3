namespace PbxEvents.Simulator;

/// <summary>A fault to inject. Immutable.</summary>
/// <param name="Name">Which; see <see cref="SimulatorFaults"/> and <see cref="PbxSimulator.FaultNames"/>. Case does not matter.</param>
public sealed record SimulatorFault(string Name)
{
    /// <summary>A time; what it means stands with each fault. Null for the fault's default.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>A number; what it means stands with each fault. Null for the fault's default.</summary>
    public int? Count { get; init; }

    /// <summary>Drop, HalfOpen and Malformed: only the link of this number in the log. Null for all links.</summary>
    public int? Link { get; init; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
