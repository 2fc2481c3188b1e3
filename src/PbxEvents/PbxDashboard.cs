namespace PbxEvents;

/// <summary>A page on this machine that shows what happens now, as it stood when somebody looked. Immutable.</summary>
public sealed record PbxDashboard
{
    /// <summary>Where a browser on this machine finds it. Who knows the address can read the page: it has the token in it.</summary>
    public required Uri Address { get; init; }

    /// <summary>The port, on loopback.</summary>
    public required int Port { get; init; }

    /// <summary>The file that keeps the token, so that the address stays the same; null when the token ends with the page.</summary>
    public string? TokenPath { get; init; }

    /// <summary>How many browsers look now.</summary>
    public required int Viewers { get; init; }

    /// <summary>When it was started, by this machine's clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Where it is, without the token.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"Dashboard on port {Port}";
}
