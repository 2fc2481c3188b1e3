namespace PbxEvents.Simulator.Scenarios;

/// <summary>A course of events, in no platform's words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record Scenario(string Name, Func<SimulatedCall, IReadOnlyList<ScenarioStep>> Steps)
{
    /// <summary>Which way its call goes.</summary>
    public PbxDirection Direction { get; init; } = PbxDirection.Inbound;

    /// <summary>True when the caller's number must not be shown.</summary>
    public bool HidesCaller { get; init; }

    /// <summary>What is dialled when nobody says otherwise; null for the direction's default, empty for nothing at all.</summary>
    public string? To { get; init; }

    /// <summary>False for scenarios without a call.</summary>
    public bool HasCall { get; init; } = true;
}
