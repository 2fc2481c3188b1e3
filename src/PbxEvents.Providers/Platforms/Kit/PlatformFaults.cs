using System.Globalization;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>Failures that several platforms have, in the same words. What one platform alone has is in its own faults.</summary>
internal static class PlatformFaults
{
    /// <summary>For an answer that asks for fewer requests without saying when to come back.</summary>
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    public static PbxException NoServer(string platform) => OptionRules.Invalid(
        $"{platform} has no public server.", "Name the PBX with ‹Server›: a host name, or host:port.", "‹Server›");

    // ---- HTTP and tokens -------------------------------------------------------------------------------------------

    /// <summary>An HTTP status that says no more than that it did not work.</summary>
    public static PbxException FromHttp(HttpAnswer answer, string server, string doing) => answer.Status == 429
        ? RateLimited(answer, server, doing)
        : new(PbxErrorKind.ServerError, $"{server} answered HTTP {answer.Status} while {doing}.",
            "If this persists, check the address with ‹Server›.")
        { Target = server, Code = Code(answer), RetryAfter = answer.RetryAfter };

    public static PbxException RateLimited(HttpAnswer answer, string server, string doing) => new(
        PbxErrorKind.RateLimited, $"{server} asks for fewer requests ({doing}).", "Nothing to do: it is tried again later.")
    { Target = server, Code = Code(answer), RetryAfter = answer.RetryAfter ?? DefaultWait };

    /// <param name="server">The server.</param>
    /// <param name="words">What it said; null for nothing.</param>
    /// <param name="advice">How to get a valid one.</param>
    public static PbxException TokenRefused(string server, string? words, string advice) => new(
        PbxErrorKind.CredentialRefused, $"{server} does not accept the token{Said(words)}", advice)
    { Target = server, IsPermanent = true };

    public static PbxException NoToken(string server) => new(
        PbxErrorKind.HandshakeFailed, $"{server} answered the login without a token.", "Check the address with ‹Server›.")
    { Target = server };

    public static PbxException MfaRequired(HttpAnswer answer, string server, string userName, string advice) => new(
        PbxErrorKind.MfaRequired, $"{server} asks '{userName}' for a second factor, which an unattended script cannot give.", advice)
    { Target = userName, Code = Code(answer), IsPermanent = true };

    /// <summary>The end of a sentence: with what a server said about it, if it said something.</summary>
    public static string Said(string? words) => words is null ? "." : $": {words}";

    public static string Code(HttpAnswer answer) => answer.Status.ToString(CultureInfo.InvariantCulture);

    // ---- subscriptions ---------------------------------------------------------------------------------------------

    public static PbxException UnknownEvent(string platform, string name) => new(
        PbxErrorKind.UnknownTopic, $"{platform} has no event '{name}'.", $"Get-PbxEventType ‹Provider› {platform} lists them all.")
    { Target = name, IsPermanent = true };

    /// <param name="platform">The platform.</param>
    /// <param name="what">What it calls a topic.</param>
    /// <param name="topic">The one that was asked for.</param>
    /// <param name="all">Those it has.</param>
    public static PbxException UnknownTopic(string platform, string what, string topic, IEnumerable<string> all) => new(
        PbxErrorKind.UnknownTopic, $"{platform} has no {what} '{topic}'.", $"Use one of: {string.Join(", ", all)}.")
    { Target = topic, IsPermanent = true };

    public static PbxException NotOffered(string platform, PbxSubscriptionType type, string advice) => new(
        PbxErrorKind.NotSupported, $"{platform} does not offer ‹Category› {type}.", advice)
    { Target = type.ToString(), IsPermanent = true };
}
