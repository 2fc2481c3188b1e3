using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;

/// <summary>An authority with everything that belongs to it: an intermediate one, servers' certificates, lists of revoked ones.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;
    private readonly CertificateRevocationListBuilder _rootList = new CertificateRevocationListBuilder();
    private readonly CertificateRevocationListBuilder _intermediateList = new CertificateRevocationListBuilder();
    private readonly TcpListener _lists = new TcpListener(IPAddress.Loopback, 0);

    public TestAuthority(bool revokesIntermediate)
    {
        _lists.Start();
        _root = Sign("CN=Test Root", null, null, "root");
        _intermediate = Sign("CN=Test Intermediate", _root, "root.crl", "intermediate");
        if (revokesIntermediate)
            _rootList.AddEntry(_intermediate);
        _ = ServeListsAsync();
    }

    public string RootPem { get { return _root.ExportCertificatePem(); } }

    public int ListsServed { get; private set; }

    /// <summary>A server's certificate.</summary>
    public X509Certificate2 Issue(string name, DateTimeOffset notAfter, bool isRevoked)
    {
        var certificate = Sign("CN=" + name, _intermediate, "intermediate.crl", null, name, notAfter);
        if (isRevoked)
            _intermediateList.AddEntry(certificate);
        return certificate;
    }

    /// <summary>Answers every TLS client with this certificate and its chain, and closes. Returns the port.</summary>
    public int Serve(X509Certificate2 certificate)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var chain = SslStreamCertificateContext.Create(certificate, new X509Certificate2Collection(_intermediate), offline: true);
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                _ = Task.Run(async () =>
                {
                    using (client)
                    using (var tls = new SslStream(client.GetStream()))
                    {
                        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = chain });
                        await tls.ReadAsync(new byte[4096]);
                        await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 418 I am a teapot\r\nContent-Length: 0\r\n\r\n"));
                    }
                });
            }
        });
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        _lists.Stop();
    }

    private X509Certificate2 Sign(string subject, X509Certificate2 issuer, string list, string authority, string host = null, DateTimeOffset? notAfter = null)
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority != null, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (authority != null)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        if (host != null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
        }
        if (list != null)
        {
            var address = "http://127.0.0.1:" + ((IPEndPoint)_lists.LocalEndpoint).Port + "/" + Guid.NewGuid().ToString("N") + "/" + list;
            request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(new[] { address }));
        }
        var to = notAfter ?? DateTimeOffset.UtcNow.AddYears(issuer == null ? 2 : 1);
        var from = DateTimeOffset.UtcNow.AddDays(-30);
        if (issuer == null)
            return request.CreateSelfSigned(from, to);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
        using (var signed = request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8)))
            return signed.CopyWithPrivateKey(key);
    }

    private async Task ServeListsAsync()
    {
        while (true)
        {
            using (var client = await _lists.AcceptTcpClientAsync())
            {
                var buffer = new byte[4096];
                var read = await client.GetStream().ReadAsync(buffer, 0, buffer.Length);
                var isRoot = Encoding.ASCII.GetString(buffer, 0, read).Contains("/root.crl");
                var list = (isRoot ? _rootList : _intermediateList).Build(
                    isRoot ? _root : _intermediate, 1, DateTimeOffset.UtcNow.AddDays(1), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                ListsServed++;
                var head = "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: " + list.Length + "\r\nConnection: close\r\n\r\n";
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
                await client.GetStream().WriteAsync(list);
            }
        }
    }
}
