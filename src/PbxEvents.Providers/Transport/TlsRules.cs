using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport;

/// <summary>
/// The one place that decides about a server's certificate: verified as usual, pinned to a thumbprint, or taken unseen. It
/// remembers why it refused, because the exception that .NET throws afterwards does not say.
/// </summary>
internal sealed class TlsRules
{
    private const X509ChainStatusFlags Revoked = X509ChainStatusFlags.Revoked | X509ChainStatusFlags.ExplicitDistrust;

    /// <summary>
    /// How long asking the issuers for their lists of revoked certificates may hold up a connection. Behind a firewall that
    /// swallows the question this is waited for at each connection.
    /// </summary>
    private static readonly TimeSpan RevocationTimeout = TimeSpan.FromSeconds(3);

    private readonly string? _thumbprint;
    private readonly bool _skip;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, (string Reason, string? Thumbprint)> _refusals = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the rules.</summary>
    /// <param name="options">Where they stand.</param>
    /// <exception cref="PbxException">The thumbprint is none.</exception>
    public TlsRules(TransportOptions options)
    {
        _thumbprint = options.CertificateThumbprint is null ? null : Normalize(options.CertificateThumbprint);
        _skip = options.SkipCertificateCheck;
        _clock = options.Clock;
    }

    /// <summary>What SslStream needs.</summary>
    /// <returns>Fresh options.</returns>
    public SslClientAuthenticationOptions CreateOptions() => new()
    {
        // .NET's default asks nobody about revocation. An issuer that cannot be reached is no reason to refuse: a PBX often
        // stands where its issuer is out of reach.
        CertificateChainPolicy = _skip || _thumbprint is not null ? null : new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.Online,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            VerificationFlags = X509VerificationFlags.IgnoreEndRevocationUnknown | X509VerificationFlags.IgnoreCertificateAuthorityRevocationUnknown,
            UrlRetrievalTimeout = RevocationTimeout,
        },
        RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            IsAccepted((sender as SslStream)?.TargetHostName ?? "", certificate, chain, errors),
    };

    /// <summary>Why the last certificate of this host was refused; nothing when none was.</summary>
    /// <param name="host">The host.</param>
    /// <returns>The reason as half a sentence, and the SHA-256 thumbprint of what was shown.</returns>
    public (string? Reason, string? Thumbprint) WhyRefused(string host) => _refusals.GetValueOrDefault(host.Trim('[', ']'));

    private static string Normalize(string text)
    {
        // People paste thumbprints with colons, spaces, and the invisible mark that Windows' certificate dialog puts in front.
        var hex = string.Concat(text.Where(char.IsAsciiHexDigit)).ToUpperInvariant();
        if (hex.Length is 40 or 64 && !text.Any(c => char.IsAsciiLetter(c) && !char.IsAsciiHexDigit(c)))
            return hex;
        throw new PbxException(PbxErrorKind.InvalidOption,
            "The certificate thumbprint is neither a SHA-1 (40 hex digits) nor a SHA-256 (64 hex digits) thumbprint.",
            "Copy the thumbprint of the server's certificate.")
        { Target = "CertificateThumbprint", IsPermanent = true };
    }

    /// <summary>Judges a certificate, and remembers why it was refused.</summary>
    /// <param name="host">The host that was asked for.</param>
    /// <param name="certificate">What it showed; null for nothing.</param>
    /// <param name="chain">The chain, built by the policy of <see cref="CreateOptions"/>.</param>
    /// <param name="errors">What .NET says about it.</param>
    /// <returns>True when it is accepted.</returns>
    public bool IsAccepted(string host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var reason = Judge(host, certificate, chain, errors);
        if (reason is null)
            _refusals.TryRemove(host.Trim('[', ']'), out _);
        else
            _refusals[host.Trim('[', ']')] = (reason, certificate?.GetCertHashString(HashAlgorithmName.SHA256));
        return reason is null;
    }

    private string? Judge(string host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return "the server showed no certificate";
        if (_thumbprint is not null)
        {
            var shown = certificate.GetCertHashString(_thumbprint.Length == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
            return shown == _thumbprint ? null : $"the certificate is not the pinned one (its thumbprint is {shown})";
        }

        if (_skip || errors == SslPolicyErrors.None)
            return null;
        using var shownCertificate = new X509Certificate2(certificate);
        var reasons = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            reasons.Add(JudgeChain(shownCertificate, chain));
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            reasons.Add($"the certificate is for {shownCertificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)}, not for {host} (wrong name)");
        return string.Join("; ", reasons);
    }

    private static bool IsRevoked(X509ChainElement element) => element.ChainElementStatus.Any(s => (s.Status & Revoked) != 0);

    private string JudgeChain(X509Certificate2 certificate, X509Chain? chain)
    {
        var now = _clock.GetUtcNow();
        var from = certificate.NotBefore.ToUniversalTime();
        var to = certificate.NotAfter.ToUniversalTime();
        if (to < now)
            return $"the certificate expired on {to:yyyy-MM-dd}";
        if (from > now)
            return $"the certificate is not valid before {from:yyyy-MM-dd}";
        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        if ((status & Revoked) != 0)
            return IsRevoked(chain!.ChainElements[0]) ? "the certificate is revoked" : "a certificate above the server's is revoked";
        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
            return "a certificate above the server's has expired";
        if (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
            return "the certificate is self-signed";
        return (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
            ? $"the certificate is not signed by anyone this machine trusts (untrusted issuer {certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true)})"
            : $"the certificate's chain is not valid ({status})";
    }
}
