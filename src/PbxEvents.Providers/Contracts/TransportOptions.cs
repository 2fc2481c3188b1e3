using System.Net;

namespace PbxEvents.Providers.Contracts;

/// <summary>What holds for every socket and request of a connection. Immutable.</summary>
public sealed record TransportOptions
{
    /// <summary>The largest message that is read, in bytes; a larger one closes the link. Default 4 MB.</summary>
    public int MaxFrameBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long opening a link, or one HTTP request, may take. Default 20 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Accept exactly the certificate with this SHA-1 or SHA-256 thumbprint, whoever signed it, and no other; null to verify
    /// as usual.
    /// </summary>
    public string? CertificateThumbprint { get; init; }

    /// <summary>True to accept any certificate. Default false.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>The proxy; null for the system's.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>The proxy's credential; null for none.</summary>
    public NetworkCredential? ProxyCredential { get; init; }

    /// <summary>The User-Agent of every request. .NET sends none by itself, and Yeastar refuses requests without one.</summary>
    public string UserAgent { get; init; } = "PbxEvents";

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
