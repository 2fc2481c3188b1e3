namespace PbxEvents;

/// <summary>What an action did for one event in <c>Test-PbxReaction</c>. Immutable.</summary>
public sealed record PbxReactionTest
{
    /// <summary>The event.</summary>
    public required PbxEvent Event { get; init; }

    /// <summary>The event's call as it stood then; null for none.</summary>
    public PbxCall? Call => Event.Call;

    /// <summary>The key that the action found.</summary>
    public required string Key { get; init; }

    /// <summary>What the action put out.</summary>
    public IReadOnlyList<object?> Output { get; init; } = [];

    /// <summary>Why the try would have failed; null when it would have succeeded.</summary>
    public string? Error { get; init; }

    /// <summary>How long the action took.</summary>
    public TimeSpan Duration { get; init; }
}
