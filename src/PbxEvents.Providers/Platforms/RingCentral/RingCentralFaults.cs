using System.Globalization;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>RingCentral's failures in words, in one place (ringcentral.md sections 1, 2.3, 3, 5.2 and 5.5). No text holds a token.</summary>
internal static class RingCentralFaults
{
    /// <summary>The app lacks a permission (ringcentral.md section 1).</summary>
    public const string NoAppPermission = "CMN-401";

    /// <summary>The token end point did not give a token.</summary>
    public static PbxException FromGrant(HttpAnswer answer, string server, TimeSpan defaultWait)
    {
        var error = RingCentralError.Read(answer.Body);
        if (Passing(answer, error, server, "asking for a token", defaultWait) is { } passing)
            return passing;
        var advice = error.Code switch
        {
            "OAU-112" => "Allow the JWT grant in the settings of the app, in RingCentral's developer console.",
            "OAU-146" or "invalid_client" => "Check the client id and the client secret with ‹ClientCredential›, and that they belong to this environment (‹Sandbox›).",
            "OAU-148" => "The user is locked; an administrator of the account has to unlock it.",
            _ => "Check ‹Jwt› and ‹ClientCredential›: the JWT may be revoked or expired, made for another app, or for the other environment (‹Sandbox›).",
        };
        var kind = answer.Status == 403 ? PbxErrorKind.PermissionDenied : PbxErrorKind.CredentialRefused;
        return new(kind, $"{server} refused the credential{error.Words()}.", advice)
        { Target = server, Code = CodeOf(error, answer.Status), IsPermanent = true };
    }

    /// <summary>There is no WebSocket token, for another reason than the access token.</summary>
    public static PbxException FromSocketToken(HttpAnswer answer, string server, TimeSpan defaultWait)
    {
        var error = RingCentralError.Read(answer.Body);
        if (Passing(answer, error, server, "asking for a WebSocket token", defaultWait) is { } passing)
            return passing;
        if (answer.Status == 403)
            return Permission($"{server} does not let this app open a WebSocket{error.Words()}.", server, CodeOf(error, 403), permanent: true);
        return new(PbxErrorKind.HandshakeFailed, $"{server} answered HTTP {answer.Status} to the request for a WebSocket token{error.Words()}.",
            "Check the address with ‹Server›.")
        { Target = server, Code = CodeOf(error, answer.Status), IsPermanent = true };
    }

    public static PbxException TokenRefused(string server, RingCentralError error) => new(
        PbxErrorKind.CredentialRefused, $"{server} does not accept the access token{error.Words()}.",
        "Give one that is valid; it may have expired, been replaced by a refresh, or belong to the other environment (‹Sandbox›).")
    { Target = server, Code = error.Code, IsPermanent = true };

    public static PbxException NoToken(string server, string what) => new(
        PbxErrorKind.HandshakeFailed, $"{server} answered without a {what}.", "Check the address with ‹Server›.")
    { Target = server };

    public static PbxException BadSocketAddress(string server) => new(
        PbxErrorKind.HandshakeFailed, $"{server} named an invalid address for the WebSocket, or one without TLS.",
        "Check the address with ‹Server›.")
    { Target = server, IsPermanent = true };

    public static PbxException NoFirstFrame(string server, TimeSpan after) => new(
        PbxErrorKind.Timeout, $"{server} opened the WebSocket but sent nothing within {after.TotalSeconds:0.#} s.", "Nothing to do: it is tried again.")
    { Target = server };

    public static PbxException Silent(string server, TimeSpan after) => new(
        PbxErrorKind.LinkLost, $"{server} did not answer a heartbeat within {after.TotalSeconds:0.#} s: the link is dead.",
        "Nothing to do: it is restored automatically.")
    { Target = server };

    /// <summary>An Error frame (section 5.5).</summary>
    public static PbxException FromErrorFrame(string server, RingCentralError error) => error.Code switch
    {
        "WSG-903" => new(PbxErrorKind.LinkLost, $"{server} ended the session at its maximum age.", "Nothing to do: it is restored automatically.")
        { Target = server, Code = error.Code, IsRoutine = true },
        "WSG-902" => new(PbxErrorKind.LinkLost, $"{server} ended the session because nothing was sent for too long.",
            "Nothing to do: it is restored automatically.")
        { Target = server, Code = error.Code },

        // The asked-for pause, of nothing, tells the runtime that also a first attempt is worth another one.
        _ => new(PbxErrorKind.ServerError, $"{server} reported an error on the WebSocket{error.Words()}.", "Nothing to do: it is tried again.")
        { Target = server, Code = error.Code, RetryAfter = TimeSpan.Zero },
    };

    /// <summary>A subscription that the platform did not take.</summary>
    public static PbxException Refused(string server, IReadOnlyList<string> filters, int status, RingCentralError error)
    {
        var target = NameOf(filters, error);
        var code = CodeOf(error, status);
        var message = $"{server} refused {target}{error.Words()}.";
        if (status is 401 or 403 && error.Code is not "SUB-505")
            return Permission(message, target, code, permanent: false);
        var advice = error.Code switch
        {
            "SUB-505" => "The user has too many subscriptions with this app; end some, or wait until they expire.",
            "SUB-402" => "Switch presence on for this extension, or leave it out.",
            "SUB-403" or "SUB-404" => "The user of this credential may not monitor that extension; ask an administrator of the account.",
            "SUB-405" => "Messages of other extensions cannot be monitored; use the credential of that user.",
            "SUB-406" => "The extension belongs to another account.",
            "SUB-408" => "There is no such extension. RingCentral needs the extension's id, not its number.",
            _ => "Check the filter; Get-PbxEventType ‹Provider› RingCentral lists those that are documented.",
        };
        return new(PbxErrorKind.SubscriptionRefused, message, advice) { Target = target, Code = code };
    }

    /// <summary>Section 5.2: accepted in the request, but not active.</summary>
    public static PbxException Disabled(IReadOnlyList<(string Filter, string? Why)> filters)
    {
        var names = string.Join("; ", filters.Select(f => f.Why is null ? f.Filter : $"{f.Filter} ({f.Why})"));
        return new(PbxErrorKind.SubscriptionRefused, $"RingCentral accepted the subscription but did not activate {names}.",
            "Check the app's permissions and those of the user for these filters; the other filters are active.")
        { Target = string.Join(", ", filters.Select(f => f.Filter)) };
    }

    public static PbxException NotConfirmed(string server, IReadOnlyList<string> filters, string why) => new(
        PbxErrorKind.SubscriptionTimeout, $"{server} did not confirm {string.Join(", ", filters)}: {why}.",
        "Check Get-PbxConnection and subscribe again; if this persists, see RingCentral's status page.")
    { Target = string.Join(", ", filters) };

    public static PbxException SubscribeFailed(string server, string why) => new(
        PbxErrorKind.ServerError, $"{server} did not accept the subscription: {why}.", "Nothing to do: the connection is tried again.")
    { Target = server };

    public static PbxException NotAFilter(string topic) => new(
        PbxErrorKind.UnknownTopic, $"'{topic}' is not an event filter of RingCentral.",
        "Give a path such as /restapi/v1.0/account/~/telephony/sessions; Get-PbxEventType ‹Provider› RingCentral lists them.")
    { Target = topic, IsPermanent = true };

    public static PbxException NoSuchType(PbxSubscriptionType type) => PlatformFaults.NotOffered("RingCentral", type, type switch
    {
        PbxSubscriptionType.Cdr => "Get the call log with Send-PbxRequest /restapi/v1.0/account/~/call-log once a call has ended.",
        _ => "It has Call, Queue, Agent, Presence, Voicemail, Message and Config; other filters can be given with ‹Topic›.",
    });

    public static PbxException NeedsQueue() => OptionRules.Invalid(
        "RingCentral reports the states of agents queue by queue.", "Give the ids of the queues with ‹Queue›.", "‹Queue›");

    public static PbxException BadRequestPath(string path) => OptionRules.Invalid(
        $"'{path}' is not a path of RingCentral's REST interface.", "Give one such as /restapi/v1.0/account/~/extension/~.", "‹Request›");

    public static PbxException BadMethod(string method) => OptionRules.Invalid(
        $"'{method}' is not an HTTP method.", "Use GET, POST, PUT, PATCH or DELETE.", "‹Method›");

    public static PbxException BadRequestBody(string path) => OptionRules.Invalid(
        $"The data of the request {path} is not JSON.", "Give an object, or JSON text.", "‹Data›");

    public static PbxException NotReady(string server) => new(
        PbxErrorKind.LinkLost, $"The session with {server} is not ready.", "Send the request again once the connection is restored.")
    { Target = server };

    /// <summary>A request of the user that was answered with an error.</summary>
    public static PbxException RequestRefused(string request, int status, RingCentralError error) => new(
        status is 401 or 403 ? PbxErrorKind.PermissionDenied : status == 429 ? PbxErrorKind.RateLimited : PbxErrorKind.RequestRefused,
        $"RingCentral answered {request} with status {status}{error.Words()}.",
        status switch
        {
            404 => "Check the path and the ids in it.",
            401 or 403 => "Check the permissions of the app and of the user.",
            429 => "Send fewer requests, or wait a minute.",
            _ => "Check the path and the data.",
        })
    { Target = request, Code = CodeOf(error, status) };

    // ---- the call log ------------------------------------------------------------------------------------------------

    /// <summary>An answer about the call log that is no refusal of it.</summary>
    public static PbxException FromCallLog(HttpAnswer answer, string server, string what, TimeSpan defaultWait)
    {
        var error = RingCentralError.Read(answer.Body);
        return Passing(answer, error, server, $"asking for {what}", defaultWait) ?? new(
            PbxErrorKind.RequestRefused, $"{server} answered HTTP {answer.Status} when asked for {what}{error.Words()}.", "Check the address with ‹Server›.")
        { Target = server, Code = CodeOf(error, answer.Status), IsPermanent = true };
    }

    /// <summary>The call log is not given (history/ringcentral-history.md sections 2 and 8).</summary>
    public static PbxException NoCallLog(CallLogAnswer refusal, string server) => refusal.Status == 403
        ? new(PbxErrorKind.PermissionDenied, $"{server} does not allow access to the account's call log{refusal.Error.Words()}.",
            refusal.Error.Code == NoAppPermission
                ? "Add the permission Read Call Log to the app in RingCentral's developer console, then connect again."
                : "The user of this credential needs the permission to see the company's call log (FullCompanyCallLog or ReadCompanyCallLog), for the user's own calls ReadCallLog; ask an administrator of the account.")
        { Target = server, Code = CodeOf(refusal.Error, refusal.Status), IsPermanent = true }
        : new(PbxErrorKind.NotSupported, $"{server} answered HTTP {refusal.Status} when asked for the call log{refusal.Error.Words()}.",
            "Check the address with ‹Server›; report it if it is RingCentral's own.")
        { Target = server, Code = CodeOf(refusal.Error, refusal.Status), IsPermanent = true };

    /// <summary>The directory is not given (history/directory.md, RingCentral).</summary>
    public static PbxException NoNames(CallLogAnswer refusal, string server, string what) => new(
        refusal.Status == 403 ? PbxErrorKind.PermissionDenied : PbxErrorKind.NotSupported,
        $"{server} answered HTTP {refusal.Status} when asked for {what}{refusal.Error.Words()}.",
        "The app needs the permission Read Accounts, the user of this credential the permission ReadExtensions.")
    { Target = server, Code = CodeOf(refusal.Error, refusal.Status), IsPermanent = true };

    /// <summary>What the user may see was read; it is not all that is subscribed to.</summary>
    public static PbxException OnlyOwnCalls(string server) => new(
        PbxErrorKind.PermissionDenied, $"{server} allows only the call log of the credential's own user; calls of others are missing.",
        "The user needs the permission to see the company's call log (FullCompanyCallLog or ReadCompanyCallLog); ask an administrator of the account.")
    { Target = server };

    public static PbxException NoList(string server, string what) => new(
        PbxErrorKind.ServerError, $"{server} answered with something other than a list when asked for {what}.", "Check the address with ‹Server›.")
    { Target = server };

    public static PbxException NotFiltered(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned a call log of a different time than requested.", "Report it to RingCentral's support.")
    { Target = server };

    public static PbxException EndlessCallLog(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned an endless call log.", "Request a shorter time; if this persists, report it to RingCentral's support.")
    { Target = server };

    /// <summary>What to do about an answer that another try may change; null for one that it cannot (section 2.3).</summary>
    private static PbxException? Passing(HttpAnswer answer, RingCentralError error, string server, string doing, TimeSpan defaultWait)
    {
        var code = CodeOf(error, answer.Status);
        if (answer.Status == 429)
        {
            return new(PbxErrorKind.RateLimited, $"{server} asks for fewer requests ({doing}).", "Nothing to do: it is tried again when RingCentral allows it.")
            { Target = server, Code = code, RetryAfter = answer.RetryAfter ?? defaultWait };
        }
        if (answer.Status is 408 or >= 500 or (>= 300 and < 400))
        {
            return new(PbxErrorKind.ServerError, $"{server} answered HTTP {answer.Status} while {doing}{error.Words()}.",
                "Nothing to do if it passes; otherwise check the address with ‹Server›.")
            { Target = server, Code = code, RetryAfter = answer.RetryAfter };
        }
        return null;
    }

    private static PbxException Permission(string message, string target, string code, bool permanent) => new(
        PbxErrorKind.PermissionDenied, message, code switch
        {
            "CMN-408" => "The user of this credential lacks a permission; ask an administrator of the account.",
            "CMN-402" => "The user of this credential has to be an administrator of the account.",
            "CMN-109" => "The account or the extension does not have this feature.",
            _ => "Add the permission to the app in RingCentral's developer console (WebSockets, and Call Control, Read Presence, Read Accounts or Read Messages for the filters), then connect again.",
        })
    { Target = target, Code = code, IsPermanent = permanent };

    /// <summary>The filter that a refusal speaks of; all of them when it does not say.</summary>
    private static string NameOf(IReadOnlyList<string> filters, RingCentralError error) =>
        filters.FirstOrDefault(f => error.Message?.Contains(f, StringComparison.OrdinalIgnoreCase) == true) ?? string.Join(", ", filters);

    private static string CodeOf(RingCentralError error, int status) => error.Code ?? status.ToString(CultureInfo.InvariantCulture);
}
