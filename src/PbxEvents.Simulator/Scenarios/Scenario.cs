namespace PbxEvents.Simulator.Scenarios;

/// <summary>A course of events, in no platform's words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record Scenario(string Name, Func<SimulatedCall, IReadOnlyList<ScenarioStep>> Steps)
{
    /// <summary>Which way its call goes.</summary>
    public PbxDirection Direction { get; init; } = PbxDirection.Inbound;

    /// <summary>False for scenarios without a call.</summary>
    public bool HasCall { get; init; } = true;
}
