using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PbxEvents.Simulator.Server;

/// <summary>Makes self-signed certificates in memory. Nothing is put in a store or a file.</summary>
internal static class SimulatorCertificate
{
    /// <summary>Makes a certificate for this machine.</summary>
    /// <param name="hostName">The name in it. Default <c>localhost</c>, together with 127.0.0.1.</param>
    /// <param name="notAfter">When it expires. Default in one year.</param>
    /// <returns>The certificate with its key.</returns>
    public static X509Certificate2 Create(string hostName = "localhost", DateTimeOffset? notAfter = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={hostName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(hostName);
        if (hostName == "localhost")
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var end = notAfter ?? DateTimeOffset.UtcNow.AddYears(1);
        var certificate = request.CreateSelfSigned(end.AddYears(-2), end);
        if (!OperatingSystem.IsWindows())
            return certificate;
        // Windows' TLS cannot use a key that lives in memory only.
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null);
    }
}
