using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>OneCloud's failures in words, in one place (onecloud.md sections 2, 3 and 6).</summary>
internal static class OneCloudFaults
{
    // ---- options ---------------------------------------------------------------------------------------------------

    public static PbxException NoClientCredential() => OptionRules.Invalid(
        "A OneCloud login needs the id and the secret of a client application, too.",
        "Give both with ‹ClientCredential›; you get them from OneCloud's support.", "‹ClientCredential›");

    public static PbxException UselessClientCredential() => OptionRules.Invalid(
        "A ready token does not need a client application.", "Leave ‹ClientCredential› out, or give ‹Credential› with it.", "‹ClientCredential›");

    public static PbxException NoDomain() => OptionRules.Invalid(
        "It is not known whose events you want.", "Give the OneCloud domain with ‹Domain›.", "‹Domain›");

    public static PbxException SocketAddress(Uri server) => OptionRules.Invalid(
        "That is the address of the socket, which is detected automatically.", $"Give the API's address: https://{server.Host}/ns-api.", "‹Server›");

    // ---- HTTP ------------------------------------------------------------------------------------------------------

    /// <summary>Section 2: over the limit every request is answered 403. A refused credential says so in its body.</summary>
    public static bool IsBlock(HttpAnswer answer) => answer.Status is 403 or 429 && OAuthError(answer) is null;

    public static PbxException Blocked(HttpAnswer answer, string server, TimeSpan pause) => new(
        PbxErrorKind.AddressBlocked,
        $"{server} temporarily blocks this machine's address, because it sent too many requests.",
        "Nothing to do: it is tried again after growing pauses. Other programs at this address may be the cause.")
    { Target = server, Code = PlatformFaults.Code(answer), RetryAfter = answer.RetryAfter > pause ? answer.RetryAfter : pause };

    public static PbxException FromLogin(HttpAnswer answer, string server, string userName)
    {
        var error = OAuthError(answer);
        if (error is "invalid_client" or "unauthorized_client")
        {
            return new(PbxErrorKind.CredentialRefused, $"{server} refused the client application.",
                "Check the id and the secret in ‹ClientCredential›.")
            { Target = server, Code = PlatformFaults.Code(answer), IsPermanent = true };
        }
        if (answer.Status is 400 or 401 or 403)
        {
            return new(PbxErrorKind.CredentialRefused, $"{server} refused the login of '{userName}'{(error is null ? "." : $": {error}.")}",
                "Check ‹Credential› (the user name is extension@domain) and ‹ClientCredential›.")
            { Target = userName, Code = PlatformFaults.Code(answer), IsPermanent = true };
        }
        return PlatformFaults.FromHttp(answer, server, "logging in");
    }

    public static PbxException MfaRequired(HttpAnswer answer, string server, string userName) => PlatformFaults.MfaRequired(
        answer, server, userName, "Use a user without a second factor, or get the token yourself and give it with ‹AccessToken› or ‹TokenProvider›.");

    // ---- call records ----------------------------------------------------------------------------------------------

    /// <summary>The whole domain takes the scope Office Manager (history/onecloud-history.md section 2).</summary>
    public static PbxException NoRight(string server, string what, OneCloudTicket ticket, HttpAnswer? answer = null) => new(
        PbxErrorKind.PermissionDenied,
        $"{server} does not give {what} of the domain '{ticket.Domain}' to {ticket.Uid ?? "this token"}{(ticket.Scope is null ? "" : $" (scope {ticket.Scope})")}.",
        "Use a user with the scope Office Manager, or give this one that scope.")
    { Target = ticket.Domain, Code = answer is null ? null : PlatformFaults.Code(answer), IsPermanent = true };

    public static PbxException NoRecords(HttpAnswer answer, string server, string what) => new(
        PbxErrorKind.NotSupported, $"{server} answered {answer} when asked for {what}.",
        "This needs version 2 of the API. Check the address with ‹Server›, and ‹Domain›.")
    { Target = server, Code = PlatformFaults.Code(answer), IsPermanent = true };

    public static PbxException NoList(string server, string what) => new(
        PbxErrorKind.ServerError, $"{server} answered with something other than a list when asked for {what}.", "Check the address with ‹Server›.")
    { Target = server };

    public static PbxException NotFiltered(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned call records of a different time than requested.",
        "Report it to OneCloud's support: it ignores the requested time of the call records.")
    { Target = server };

    public static PbxException TooManyRecords(string server, DateTimeOffset from, DateTimeOffset to) => new(
        PbxErrorKind.ServerError, $"{server} returned endless call records for {from.ToLocalTime():yyyy-MM-dd HH:mm:ss} to {to.ToLocalTime():yyyy-MM-dd HH:mm:ss}.", "Report it to OneCloud's support.")
    { Target = server };

    // ---- the socket ------------------------------------------------------------------------------------------------

    public static PbxException TokenRefused(string server, string? words) => PlatformFaults.TokenRefused(server, words,
        "Give a valid one. An access token is valid for one hour; ‹Credential› with ‹ClientCredential›, or ‹TokenProvider›, renew it.");

    public static PbxException Refused(OneCloudTopic topic, string? words) => new(
        PbxErrorKind.CredentialRefused,
        $"OneCloud refused the subscription {topic}, also with a fresh token{PlatformFaults.Said(words)}",
        "Check that the user may see that extension or queue, and that ‹Domain› is right.")
    { Target = topic.ToString() };

    public static PbxException NotConfirmed(OneCloudTopic topic, OneCloudTicket ticket, TimeSpan after, bool wasRenewed) => new(
        PbxErrorKind.SubscriptionTimeout,
        $"OneCloud did not confirm the subscription {topic} of the domain '{ticket.Domain}' within {after.TotalSeconds:0} s"
            + (wasRenewed ? ", also with a fresh token." : "; the token may have expired.") + " It never says why.",
        $"Check that {topic.Filter ?? "it"} exists in '{ticket.Domain}'"
            + (ticket.Uid is null ? " and that the token is valid for that domain." : $"; the token belongs to {ticket.Uid} ({ticket.Scope})."))
    { Target = topic.ToString() };

    public static PbxException NotRestored(string server, OneCloudTopic topic, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout,
        $"{server} did not confirm the subscription {topic}, which it had confirmed before, within {after.TotalSeconds:0} s, also with a fresh token.",
        "Nothing to do: it is tried again on a new link.")
    { Target = topic.ToString() };

    public static PbxException Silent(string server, TimeSpan after) => new(
        PbxErrorKind.Timeout, $"{server} accepted the connection but confirmed none of the subscriptions within {after.TotalSeconds:0} s, also with a fresh token.",
        "Nothing to do: the connection is tried again.")
    { Target = server };

    public static PbxException SubscriptionsLost(string server, string? words) => new(
        PbxErrorKind.LinkLost,
        $"{server} reported a subscription error long after the subscriptions were in place{PlatformFaults.Said(words)}",
        "Nothing to do: the connection is restored with a fresh token.")
    { Target = server };

    public static PbxException UnexplainedError(string server, string? words) => new(
        PbxErrorKind.ServerError,
        $"{server} reported a subscription error although every subscription is confirmed{PlatformFaults.Said(words)}",
        "If events are missing, check the permissions of the user.")
    { Target = server };

    public static PbxException OtherDomain(string asked, string tokens) => new(
        PbxErrorKind.PermissionDenied, $"The token belongs to the domain '{tokens}', but the events of '{asked}' were requested.",
        "OneCloud may confirm such subscriptions and send nothing. Check ‹Domain›.")
    { Target = asked };

    public static PbxException OtherExtension(OneCloudTopic topic, OneCloudTicket ticket) => new(
        PbxErrorKind.PermissionDenied, $"The token has the scope '{ticket.Scope}' and belongs to {ticket.Uid}; {topic} may not be accessible with it.",
        "OneCloud may confirm such subscriptions and send nothing. A user with the scope Office Manager sees the whole domain.")
    { Target = topic.ToString() };

    // ---- subscriptions ---------------------------------------------------------------------------------------------

    public static PbxException FilterMissing(string asked, string parameter, string what) => OptionRules.Invalid(
        $"OneCloud provides {asked} only for {what} that you name.", $"Name one or more with {parameter}.", parameter);

    public static PbxException NotAnExtension(string extension) => OptionRules.Invalid(
        $"'{extension}' is not an extension.", "Give only the extension, such as 1001; the domain is added automatically.", "‹Extension›");

    public static PbxException NoTenants() => OptionRules.Invalid(
        "A OneCloud connection sees one domain.", "Leave ‹Tenant› out; connect once for each domain, with ‹Domain›.", "‹Tenant›");

    private static string? OAuthError(HttpAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        foreach (var known in (string[])["invalid_grant", "invalid_client", "unauthorized_client"])
        {
            if (text.Contains(known, StringComparison.OrdinalIgnoreCase))
                return known;
        }
        return null;
    }
}
