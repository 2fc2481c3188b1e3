namespace PbxEvents;

/// <summary>An agent of a queue, as last reported by the platform. Immutable.</summary>
public sealed record PbxQueueAgent
{
    private readonly string? _state;
    private readonly string _extension = "";

    /// <summary>The agent's extension, or what the platform knows it by.</summary>
    public required string Extension
    {
        get => _extension;
        init => _extension = VisibleText.OfValue(value);
    }

    /// <summary>
    /// The name of <see cref="Extension"/> in the platform's directory; null when it does not tell it, and while it has not been read.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The agent's state in the platform's own term; null on a platform that reports only membership.</summary>
    public string? State
    {
        get => _state;
        init => _state = VisibleText.OfValue(value);
    }

    /// <summary>Since when, by the platform's clock.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The agent in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => State is null ? Extension : $"{Extension} {State}";
}
