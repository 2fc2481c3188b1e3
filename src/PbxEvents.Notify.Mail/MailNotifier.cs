using System.Net;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;

namespace PbxEvents.Notify.Mail;

/// <summary>Sends mails of plain text: there is no HTML in them that a caller's name could be part of.</summary>
internal sealed class MailNotifier : INotifier
{
    private const int MaxSubject = 200;
    private const int MaxText = 100_000;

    private readonly MailOptions _mail;
    private readonly TransportOptions _transport;
    private readonly TlsRules _tls;
    private readonly MailboxAddress _from;
    private readonly MailboxAddress[] _to;
    private readonly MailboxAddress[] _cc;

    /// <param name="mail">Server and receivers.</param>
    /// <param name="transport">Certificate and time.</param>
    /// <exception cref="PbxException">An address is none, or the options contradict each other.</exception>
    public MailNotifier(MailOptions mail, TransportOptions transport)
    {
        (_transport, _tls) = (transport, new TlsRules(transport));
        if (mail is { Tls: PbxMailTls.None, Password: not null })
        {
            throw NotifyFaults.Option("Tls", "A password was given without TLS: it would be sent unencrypted.",
                "Use TLS, or send without a password.");
        }
        _from = AddressOf(mail.From, "From");

        // A password without a user is the sender's own, as most mail services have it.
        _mail = mail with { UserName = mail.UserName ?? _from.Address };
        _to = [.. mail.To.Select(t => AddressOf(t, "To"))];
        _cc = [.. mail.Cc.Select(c => AddressOf(c, "Cc"))];
        Target = $"{string.Join(", ", _to.Concat(_cc).Select(a => a.Address))} by {mail.Server}:{Port}";
    }

    /// <inheritdoc/>
    public string Target { get; }

    private int Port => _mail.Port ?? _mail.Tls switch { PbxMailTls.StartTls => 587, PbxMailTls.Implicit => 465, _ => 25 };

    /// <inheritdoc/>
    public async Task<string> SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        using var message = MakeMessage(notification);
        using var limit = new CancellationTokenSource(_transport.ConnectTimeout, _transport.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var client = new RuledSmtpClient(_tls, _mail.Server);
        var faults = new MailFaults(_mail, Port, _tls);
        try
        {
            await ConnectAsync(client, faults, both.Token).ConfigureAwait(false);
            if (_mail.Password is { } password)
                await LogInAsync(client, password, faults, both.Token).ConfigureAwait(false);
            return await SendAsync(client, message, faults, both.Token).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception) when (limit.IsCancellationRequested)
        {
            throw faults.TimedOut(_transport.ConnectTimeout);
        }
    }

    private static MailboxAddress AddressOf(string text, string option)
    {
        // MimeKit takes a name alone, too, as a local mailbox. Nobody means that here.
        if (MailboxAddress.TryParse(text, out var address) && address.Address.IndexOf('@') > 0 && !address.Address.EndsWith('@'))
            return address;
        throw NotifyFaults.Option(option, $"'{VisibleText.OfValue(text)}' is not a mail address.", $"Give ‹{option}› as name@example.com.");
    }

    private async Task ConnectAsync(RuledSmtpClient client, MailFaults faults, CancellationToken cancellationToken)
    {
        try
        {
            var security = _mail.Tls switch
            {
                PbxMailTls.StartTls => SecureSocketOptions.StartTls,
                PbxMailTls.Implicit => SecureSocketOptions.SslOnConnect,
                _ => SecureSocketOptions.None,
            };
            await client.ConnectAsync(_mail.Server, Port, security, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw faults.Connecting(e);
        }
    }

    private async Task LogInAsync(RuledSmtpClient client, Secret password, MailFaults faults, CancellationToken cancellationToken)
    {
        try
        {
            await client.AuthenticateAsync(new NetworkCredential(_mail.UserName, password.Reveal()), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw faults.LoggingIn(e);
        }
    }

    private static async Task<string> SendAsync(RuledSmtpClient client, MimeMessage message, MailFaults faults, CancellationToken cancellationToken)
    {
        string answer;
        try
        {
            answer = await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw faults.Sending(e);
        }

        // The server has it. That it does not hear the goodbye makes no second mail.
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SmtpProtocolException or SmtpCommandException)
        {
            // It is gone already.
        }
        return VisibleText.OfValue(answer.ReplaceLineEndings(" "));
    }

    private MimeMessage MakeMessage(Notification notification)
    {
        var message = new MimeMessage();
        message.From.Add(_from);
        message.To.AddRange(_to);
        message.Cc.AddRange(_cc);
        message.Subject = TextCut.Cut(notification.Subject ?? "", MaxSubject);
        message.Date = _transport.Clock.GetLocalNow();

        // The same on each try: mail systems that look for it deliver one.
        message.MessageId = $"{notification.Key}@{_from.Domain}";

        // So that no absence note answers it.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body = new TextPart("plain") { Text = TextCut.Cut(notification.Text, MaxText) };
        return message;
    }
}
