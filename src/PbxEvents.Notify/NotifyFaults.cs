using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify;

/// <summary>Why a notification was not taken, in one place, so that it reads alike. No text holds a secret.</summary>
internal static class NotifyFaults
{
    private const int MaxAnswer = 300;

    public static PbxException Option(string option, string what, string advice) =>
        new(PbxErrorKind.InvalidOption, what, advice) { Target = option, IsPermanent = true };

    /// <summary>An HTTP answer that is no success.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="target">Who was told.</param>
    /// <param name="words">What the server said, without anything secret.</param>
    public static PbxException Refused(HttpAnswer answer, string target, string words) => new(
        KindOf(answer.Status),
        $"{target} did not accept the notification (HTTP {answer.Status}){Said(words)}.",
        answer.Status switch
        {
            >= 300 and < 400 => "It redirects elsewhere, which is not followed: give the address that it redirects to.",
            401 or 403 => "Check the address and the login; a webhook whose address has leaked is often disabled.",
            404 or 410 => "The webhook no longer exists: create a new one, and give its address.",
            408 => "Try again later.",
            413 => "The notification is too long for it: shorten it.",
            429 => "It asks for fewer notifications: try again later.",
            >= 500 => "Try again later.",
            _ => "Its answer says what is wrong; a retry would be refused again.",
        })
    { Target = target, Code = answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), RetryAfter = answer.RetryAfter, IsPermanent = IsPermanent(answer.Status) };

    /// <summary>What an HTTP answer that is no success means.</summary>
    public static PbxErrorKind KindOf(int status) => status switch
    {
        401 => PbxErrorKind.CredentialRefused,
        403 => PbxErrorKind.PermissionDenied,
        408 => PbxErrorKind.Timeout,
        429 => PbxErrorKind.RateLimited,
        >= 500 => PbxErrorKind.ServerError,
        _ => PbxErrorKind.RequestRefused,
    };

    /// <summary>A server's words as the end of a sentence; empty for none.</summary>
    public static string Said(string words) => string.IsNullOrWhiteSpace(words) ? "" : $": {TextCut.Cut(words.ReplaceLineEndings(" ").Trim(), MaxAnswer)}";

    /// <summary>True for an answer that the same request would get again.</summary>
    public static bool IsPermanent(int status) => status is >= 300 and < 500 and not (408 or 429);

    /// <summary>The connection ended without an answer.</summary>
    public static PbxException NoAnswer(string target, Exception cause) => new(
        PbxErrorKind.HandshakeFailed, $"{target} closed the connection, or its answer makes no sense.", "Check host and port, and whether the port wants TLS.", cause)
    { Target = target };
}
