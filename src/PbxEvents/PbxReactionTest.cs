namespace PbxEvents;

/// <summary>What an action did for one event in <c>Test-PbxReaction</c>. Immutable.</summary>
public sealed record PbxReactionTest
{
    /// <summary>Which reaction of a listener file it was; null for the action that Test-PbxReaction was given.</summary>
    public string? Reaction { get; init; }

    /// <summary>The event.</summary>
    public required PbxEvent Event { get; init; }

    /// <summary>The event's call as it was then; null for none.</summary>
    public PbxCall? Call => Event.Call;

    /// <summary>The key that the action got.</summary>
    public required string Key { get; init; }

    /// <summary>The output of the action.</summary>
    public IReadOnlyList<object?> Output { get; init; } = [];

    /// <summary>Why the attempt would have failed; null when it would have succeeded.</summary>
    public string? Error { get; init; }

    /// <summary>How long the action took.</summary>
    public TimeSpan Duration { get; init; }
}
