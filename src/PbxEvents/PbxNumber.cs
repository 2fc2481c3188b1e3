namespace PbxEvents;

/// <summary>A telephone number as it was dialled, and in one standard form. Immutable.</summary>
public sealed record PbxNumber
{
    /// <summary>The number as it was dialled or shown; empty for a hidden caller.</summary>
    public required string Number { get; init; }

    /// <summary>
    /// The number in E.164 format, such as <c>+4520123456</c>; null when it cannot be dialled from abroad, such as an extension.
    /// </summary>
    public string? E164 { get; init; }

    /// <summary>The same for people to read, such as <c>+45 20 12 34 56</c>; null as <see cref="E164"/>.</summary>
    public string? International { get; init; }

    /// <summary>The country it belongs to, in two letters; null where it is not known.</summary>
    public string? Country { get; init; }

    /// <summary>True when there is an <see cref="E164"/>.</summary>
    public bool IsNormalized => E164 is not null;

    /// <summary>The number to work with.</summary>
    /// <returns><see cref="E164"/>, otherwise <see cref="Number"/>.</returns>
    public override string ToString() => E164 ?? Number;
}
