using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>PortSIP's failures in words, in one place (portsip.md sections 2, 3 and 6).</summary>
internal static class PortSipFaults
{
    private const int MaxServerText = 200;

    private const string RecordRights =
        "Connect with a user of the tenant whose role is Admin or QueueManager. Newer roles need CDR: View Only, from 22.3 on Analytics: View Only.";

    public static PbxException NoCredential() => OptionRules.Invalid(
        "PortSIP needs a user name and a password.",
        "Give ‹Credential›: a user name and its password, or an extension's number and its SIP password.", "‹Credential›");

    public static PbxException NoDomain(string name) => OptionRules.Invalid(
        $"The extension {name} belongs to a tenant, but no tenant was given.",
        "Give the tenant's SIP domain with ‹Domain›. Only a system administrator logs in without one.", "‹Domain›");

    public static PbxException UnknownDialect(string dialect) => OptionRules.Invalid(
        $"PortSIP has no dialect '{dialect}'.", "Give v16 or v22 with ‹Dialect›, or omit it to detect it.", "‹Dialect›");

    public static PbxException NoSystemLogin(string server) => new(
        PbxErrorKind.NotSupported, $"{server} is a v16, which has no login without a tenant's domain.",
        "Give the tenant's SIP domain with ‹Domain›, and a user of that tenant.")
    { Target = server, IsPermanent = true };

    public static PbxException Refused(PortSipLogin login, string server, string status, string? text)
    {
        var who = login.Kind switch
        {
            PortSipLoginKind.Extension => $"the extension {login.Name} of {login.Domain}",
            PortSipLoginKind.User => $"the user '{login.Name}' of {login.Domain}",
            _ => $"the system administrator '{login.Name}'",
        };
        var advice = login.Kind switch
        {
            PortSipLoginKind.Extension => "A number logs in with the extension's SIP password, not with the user's password. Check it, and the SIP domain.",
            PortSipLoginKind.User => "Check user name, user password, and that ‹Domain› is the tenant's SIP domain.",
            _ => "Without ‹Domain› only a system administrator can log in. For other users give the tenant's SIP domain with ‹Domain›.",
        };
        return new(PbxErrorKind.CredentialRefused, $"{server} refused {who}{Quote(text)} It is not tried again, because repeated failures can get this address blocked.", advice)
        { Target = login.Name, Code = status, IsPermanent = true };
    }

    public static PbxException NotAuthenticated(string server, TimeSpan after) => new(
        PbxErrorKind.Timeout, $"{server} did not answer the login within {after.TotalSeconds:0} s.",
        "It is tried again. If this persists, something else may listen there: name the dialect with ‹Dialect›, or the port with ‹Server›.")
    { Target = server };

    public static PbxException NoMembers(string topic, string field) => OptionRules.Invalid(
        $"PortSIP has no wildcards: {topic} needs the {field}.",
        field switch
        {
            "extensions" => "Name the extensions with ‹Extension›.",
            "queues" => "Name the queues with ‹Queue›.",
            _ => "Name the tenants' ids with ‹Tenant›.",
        },
        field switch
        {
            "extensions" => "‹Extension›",
            "queues" => "‹Queue›",
            _ => "‹Tenant›",
        });

    public static PbxException TenantWithoutSystem() => OptionRules.Invalid(
        "This login belongs to one tenant, so it cannot choose tenants.",
        "Leave ‹Tenant› out, or connect as a system administrator, without ‹Domain›.", "‹Tenant›");

    public static PbxException NotInDialect(string topic, string server) => new(
        PbxErrorKind.NotSupported, $"{server} is a v16, which has no topic {topic}.", "The management and global topics came with v22.")
    { Target = topic, IsPermanent = true };

    public static PbxException SubscriptionRefused(string topic, string members, string status, string? text) => new(
        PbxErrorKind.SubscriptionRefused, $"PortSIP refused {topic}{members}{Quote(text)}", RightsFor(topic))
    { Target = topic, Code = status };

    public static PbxException NotRestored(string server, string topic, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout, $"{server}, which answers subscriptions, did not answer the one to {topic} within {after.TotalSeconds:0} s.",
        "Nothing to do: it is tried again on a new link.")
    { Target = topic };

    public static PbxException RestoreRefused(string server, string topic, string status, string? text) => new(
        PbxErrorKind.SubscriptionRefused, $"{server} refused {topic}, which it had confirmed before{Quote(text)}",
        "Nothing to do: it is tried again on a new link.")
    { Target = topic, Code = status };

    /// <summary>Silence is no refusal (section 3): it is told once and taken for a yes.</summary>
    public static PbxException Quiet(string topic, string members, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout,
        $"PortSIP has sent neither an answer nor an event for {topic}{members} in {after.TotalSeconds:0} s. "
            + "That is normal while nothing happens, but it also happens when a permission is missing.",
        RightsFor(topic))
    { Target = topic };

    public static PbxException CommandRefused(string status, string? text) => new(
        PbxErrorKind.ServerError, $"PortSIP reported an error{Quote(text)}", "Nothing to do unless events are missing.")
    { Code = status };

    // ---- call records (history/portsip-history.md sections 2 and 8) ------------------------------------------------------

    public static PbxException RecordLoginRefused(PortSipLogin login, string server, HttpAnswer answer) => new(
        PbxErrorKind.PermissionDenied,
        $"{server} refused the login of '{login.Name}' to its REST interface, which provides call records and names.",
        login.Kind == PortSipLoginKind.Extension
            ? $"It requires a user's name and password, not an extension's SIP password. {RecordRights}"
            : RecordRights)
    { Target = login.Name, Code = PlatformFaults.Code(answer), IsPermanent = true };

    public static PbxException NoRecordRight(PortSipLogin login, string server, string what, HttpAnswer answer) => new(
        PbxErrorKind.PermissionDenied, $"{server} does not give {what} to '{login.Name}'.", RecordRights)
    { Target = login.Name, Code = PlatformFaults.Code(answer), IsPermanent = true };

    public static PbxException NoRecords(string server) => new(
        PbxErrorKind.NotSupported, $"{server} has no call records at its REST interface.",
        "They come with v16 and later, at the port of the web portal, usually 8887. Check the port with ‹Server›.")
    { Target = server, IsPermanent = true };

    public static PbxException NoSuchList(string server, string what) => new(
        PbxErrorKind.NotSupported, $"{server} has no list of {what} at its REST interface.", "Check the port with ‹Server›: it is that of the web portal, usually 8887.")
    { Target = server, IsPermanent = true };

    public static PbxException NoList(string server, string what) => new(
        PbxErrorKind.ServerError, $"{server} answered with something other than a list when asked for {what}.", "Check the address with ‹Server›.")
    { Target = server };

    public static PbxException NotAsBefore(string server) => new(
        PbxErrorKind.ServerError, $"{server} no longer accepts a query for call records that it accepted before.",
        "Nothing to do: the next query detects the right form again.")
    { Target = server };

    public static PbxException NotFiltered(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned call records of a different time than requested.", "Report it to PortSIP's support.")
    { Target = server };

    public static PbxException SlimRows(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned call records without a call or a time.", "Report it to PortSIP's support.")
    { Target = server };

    public static PbxException NotPaged(string server) => new(
        PbxErrorKind.ServerError, $"{server} returned the same page of call records again instead of the next one.", "Report it to PortSIP's support.")
    { Target = server };

    public static PbxException TooManyRecords(string server, DateTimeOffset from, DateTimeOffset to) => new(
        PbxErrorKind.ServerError, $"{server} returned endless call records for {from.ToLocalTime():yyyy-MM-dd HH:mm:ss} to {to.ToLocalTime():yyyy-MM-dd HH:mm:ss}.", "Report it to PortSIP's support.")
    { Target = server };

    private static string RightsFor(string topic) => topic switch
    {
        PortSipTopics.Extensions =>
            "Check that the extensions exist. v22 needs the permissions Users: View Only and PhoneSystem: View Only; older ones the same extension group.",
        PortSipTopics.Records =>
            "It is for tenant administrators; v22 needs the permission Analytics: View Only. Without it, use ‹Topic› extension_events with ‹Extension›.",
        PortSipTopics.Queues =>
            "An extension sees only queues in which it is an agent or manager. v22 needs the permission Analytics: View Only.",
        PortSipTopics.ExtensionManagement => "v22 needs the permission User: View Only.",
        PortSipTopics.QueueManagement => "v22 needs the permission Analytics: View Only.",
        _ => "The global topics are for system administrators with the permission System Tenant: View Only. Check the tenants' ids.",
    };

    private static string Quote(string? text)
    {
        if (text is null)
            return ".";
        return $": \"{(text.Length <= MaxServerText ? text : text[..MaxServerText])}\".";
    }
}
