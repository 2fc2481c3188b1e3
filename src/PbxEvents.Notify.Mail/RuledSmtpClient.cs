using System.Net.Security;
using MailKit.Net.Smtp;
using PbxEvents.Providers.Transport;

namespace PbxEvents.Notify.Mail;

/// <summary>An SMTP client that judges a server's certificate as all connections of this project do.</summary>
internal sealed class RuledSmtpClient : SmtpClient
{
    private readonly TlsRules _tls;

    /// <param name="tls">The rules.</param>
    /// <param name="host">The server.</param>
    public RuledSmtpClient(TlsRules tls, string host)
    {
        _tls = tls;
        ServerCertificateValidationCallback = (_, certificate, chain, errors) => tls.IsAccepted(host, certificate, chain, errors);
    }

    /// <inheritdoc/>
    protected override SslClientAuthenticationOptions GetSslClientAuthenticationOptions(
        string host, RemoteCertificateValidationCallback remoteCertificateValidationCallback)
    {
        var options = _tls.CreateOptions();
        options.TargetHost = host;

        // The one given here remembers the certificate for the error, and asks ours in turn.
        options.RemoteCertificateValidationCallback = remoteCertificateValidationCallback;
        return options;
    }
}
