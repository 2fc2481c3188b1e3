using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>TelecomX's failures in words, in one place (telecomx.md sections 2 and 6).</summary>
internal static class TelecomXFaults
{
    public static PbxException FromLogin(HttpAnswer answer, string server, string userName)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        if (text.Contains("smsKey", StringComparison.OrdinalIgnoreCase) || text.Contains("authenticatorToken", StringComparison.OrdinalIgnoreCase))
        {
            return new(PbxErrorKind.MfaRequired, $"{server} asks '{userName}' for a second factor, which nobody can give at night.",
                "Use a machine token with -AccessToken and -Customer.")
            { Target = userName, Code = Code(answer), IsPermanent = true };
        }
        if (text.Contains("blacklisted", StringComparison.OrdinalIgnoreCase))
        {
            return new(PbxErrorKind.AddressBlocked, $"{server} has put this machine's address on its blacklist.",
                "Have TelecomX's support take it off.")
            { Target = server, Code = Code(answer), IsPermanent = true };
        }
        if (answer.Status is 400 or 401 or 403)
        {
            return new(PbxErrorKind.CredentialRefused, $"{server} refused the user name or the password of '{userName}'.",
                "Check both with -Credential; the user name is a mail address.")
            { Target = userName, Code = Code(answer), IsPermanent = true };
        }
        return FromHttp(answer, server, "logging in");
    }

    public static PbxException FromHttp(HttpAnswer answer, string server, string doing)
    {
        if (answer.Status == 429)
        {
            return new(PbxErrorKind.RateLimited, $"{server} asks for fewer requests ({doing}).", "Nothing to do: it is tried again later.")
            { Target = server, Code = Code(answer), RetryAfter = answer.RetryAfter ?? TimeSpan.FromSeconds(30) };
        }
        return new(PbxErrorKind.ServerError, $"{server} answered HTTP {answer.Status} while {doing}.",
            "If it stays so, check the address with -Server.")
        { Target = server, Code = Code(answer), RetryAfter = answer.RetryAfter };
    }

    public static PbxException NoLogin(string server) => new(
        PbxErrorKind.HandshakeFailed, $"{server} answered the login with something that holds no token.", "Check the address with -Server.")
    { Target = server };

    public static PbxException TokenRefused(string server) => new(
        PbxErrorKind.CredentialRefused, $"{server} does not accept the token.",
        "Give a valid one with -AccessToken. A token can end, be removed, or be tied to another address.")
    { Target = server, IsPermanent = true };

    public static PbxException NotAuthenticated(string server, TimeSpan after) => new(
        PbxErrorKind.Timeout, $"{server} did not answer 'authenticate' within {after.TotalSeconds:0} s, although it says the token is valid.",
        "Nothing to do: the connection is tried again.")
    { Target = server };

    public static PbxException LeftNamespace(string server) => new(
        PbxErrorKind.LinkLost, $"{server} ended the session.", "Nothing to do: it is restored by itself.")
    { Target = server };

    public static PbxException NotRestored(string server, string channel, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout, $"{server} did not confirm the channel {channel}, which it had confirmed before, within {after.TotalSeconds:0} s.",
        "Nothing to do: it is tried again on a new link with a fresh token.")
    { Target = channel };

    public static PbxException NotConfirmed(string channel, string customer, string? level, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout,
        $"TelecomX did not confirm the channel {channel} of customer '{customer}' within {after.TotalSeconds:0} s. It never says why.",
        $"Check that '{customer}' is a customer this credential may see, and that its level is {TelecomXTopics.LevelOf(channel)} or higher"
            + (level is null ? "." : $" (it is {level})."))
    { Target = channel };

    public static PbxException LevelTooLow(string channel, string level) => new(
        PbxErrorKind.PermissionDenied, $"The channel {channel} needs the access level {TelecomXTopics.LevelOf(channel)}; this login has {level}.",
        $"Give the login's employee the level {TelecomXTopics.LevelOf(channel)} or a higher one at TelecomX, then connect again.")
    { Target = channel, IsPermanent = true };

    public static PbxException UnknownEvent(string name) => new(
        PbxErrorKind.UnknownTopic, $"TelecomX has no event '{name}'.", "Get-PbxEventType -Provider TelecomX lists them all.")
    { Target = name, IsPermanent = true };

    public static PbxException RequestRefused(string request, string? to, string? why) => new(
        PbxErrorKind.RequestRefused, $"TelecomX refused the request '{request}' to {to}{(why is null ? "." : $": {why}")}",
        "Check the employee's id, and that this credential has access to that employee.")
    { Target = request };

    public static PbxException NotARequest(string name) => new(
        PbxErrorKind.NotSupported, $"'{name}' is no REQUEST event, so nobody waits for an answer.", "Pipe REQUEST events into Send-PbxReply.")
    { Target = name, IsPermanent = true };

    public static PbxException NoReceiver() => OptionRules.Invalid(
        "A TelecomX request needs somebody to go to.", "Give the employee's id with -To.", "-To");

    private static string Code(HttpAnswer answer) => answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
