using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>TelecomX's failures in words, in one place (telecomx.md sections 2 and 6).</summary>
internal static class TelecomXFaults
{
    public static PbxException FromLogin(HttpAnswer answer, string server, string userName)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        if (text.Contains("smsKey", StringComparison.OrdinalIgnoreCase) || text.Contains("authenticatorToken", StringComparison.OrdinalIgnoreCase))
            return PlatformFaults.MfaRequired(answer, server, userName, "Use a machine token with ‹AccessToken› and ‹Customer›.");
        if (text.Contains("blacklisted", StringComparison.OrdinalIgnoreCase))
        {
            return new(PbxErrorKind.AddressBlocked, $"{server} has blacklisted this machine's address.",
                "Ask TelecomX's support to remove it.")
            { Target = server, Code = PlatformFaults.Code(answer), IsPermanent = true };
        }
        if (answer.Status is 400 or 401 or 403)
        {
            return new(PbxErrorKind.CredentialRefused, $"{server} refused the user name or the password of '{userName}'.",
                "Check both with ‹Credential›; the user name is a mail address.")
            { Target = userName, Code = PlatformFaults.Code(answer), IsPermanent = true };
        }
        return PlatformFaults.FromHttp(answer, server, "logging in");
    }

    public static PbxException TokenRefused(string server) => PlatformFaults.TokenRefused(
        server, null, "Give a valid one with ‹AccessToken›. A token can expire, be removed, or be bound to another address.");

    public static PbxException NotAuthenticated(string server, TimeSpan after) => new(
        PbxErrorKind.Timeout, $"{server} did not answer 'authenticate' within {after.TotalSeconds:0} s, although it says the token is valid.",
        "Nothing to do: the connection is tried again.")
    { Target = server };

    public static PbxException NotRestored(string server, string channel, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout, $"{server} did not confirm the channel {channel}, which it had confirmed before, within {after.TotalSeconds:0} s.",
        "Nothing to do: it is tried again on a new link with a fresh token.")
    { Target = channel };

    public static PbxException NotConfirmed(string channel, string customer, string? level, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout,
        $"TelecomX did not confirm the channel {channel} of customer '{customer}' within {after.TotalSeconds:0} s. It never says why.",
        $"Check that '{customer}' is a customer that this credential may see, and that its level is {TelecomXTopics.LevelOf(channel)} or higher"
            + (level is null ? "." : $" (it is {level})."))
    { Target = channel };

    public static PbxException LevelTooLow(string channel, string level) => new(
        PbxErrorKind.PermissionDenied, $"The channel {channel} needs the access level {TelecomXTopics.LevelOf(channel)}; this login has {level}.",
        $"Give the login's employee the level {TelecomXTopics.LevelOf(channel)} or a higher one at TelecomX, then connect again.")
    { Target = channel, IsPermanent = true };

    // ---- call records ----------------------------------------------------------------------------------------------

    /// <summary>The rights of history/telecomx-history.md section 2.</summary>
    public static PbxException NoRecordRight(HttpAnswer answer, string server, string what, string? level) => new(
        PbxErrorKind.PermissionDenied, $"{server} does not give {what} to this login{(level is null ? "" : $", whose access level is {level}")}.",
        "Give the login's employee the level VIEWER or a higher one at TelecomX (PERSONAL reads its own calls), and check ‹Customer›.")
    { Target = server, Code = PlatformFaults.Code(answer), IsPermanent = true };

    /// <summary>Section 8: 422 names the parameter that is wrong.</summary>
    public static PbxException NoRecords(HttpAnswer answer, string server, string what) => new(
        PbxErrorKind.NotSupported, $"{server} answered {answer} when asked for {what}{PlatformFaults.Said(Excerpt(answer))}",
        "Check the address with ‹Server›, and ‹Customer›.")
    { Target = server, Code = PlatformFaults.Code(answer), IsPermanent = true };

    public static PbxException NoList(string server, string what) => new(
        PbxErrorKind.ServerError, $"{server} answered with something other than a list when asked for {what}.", "Check the address with ‹Server›.")
    { Target = server };

    public static PbxException UnreadableRecords(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned only call records without a call or its times.",
        "Report it to TelecomX's support: records need channelId or _id, started and ended.")
    { Target = server };

    public static PbxException NotFiltered(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned call records of a different time than requested.",
        "Report it to TelecomX's support: it ignores the requested time of the call records.")
    { Target = server };

    public static PbxException SamePage(string server, string what) => new(
        PbxErrorKind.ServerError, $"{server} returned the same page again instead of the next one of {what}.",
        "Report it to TelecomX's support: it ignores the offset.")
    { Target = server };

    public static PbxException TooManyRecords(string server, string what, int count) => new(
        PbxErrorKind.ServerError, $"{server} returned more than {count} rows for a few hours when asked for {what}.",
        "Request a shorter time.")
    { Target = server };

    private static string? Excerpt(HttpAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, 200)]).Trim();
        return text.Length == 0 ? null : $"{VisibleText.OfValue(text)}.";
    }

    // ---- requests --------------------------------------------------------------------------------------------------

    public static PbxException RequestRefused(string request, string? to, string? why) => new(
        PbxErrorKind.RequestRefused, $"TelecomX refused the request '{request}' to {to}{PlatformFaults.Said(why)}",
        "Check the employee's id, and that this credential has access to that employee.")
    { Target = request };

    public static PbxException NotARequest(string name) => new(
        PbxErrorKind.NotSupported, $"'{name}' is not a REQUEST event, so nobody is waiting for an answer.", "Pipe REQUEST events into Send-PbxReply.")
    { Target = name, IsPermanent = true };

    public static PbxException NoReceiver() => OptionRules.Invalid(
        "A TelecomX request needs a recipient.", "Give the employee's id with ‹To›.", "‹To›");
}
