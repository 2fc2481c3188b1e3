using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using PbxEvents.Providers.Transport;

namespace PbxEvents.Notify.Mail;

/// <summary>
/// The one place that turns what MailKit throws into what a person can act on, with the server's code and words. A code that begins with 5
/// is the server's word that the same again is of no use; one with 4 says to come again.
/// </summary>
/// <param name="mail">What was asked for.</param>
/// <param name="port">The port.</param>
/// <param name="tls">The rules that may have refused the certificate.</param>
internal sealed class MailFaults(MailOptions mail, int port, TlsRules tls)
{
    private readonly string _display = $"{mail.Server}:{port}";

    /// <summary>The way there did not open.</summary>
    public PbxException Connecting(Exception error) => error switch
    {
        NotSupportedException => new PbxException(PbxErrorKind.TlsNotOffered,
            $"The mail server {_display} does not offer STARTTLS. Nothing was sent.",
            "Check the port: 587 for STARTTLS, 465 for ‹Tls› Implicit. On a network of your own, ‹Tls› None sends unencrypted.", error)
        { Target = mail.Server },
        SmtpCommandException refused => Refused(refused, $"The mail server {_display} refuses the connection", "Its answer says why."),
        SslHandshakeException when mail.Tls == PbxMailTls.Implicit && tls.WhyRefused(mail.Server).Reason is null => new PbxException(PbxErrorKind.TlsFailed,
            $"No secure connection to {_display}: the port does not speak TLS from the first byte.", "Check the port: 465 for ‹Tls› Implicit, 587 for StartTls.", error)
        { Target = mail.Server },

        // Within it is what .NET said; MailKit's own text is half a page of guesses.
        SslHandshakeException tlsError => LinkFaults.Opening(tlsError.InnerException as System.Security.Authentication.AuthenticationException
            ?? new System.Security.Authentication.AuthenticationException(tlsError.Message, tlsError.InnerException), _display, mail.Server, tls),
        SocketException => LinkFaults.Opening(error, _display, mail.Server, tls),
        _ => NoSense(error),
    };

    /// <summary>The login did not work.</summary>
    public PbxException LoggingIn(Exception error) => error switch
    {
        AuthenticationException { InnerException: SmtpCommandException { StatusCode: var code } answer } => NoLogin((int)code, answer.Message, error),
        AuthenticationException => NoLogin(CodeIn(error.Message), error.Message, error),
        SmtpCommandException answer => NoLogin((int)answer.StatusCode, answer.Message, error),
        NotSupportedException => new PbxException(PbxErrorKind.NotSupported,
            $"The mail server {_display} offers no login method that is supported. Nothing was sent.",
            "Check the port (587 is for logins), or omit ‹Credential› if the server accepts mail without a login.", error)
        { Target = mail.Server, IsPermanent = true },
        _ => NoSense(error),
    };

    /// <summary>The mail was not taken.</summary>
    public PbxException Sending(Exception error) => error switch
    {
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } refused => Refused(refused,
            $"The mail server {_display} does not accept mail for {refused.Mailbox?.Address}. Nobody got this one",
            "Check the address, and whether the server requires a login (‹Credential›) to relay mail.", PbxErrorKind.RecipientRefused, refused.Mailbox?.Address),
        SmtpCommandException { ErrorCode: SmtpErrorCode.SenderNotAccepted } refused => Refused(refused,
            $"The mail server {_display} does not accept mail from {refused.Mailbox?.Address}",
            "Give ‹From› an address that the user may send as, and check whether the server requires a login (‹Credential›).", target: refused.Mailbox?.Address),
        SmtpCommandException refused => Refused(refused, $"The mail server {_display} did not accept the mail", "Its answer says why."),
        ServiceNotAuthenticatedException => new PbxException(PbxErrorKind.CredentialRefused,
            $"The mail server {_display} requires a login.", "Give ‹Credential›, or ‹SecretName›.", error)
        { Target = mail.Server, IsPermanent = true },
        NotSupportedException => new PbxException(PbxErrorKind.NotSupported,
            $"The mail server {_display} cannot send to or from addresses with letters like these.", "Use addresses in plain ASCII.", error)
        { Target = mail.Server, IsPermanent = true },
        _ => NoSense(error),
    };

    /// <summary>No answer came in time.</summary>
    public PbxException TimedOut(TimeSpan limit) => new(PbxErrorKind.Timeout,
        $"The mail server {_display} did not accept the mail within {limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s.",
        mail.Tls == PbxMailTls.Implicit
            ? "Check host and port, and whether a firewall drops the connection. A port that speaks STARTTLS does not answer either: 587 with ‹Tls› StartTls."
            : "Check host and port, and whether a firewall drops the connection. A port that speaks TLS from the first byte does not answer either: 465 with ‹Tls› Implicit.")
    { Target = mail.Server };

    private static bool IsPermanent(int code) => code is >= 500 and < 600;

    private static int CodeIn(string text) => text.Length > 3 && int.TryParse(text.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0;

    private static string Words(int code, string text)
    {
        var line = TextCut.Cut(text.ReplaceLineEndings(" ").Trim(), 300);
        var number = code.ToString(CultureInfo.InvariantCulture);
        return code == 0 || line.StartsWith(number, StringComparison.Ordinal) ? line : $"{number} {line}";
    }

    private PbxException NoLogin(int code, string text, Exception error) => new(PbxErrorKind.CredentialRefused,
        $"The mail server {_display} refused the login of {mail.UserName}: {Words(code, WithoutPassword(text))}.",
        code is >= 400 and < 500 ? "Try again later." : "Check user and password. Some services require a separate password for each program.", Bare(error))
    { Target = mail.UserName, Code = code == 0 ? null : code.ToString(CultureInfo.InvariantCulture), IsPermanent = code is not (>= 400 and < 500) };

    private PbxException Refused(SmtpCommandException error, string what, string advice, PbxErrorKind? kind = null, string? target = null)
    {
        var code = (int)error.StatusCode;
        return new PbxException(kind ?? (IsPermanent(code) ? PbxErrorKind.RequestRefused : PbxErrorKind.ServerError),
            $"{what}: {Words(code, WithoutPassword(error.Message))}.",
            IsPermanent(code) ? advice : $"{advice} It says to try again later.", Bare(error))
        { Target = target ?? mail.Server, Code = code.ToString(CultureInfo.InvariantCulture), IsPermanent = IsPermanent(code) };
    }

    private PbxException NoSense(Exception error) => Find<SocketException>(error) is { } socket
        ? LinkFaults.Opening(socket, _display, mail.Server, tls)
        : new PbxException(PbxErrorKind.HandshakeFailed,
            $"{_display} closed the connection, or does not answer as a mail server.", "Check host and port, and whether the port needs TLS from the first byte (‹Tls› Implicit).", Bare(error))
        { Target = mail.Server };

    private string WithoutPassword(string text) => mail.Password is { IsEmpty: false } password ? text.Replace(password.Reveal(), "********", StringComparison.Ordinal) : text;

    /// <summary>A cause goes along only where its text, which nobody here has looked at, cannot hold the password.</summary>
    private Exception? Bare(Exception error) => WithoutPassword(error.ToString()) == error.ToString() ? error : null;

    private static T? Find<T>(Exception? error)
        where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
                return found;
        }
        return null;
    }
}
