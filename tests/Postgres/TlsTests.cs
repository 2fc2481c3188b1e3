using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PbxEvents.Journal;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Tests.Postgres;

/// <summary>A server whose certificate nobody vouches for is believed only when one says so; one that is vouched for, by its own name.</summary>
public sealed class TlsTests
{
    /// <summary>By it, a file with the authority's certificate is named. It is of this process: one test at a time.</summary>
    private const string Root = "PGSSLROOTCERT";

    [Fact]
    public async Task Only_a_server_with_the_right_certificate_for_its_name_is_told_anything()
    {
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await PostgresServer.StartAsync(
            s =>
            {
                using var key = RSA.Create(2048);
                var request = new CertificateRequest("CN=db", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                var names = new SubjectAlternativeNameBuilder();
                names.AddIpAddress(IPAddress.Loopback);
                request.CertificateExtensions.Add(names.Build());
                using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3, 4]);
                File.WriteAllText(Path.Combine(s.Data, "server.crt"), certificate.ExportCertificatePem());
                File.WriteAllText(Path.Combine(s.Data, "server.key"), key.ExportPkcs8PrivateKeyPem());
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(Path.Combine(s.Data, "server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            },
            "ssl=on", "fsync=off");
        var at = SharedServer.At(server, await server.MakeDatabaseAsync());
        Assert.Equal(PbxErrorKind.TlsFailed, Refusal(at with { SslMode = PbxSslMode.VerifyFull }).Kind);
        Assert.Equal(PbxErrorKind.TlsFailed, Refusal(at with { SslMode = PbxSslMode.VerifyCA }).Kind);
        await using (ServerJournal.Open(at with { SslMode = PbxSslMode.Require }))
        {
        }
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, authority.ExportCertificatePem());
        Environment.SetEnvironmentVariable(Root, file);
        try
        {
            await using (ServerJournal.Open(at with { SslMode = PbxSslMode.VerifyFull }))
            {
            }
            Assert.Equal(PbxErrorKind.TlsFailed, Refusal(at with { Host = "localhost", SslMode = PbxSslMode.VerifyFull }).Kind);
            await using (ServerJournal.Open(at with { Host = "localhost", SslMode = PbxSslMode.VerifyCA }))
            {
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(Root, null);
            File.Delete(file);
        }
    }

    private static PbxException Refusal(JournalServer server) => Assert.Throws<PbxException>(() => ServerJournal.Open(server));
}
