using System.Globalization;
using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>OneCloud's failures in words, in one place (onecloud.md sections 2, 3 and 6).</summary>
internal static class OneCloudFaults
{
    // ---- options ---------------------------------------------------------------------------------------------------

    public static PbxException WaysToAuthenticate() => OptionRules.Invalid(
        "OneCloud needs exactly one of -Credential, -AccessToken and -TokenProvider.",
        "For a service, -Credential with -ClientCredential: a token alone lives one hour.", "-Credential");

    public static PbxException NoClientCredential() => OptionRules.Invalid(
        "A OneCloud login needs the id and the secret of a client application, too.",
        "Give both with -ClientCredential; OneCloud's support hands them out.", "-ClientCredential");

    public static PbxException UselessClientCredential() => OptionRules.Invalid(
        "A ready token needs no client application.", "Leave -ClientCredential out, or give -Credential with it.", "-ClientCredential");

    public static PbxException NoDomain() => OptionRules.Invalid(
        "Nothing says whose events are wanted.", "Give the OneCloud domain with -Domain.", "-Domain");

    public static PbxException SocketAddress(Uri server) => OptionRules.Invalid(
        "That is the address of the socket, which is found by itself.", $"Give the API's address: https://{server.Host}/ns-api.", "-Server");

    // ---- HTTP ------------------------------------------------------------------------------------------------------

    /// <summary>Section 2: over the limit every request is answered 403. A refused credential says so in its body.</summary>
    public static bool IsBlock(HttpAnswer answer) => answer.Status is 403 or 429 && OAuthError(answer) is null;

    public static PbxException Blocked(HttpAnswer answer, string server, TimeSpan pause) => new(
        PbxErrorKind.AddressBlocked,
        $"{server} blocks this machine's address for a while, because too many requests came from it.",
        "Nothing to do: it is tried again after growing pauses. Other programs at this address may cause it.")
    { Target = server, Code = Code(answer), RetryAfter = answer.RetryAfter > pause ? answer.RetryAfter : pause };

    public static PbxException FromLogin(HttpAnswer answer, string server, string userName)
    {
        var error = OAuthError(answer);
        if (error is "invalid_client" or "unauthorized_client")
        {
            return new(PbxErrorKind.CredentialRefused, $"{server} refused the client application.",
                "Check the id and the secret in -ClientCredential.")
            { Target = server, Code = Code(answer), IsPermanent = true };
        }
        if (answer.Status is 400 or 401 or 403)
        {
            return new(PbxErrorKind.CredentialRefused, $"{server} refused the login of '{userName}'{(error is null ? "." : $": {error}.")}",
                "Check -Credential (the user name is extension@domain) and -ClientCredential.")
            { Target = userName, Code = Code(answer), IsPermanent = true };
        }
        return FromHttp(answer, server, "logging in");
    }

    public static PbxException FromHttp(HttpAnswer answer, string server, string doing) => new(
        PbxErrorKind.ServerError, $"{server} answered HTTP {answer.Status} while {doing}.", "If it stays so, check the address with -Server.")
    { Target = server, Code = Code(answer), RetryAfter = answer.RetryAfter };

    public static PbxException NoLogin(string server) => new(
        PbxErrorKind.HandshakeFailed, $"{server} answered the login with something that holds no token.", "Check the address with -Server.")
    { Target = server };

    public static PbxException MfaRequired(string server, string userName) => new(
        PbxErrorKind.MfaRequired, $"{server} asks '{userName}' for a second factor, which nobody can give at night.",
        "Use a user without a second factor, or get the token yourself and hand it over with -AccessToken or -TokenProvider.")
    { Target = userName, IsPermanent = true };

    // ---- the socket ------------------------------------------------------------------------------------------------

    /// <param name="server">The server.</param>
    /// <param name="words">What the platform said; null when it said nothing.</param>
    public static PbxException TokenRefused(string server, string? words) => new(
        PbxErrorKind.CredentialRefused, $"{server} does not accept the token{(words is null ? "." : $": {words}")}",
        "Give a valid one. An access token lives one hour; -Credential with -ClientCredential, or -TokenProvider, renew it.")
    { Target = server, IsPermanent = true };

    public static PbxException Refused(OneCloudTopic topic, string? words) => new(
        PbxErrorKind.CredentialRefused,
        $"OneCloud refused the subscription {topic}, also with a fresh token{(words is null ? "." : $": {words}")}",
        "Check that the user may see that extension or queue, and that -Domain is right.")
    { Target = topic.ToString() };

    public static PbxException NotConfirmed(OneCloudTopic topic, string domain, OneCloudToken token, TimeSpan after, bool wasRenewed) => new(
        PbxErrorKind.SubscriptionTimeout,
        $"OneCloud did not confirm the subscription {topic} of the domain '{domain}' within {after.TotalSeconds:0} s"
            + (wasRenewed ? ", also with a fresh token." : "; the token may have expired.") + " It never says why.",
        $"Check that {topic.Filter ?? "it"} exists in '{domain}'"
            + (token.Uid is null ? " and that the token is valid for that domain." : $"; the token belongs to {token.Uid} ({token.Scope})."))
    { Target = topic.ToString() };

    public static PbxException Silent(string server, TimeSpan after) => new(
        PbxErrorKind.Timeout, $"{server} took the connection but confirmed none of the subscriptions within {after.TotalSeconds:0} s, also with a fresh token.",
        "Nothing to do: the connection is tried again.")
    { Target = server };

    public static PbxException SubscriptionsLost(string server, string? words) => new(
        PbxErrorKind.LinkLost, $"{server} reported a subscription error long after the subscriptions were in place{(words is null ? "." : $": {words}")}",
        "Nothing to do: the connection is restored with a fresh token.")
    { Target = server };

    public static PbxException UnexplainedError(string server, string? words) => new(
        PbxErrorKind.ServerError, $"{server} reported a subscription error although every subscription is confirmed{(words is null ? "." : $": {words}")}",
        "If events are missing, check the rights of the user.")
    { Target = server };

    public static PbxException OtherDomain(string asked, string tokens) => new(
        PbxErrorKind.PermissionDenied, $"The token belongs to the domain '{tokens}', the events of '{asked}' are asked for.",
        "OneCloud may confirm such subscriptions and send nothing. Check -Domain.")
    { Target = asked };

    public static PbxException OtherExtension(OneCloudTopic topic, OneCloudToken token) => new(
        PbxErrorKind.PermissionDenied, $"The token has the scope '{token.Scope}' and belongs to {token.Uid}; {topic} may be out of its reach.",
        "OneCloud may confirm such subscriptions and send nothing. A user with the scope Office Manager sees the whole domain.")
    { Target = topic.ToString() };

    // ---- subscriptions ---------------------------------------------------------------------------------------------

    public static PbxException UnknownTopic(string topic) => new(
        PbxErrorKind.UnknownTopic, $"OneCloud has no stream '{topic}'.", $"Use one of: {string.Join(", ", OneCloudTopics.All)}.")
    { Target = topic, IsPermanent = true };

    public static PbxException NotOffered(PbxSubscriptionType type, string advice) => new(
        PbxErrorKind.NotSupported, $"OneCloud does not offer -Type {type}.", advice)
    { Target = type.ToString(), IsPermanent = true };

    public static PbxException FilterMissing(string asked, string parameter, string what) => OptionRules.Invalid(
        $"OneCloud gives {asked} only for {what} that is named.", $"Name one or more with {parameter}.", parameter);

    public static PbxException NotAnExtension(string extension) => OptionRules.Invalid(
        $"'{extension}' is no extension.", "Give the extension alone, such as 1001; the domain is added by itself.", "-Extension");

    public static PbxException NoTenants() => OptionRules.Invalid(
        "A OneCloud connection sees one domain.", "Leave -Tenant out; connect once for each domain, with -Domain.", "-Tenant");

    private static string? OAuthError(HttpAnswer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        foreach (var known in (string[])["invalid_grant", "invalid_client", "unauthorized_client"])
            if (text.Contains(known, StringComparison.OrdinalIgnoreCase))
                return known;
        return null;
    }

    private static string Code(HttpAnswer answer) => answer.Status.ToString(CultureInfo.InvariantCulture);
}
