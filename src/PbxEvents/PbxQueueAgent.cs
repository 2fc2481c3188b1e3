namespace PbxEvents;

/// <summary>An agent of a queue, as the platform last told. Immutable.</summary>
public sealed record PbxQueueAgent
{
    /// <summary>The agent's extension, or what the platform knows it by.</summary>
    public required string Extension { get; init; }

    /// <summary>The agent's state in the platform's own word; null on a platform that tells of membership only.</summary>
    public string? State { get; init; }

    /// <summary>Since when, by the platform's clock.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The agent in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => State is null ? Extension : $"{Extension} {State}";
}
