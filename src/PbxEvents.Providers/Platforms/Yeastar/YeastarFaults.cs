using System.Globalization;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>Yeastar's failures in words, in one place (yeastar.md sections 3.3 and 8).</summary>
internal static class YeastarFaults
{
    public const long Success = 0, WrongCredential = 1, NoInterface = 10001, TokenExpired = 10004, ParameterError = 40002,
        NoData = 60001, TokenLimit = 60002, AddressBlocked = 70004, AddressForbidden = 70087, NoPermission = 80010, Disabled = 70123,
        DisabledToo = 70656;

    private const string CheckAddress =
        "Check the address with ‹Server›: a cloud PBX needs no port, an appliance or software edition listens at 8088 by default.";

    /// <summary>Section 3.2: retrying does not help; the tokens that are out end after this at the latest.</summary>
    private static readonly TimeSpan TokenLimitWait = TimeSpan.FromMinutes(30);

    /// <summary>Section 3.2: five failed authentications block the address, so what may be one is not repeated soon.</summary>
    private static readonly TimeSpan UnknownCodeWait = TimeSpan.FromMinutes(5);

    /// <summary>A refusal with an <c>errcode</c>.</summary>
    /// <param name="code">The code.</param>
    /// <param name="text">The PBX's words; null for none.</param>
    /// <param name="server">Host and port.</param>
    /// <param name="clientId">Whose token it is.</param>
    /// <param name="doing">What was being done.</param>
    public static PbxException FromCode(long code, string? text, string server, string clientId, string doing)
    {
        var words = text is null ? $"errcode {code}" : $"errcode {code}, {text}";
        var (kind, message, advice) = code switch
        {
            WrongCredential => (PbxErrorKind.CredentialRefused, $"{server} refused the client id '{clientId}' or its secret ({words}).",
                "Check both against Integrations > API of the PBX. It is not tried again, since five failures block this address."),
            NoInterface => (PbxErrorKind.NotSupported, $"{server} does not know the request while {doing} ({words}).",
                "Check that the API is switched on (Integrations > API), that the firmware has it, and that the address is the PBX's."),
            TokenExpired => (PbxErrorKind.CredentialRefused, $"{server} says that a fresh token has expired while {doing} ({words}).",
                "Check the PBX's clock, and whether another application gets tokens with the same client id."),
            ParameterError => (PbxErrorKind.RequestRefused, $"{server} does not accept the request while {doing} ({words}).",
                "A proxy may remove the User-Agent header, which the PBX requires; otherwise report it with a trace (‹TracePath›)."),
            TokenLimit => (PbxErrorKind.TokenLimit, $"{server} has issued as many tokens for '{clientId}' as it allows ({words}).",
                "Eight are allowed at a time. Stop other programs that use this client id, or wait up to half an hour."),
            AddressBlocked => (PbxErrorKind.AddressBlocked, $"{server} has blocked this machine's address ({words}).",
                "Remove it under Security > Security Rules > Blocked IPs, then connect again."),
            AddressForbidden => (PbxErrorKind.AddressBlocked, $"{server} does not allow this machine's address ({words}).",
                "Add it to the allowed addresses under Integrations > API."),
            _ => (PbxErrorKind.ServerError, $"{server} refused while {doing} ({words}).", "Look the code up in the PBX's API guide."),
        };
        return new PbxException(kind, message, advice)
        {
            Target = kind is PbxErrorKind.CredentialRefused or PbxErrorKind.TokenLimit ? clientId : server,
            Code = code.ToString(CultureInfo.InvariantCulture),
            IsPermanent = kind is not (PbxErrorKind.TokenLimit or PbxErrorKind.ServerError),
            RetryAfter = kind switch
            {
                PbxErrorKind.TokenLimit => TokenLimitWait,
                PbxErrorKind.ServerError => UnknownCodeWait,
                _ => null,
            },
        };
    }

    /// <summary>A refusal that is not asked for a second time.</summary>
    /// <param name="refusal">What was refused.</param>
    /// <param name="wait">How long it still stands, unless it is permanent.</param>
    public static PbxException StillRefused(PbxException refusal, TimeSpan wait) => new(refusal.Kind, refusal.Message, refusal.Advice)
    {
        Target = refusal.Target,
        Code = refusal.Code,
        IsPermanent = refusal.IsPermanent,
        RetryAfter = refusal.IsPermanent ? null : wait,
    };

    /// <summary>An HTTP status where the PBX would answer 200 with a code.</summary>
    public static PbxException FromHttp(HttpAnswer answer, string server, string doing)
    {
        if (answer.Status == 429)
            return PlatformFaults.RateLimited(answer, server, doing);
        return new(PbxErrorKind.HandshakeFailed, $"{server} answered HTTP {answer.Status} while {doing}.", CheckAddress)
        { Target = server, Code = PlatformFaults.Code(answer), RetryAfter = answer.RetryAfter };
    }

    public static PbxException NoPbx(string server, string doing) => new(
        PbxErrorKind.HandshakeFailed, $"The answer of {server} while {doing} is not that of a Yeastar P-Series PBX.", CheckAddress)
    { Target = server };

    /// <summary>The port was chosen here, and nothing was found at it.</summary>
    public static PbxException NothingThere(PbxException fault, string server) => new(fault.Kind, fault.Message,
        $"If {server} is an appliance or a software edition, name the port of its web access, which is 8088 by default: {server}:8088.", fault)
    { Target = server };

    /// <summary>The token's life ended on an open link, or a link was opened with a dead one (section 4.1).</summary>
    public static PbxException TokenEnded(string server) => new(
        PbxErrorKind.LinkLost, $"{server} says that the token of this link has expired.", "Nothing to do: a fresh one is fetched at once.")
    { Target = server, Code = TokenExpired.ToString(CultureInfo.InvariantCulture), RetryAfter = TimeSpan.Zero };

    public static PbxException Deaf(string server, TimeSpan after) => new(
        PbxErrorKind.LinkLost, $"{server} has not answered a heartbeat for {after.TotalSeconds:0} s.", "Check the network between here and the PBX.")
    { Target = server };

    public static PbxException NoAnswer(string server, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout, $"{server} did not answer the list of topics within {after.TotalSeconds:0} s.",
        "Check that the firmware has the topics; subscribe to fewer to find out which one it does not answer.")
    { Target = server };

    public static PbxException ListRefused(string server, long code, string? text, IEnumerable<int> topics) => new(
        PbxErrorKind.SubscriptionRefused,
        $"{server} refused the topics {string.Join(", ", topics.Select(YeastarTopics.NameOf))} (errcode {code}{(text is null ? "" : $", {text}")}).",
        "Check that the firmware has them; Get-PbxEventType ‹Provider› Yeastar says which ones are newer.")
    { Target = server, Code = code.ToString(CultureInfo.InvariantCulture), IsPermanent = true };

    /// <summary>The same as a fault of the link, which is opened again.</summary>
    public static PbxException Recycled(PbxException fault) => new(fault.Kind, fault.Message, fault.Advice) { Target = fault.Target, Code = fault.Code };

    /// <summary>Nothing came although the PBX said yes (section 1).</summary>
    public static PbxException Quiet(string server, TimeSpan after, IEnumerable<int> topics) => new(
        PbxErrorKind.PermissionDenied,
        $"{server} accepted the subscription, and nothing has arrived for {after.TotalMinutes:0} minutes. "
            + "If there were calls meanwhile, the PBX does not report them.",
        SwitchOn(topics))
    { Target = server };

    /// <summary>A record of a call that nothing was heard of.</summary>
    public static PbxException Unseen(string server, string callId) => new(
        PbxErrorKind.PermissionDenied, $"{server} sent the record of call {callId}, but none of its states.", SwitchOn([YeastarTopics.CallState]))
    { Target = server };

    public static PbxException NotAsked(string server, string why) => new(
        PbxErrorKind.ServerError, $"{server} could not be queried for the calls in progress: {why}",
        "Changes of calls during the gap show up with their next event.")
    { Target = server };

    /// <summary>Something may not be asked for (history/yeastar-history.md section 2).</summary>
    public static PbxException NoRight(string server, string clientId, string what, long code, string? text) => new(
        PbxErrorKind.PermissionDenied,
        $"{server} does not give '{clientId}' {what} (errcode {code}{(text is null ? "" : $", {text}")}).",
        "Switch on the API under Integrations > API of the PBX, and give this client id the permission to query CDR and extensions.")
    { Target = clientId, Code = code.ToString(CultureInfo.InvariantCulture), IsPermanent = true };

    public static PbxException TooManyRecords(string server, int limit) => new(
        PbxErrorKind.ServerError, $"{server} has more than {limit} rows of call records for a few hours; no PBX keeps as many.",
        "Check its clock, and the address with ‹Server›.")
    { Target = server };

    public static PbxException UnknownTopic(string topic) => new(
        PbxErrorKind.UnknownTopic, $"Yeastar has no topic '{topic}'.",
        $"Use a number such as 30011, or one of: {string.Join(", ", YeastarTopics.All)}.")
    { Target = topic, IsPermanent = true };

    public static PbxException UnknownEvent(string name) => new(
        PbxErrorKind.UnknownTopic, $"Yeastar has no event '{name}'.",
        "Yeastar's events are named by number, such as 30011; Get-PbxEventType ‹Provider› Yeastar lists them all.")
    { Target = name, IsPermanent = true };

    private static string SwitchOn(IEnumerable<int> topics)
    {
        var switches = topics.Where(YeastarTopics.Switches.ContainsKey).Select(t => $"{YeastarTopics.Switches[t]} ({t})");
        return $"Check the switches under Integrations > API of the PBX: {string.Join("; ", switches)}.";
    }
}
