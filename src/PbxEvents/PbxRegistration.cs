namespace PbxEvents;

/// <summary>Whether a phone or a trunk is registered, as last reported by the platform. Immutable.</summary>
public sealed record PbxRegistration
{
    /// <summary>The extension; for a trunk its name.</summary>
    public required string Extension { get; init; }

    /// <summary>True when it is registered.</summary>
    public required bool IsRegistered { get; init; }

    /// <summary>Since when, by the platform's clock, as far as this connection has seen.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The platform's name of the last event that reported it.</summary>
    public string LastEvent { get; init; } = "";

    /// <summary>True when events were missed since then (see <see cref="PbxConnection.Gaps"/>): it may be outdated.</summary>
    public bool IsStale { get; init; }

    /// <summary>The connection it was seen on.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The platform.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The registration in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{Extension} {(IsRegistered ? "registered" : "not registered")}";
}
