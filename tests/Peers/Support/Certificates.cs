using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Tests.Peers.Support;

/// <summary>Real certificates, made when a test asks for them.</summary>
internal static class Certificates
{
    public static X509Certificate2 Valid() => SimulatorCertificate.Create();

    public static X509Certificate2 Expired() => SimulatorCertificate.Create(notAfter: DateTimeOffset.UtcNow.AddDays(-2));

    public static X509Certificate2 WithOtherName() => SimulatorCertificate.Create("elsewhere.invalid");

    /// <summary>A certificate for localhost that an authority has signed which nobody knows, and that authority.</summary>
    public static (X509Certificate2 Server, X509Certificate2 Authority) OfUnknownAuthority()
    {
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest("CN=Nobody's Authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var authority = authorityRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddMonths(6), RandomNumberGenerator.GetBytes(8));
        using var certificate = signed.CopyWithPrivateKey(key);
        return (X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null), authority);
    }
}
