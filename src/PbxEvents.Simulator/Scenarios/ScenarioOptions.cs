namespace PbxEvents.Simulator.Scenarios;

/// <summary>Who takes part in a scenario and how fast it goes. Immutable; null means the platform's default.</summary>
public sealed record ScenarioOptions
{
    /// <summary>The calling number.</summary>
    public string? From { get; init; }

    /// <summary>The calling party's name.</summary>
    public string? FromName { get; init; }

    /// <summary>The number that is called.</summary>
    public string? To { get; init; }

    /// <summary>The extension it is about.</summary>
    public string? Extension { get; init; }

    /// <summary>The second extension: who else rings, and who gets a transferred call.</summary>
    public string? OtherExtension { get; init; }

    /// <summary>The outside number that a call is forwarded to, where the scenario forwards one.</summary>
    public string? ForwardTo { get; init; }

    /// <summary>The queue, in queue and agent scenarios.</summary>
    public string? Queue { get; init; }

    /// <summary>The time between two steps. Default 50 ms; zero is allowed.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often to play it, each time with new ids. Default once.</summary>
    public int Count { get; init; } = 1;

    /// <summary>
    /// The time from the start of one playing to the start of the next, so that calls overlap when it is shorter than a
    /// call. Null plays them one after the other. Default null.
    /// </summary>
    public TimeSpan? Interval { get; init; }
}
