namespace PbxEvents;

/// <summary>The presence of a person or an extension, as last reported by the platform. Immutable.</summary>
public sealed record PbxPresence
{
    private readonly string _presence = "";

    /// <summary>The extension, or what the platform knows the person by.</summary>
    public required string Extension { get; init; }

    /// <summary>The presence in the platform's own term, such as <c>DO_NOT_DISTURB</c> or <c>lunch</c>.</summary>
    public required string Presence
    {
        get => _presence;
        init => _presence = VisibleText.OfValue(value);
    }

    /// <summary>Since when, by the platform's clock, as far as this connection has seen.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>True when events were missed since then (see <see cref="PbxConnection.Gaps"/>): it may be outdated.</summary>
    public bool IsStale { get; init; }

    /// <summary>The connection it was seen on.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The platform.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The presence in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{Extension} {Presence}";
}
