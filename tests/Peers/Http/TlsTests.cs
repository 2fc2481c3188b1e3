using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Simulator.Server;
using PbxEvents.Tests.Peers.Support;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.Http;

/// <summary>Certificates, judged alike over HTTP and over WebSocket.</summary>
public sealed class TlsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_self_signed_certificate_is_refused_by_that_name(bool isWebSocket) =>
        Assert.Contains("self-signed", (await RefusalAsync(Certificates.Valid(), new TransportOptions(), isWebSocket)).Message);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_expired_certificate_is_refused_with_its_date(bool isWebSocket)
    {
        var certificate = Certificates.Expired();
        var fault = await RefusalAsync(certificate, new TransportOptions(), isWebSocket);

        Assert.Contains($"expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}", fault.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certificate_for_another_name_is_refused_with_both_names(bool isWebSocket) =>
        Assert.Contains("for elsewhere.invalid, not for localhost",
            (await RefusalAsync(Certificates.WithOtherName(), new TransportOptions(), isWebSocket)).Message);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_certificate_of_an_unknown_authority_is_refused_with_its_name(bool isWebSocket)
    {
        var (certificate, authority) = Certificates.OfUnknownAuthority();

        Assert.Contains("untrusted issuer Nobody's Authority", (await RefusalAsync(certificate, new TransportOptions(), isWebSocket)).Message);

        // A pin names the server's certificate, not one that signed it.
        var pin = new TransportOptions { CertificateThumbprint = authority.GetCertHashString(HashAlgorithmName.SHA256) };
        Assert.Contains("not the pinned one", (await RefusalAsync(certificate, pin, isWebSocket)).Message);
        await AssertTakenAsync(certificate, pin with { CertificateThumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256) }, isWebSocket);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_pinned_certificate_is_taken_whoever_signed_it_and_whatever_it_says(bool isWebSocket, bool isSha256)
    {
        var certificate = Certificates.Expired();
        var pin = certificate.GetCertHashString(isSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        var pasted = "\u200e" + string.Join(':', pin.Chunk(2).Select(p => new string(p))).ToLowerInvariant();

        await AssertTakenAsync(certificate, new TransportOptions { CertificateThumbprint = pasted }, isWebSocket);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_certificate_than_the_pinned_one_is_refused(bool isWebSocket)
    {
        var options = new TransportOptions { CertificateThumbprint = Certificates.Valid().GetCertHashString(HashAlgorithmName.SHA256), SkipCertificateCheck = true };

        Assert.Contains("not the pinned one", (await RefusalAsync(Certificates.Valid(), options, isWebSocket)).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Skipping_the_check_takes_any_certificate(bool isWebSocket) =>
        await AssertTakenAsync(Certificates.WithOtherName(), new TransportOptions { SkipCertificateCheck = true }, isWebSocket);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_port_without_tls_is_named_as_such(bool isWebSocket)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var refusal = RefusalAsync(((IPEndPoint)server.LocalEndpoint).Port, new TransportOptions(), isWebSocket);
        using var client = await server.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync("220 mail.example ESMTP\r\n"u8.ToArray());

        Assert.Contains("does not speak TLS", (await refusal).Message);
    }

    [Fact]
    public async Task Socket_io_is_under_the_same_rules_and_tries_no_other_way()
    {
        var connections = 0;
        await using var server = TestServer.Start(_ => TestServer.Answer(200, $"{Interlocked.Increment(ref connections)}"), Certificates.Valid());
        var target = new LinkTarget { Uri = new Uri($"https://localhost:{server.Port}"), Kind = LinkKind.SocketIo };
        await using var link = new LinkFactory(new TransportOptions()).Create(1, target, new RecordingSink());

        Assert.Equal(PbxErrorKind.TlsFailed, (await Assert.ThrowsAsync<PbxException>(() => link.OpenAsync(default))).Kind);
        Assert.Equal(0, connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12 34")]
    [InlineData("not a thumbprint at all, but forty letters")]
    public void A_thumbprint_that_is_none_is_refused_at_once(string thumbprint) =>
        Assert.Equal(PbxErrorKind.InvalidOption, Assert.Throws<PbxException>(
            () => new LinkFactory(new TransportOptions { CertificateThumbprint = thumbprint })).Kind);

    private static async Task<PbxException> RefusalAsync(X509Certificate2 certificate, TransportOptions options, bool isWebSocket)
    {
        await using var server = StartServer(certificate);
        return await RefusalAsync(server.Port, options, isWebSocket);
    }

    private static async Task<PbxException> RefusalAsync(int port, TransportOptions options, bool isWebSocket)
    {
        var fault = await Assert.ThrowsAsync<PbxException>(() => ConnectAsync(port, options, isWebSocket));
        Assert.Equal(PbxErrorKind.TlsFailed, fault.Kind);
        Assert.Equal("localhost", fault.Target);
        return fault;
    }

    private static async Task AssertTakenAsync(X509Certificate2 certificate, TransportOptions options, bool isWebSocket)
    {
        await using var server = StartServer(certificate);
        Assert.Equal("ok", await ConnectAsync(server.Port, options, isWebSocket));
    }

    private static LoopbackServer StartServer(X509Certificate2 certificate) => TestServer.Start(
        request => request.IsWebSocket ? ServerResponse.Upgrade(socket => socket.WriteAsync("ok")) : TestServer.Answer(200, "ok"), certificate);

    /// <summary>What the server says.</summary>
    private static async Task<string> ConnectAsync(int port, TransportOptions options, bool isWebSocket)
    {
        if (isWebSocket)
        {
            var sink = new RecordingSink();
            await using var link = new LinkFactory(options).Create(1, new LinkTarget { Uri = new Uri($"wss://localhost:{port}/") }, sink);
            await link.OpenAsync(default);
            link.Start();
            return await sink.NextTextAsync();
        }

        using var http = new HttpTransport(options);
        return Encoding.UTF8.GetString((await http.SendAsync(new HttpCall("GET", new Uri($"https://localhost:{port}/")), default)).Body.Span);
    }
}
