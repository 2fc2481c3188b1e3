namespace PbxEvents;

/// <summary>The presence of a person or an extension, as the platform last told. Immutable.</summary>
public sealed record PbxPresence
{
    private readonly string _presence = "";

    /// <summary>The extension, or what the platform knows the person by.</summary>
    public required string Extension { get; init; }

    /// <summary>The presence in the platform's own word, such as <c>DO_NOT_DISTURB</c> or <c>lunch</c>.</summary>
    public required string Presence
    {
        get => _presence;
        init => _presence = VisibleText.OfValue(value);
    }

    /// <summary>Since when it is so, by the platform's clock, as far as this connection has seen.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>True when events went missing since it was told (see <see cref="PbxConnection.Gaps"/>): it may be otherwise by now.</summary>
    public bool IsStale { get; init; }

    /// <summary>The connection it was seen on.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The platform.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The presence in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{Extension} {Presence}";
}
