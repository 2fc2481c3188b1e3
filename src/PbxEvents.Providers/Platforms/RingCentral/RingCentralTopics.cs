using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The event filters of ringcentral.md section 7, and what brings which.</summary>
internal static class RingCentralTopics
{
    private const string Root = "/restapi/v1.0";
    private const string Account = $"{Root}/account/~";

    /// <summary>All calls of the account.</summary>
    public const string Calls = $"{Account}/telephony/sessions";

    /// <summary>Those that the documentation lists.</summary>
    public static IReadOnlyList<string> All { get; } = [.. RingCentralCatalogue.All.Events.Select(e => e.Topic)];

    /// <summary>The filters that a subscription needs.</summary>
    /// <exception cref="PbxException">The platform has no such kind, or the kind needs more.</exception>
    public static IReadOnlyList<RingCentralFilter> Resolve(PbxSubscriptionFilter wish)
    {
        foreach (var name in wish.EventName)
        {
            if (RingCentralCatalogue.All.Find(name) is null)
                throw PlatformFaults.UnknownEvent("RingCentral", name);
        }
        return (wish.Type is { } type ? TextsOf(type, wish) : wish.Topic.Select(Normalize)).Select(t => new RingCentralFilter(t)).ToArray();
    }

    /// <summary>What a user gave to <c>-Topic</c>. What the documentation does not list is the platform's to judge.</summary>
    private static string Normalize(string topic)
    {
        var text = topic.Trim();
        if (text.StartsWith("/account/", StringComparison.OrdinalIgnoreCase))
            text = Root + text;
        if (!text.StartsWith('/') || text.Length < 2 || text.Any(c => char.IsWhiteSpace(c) || c is '{' or '}' or '*'))
            throw RingCentralFaults.NotAFilter(topic);
        return text;
    }

    private static IEnumerable<string> TextsOf(PbxSubscriptionType type, PbxSubscriptionFilter wish)
    {
        if (wish.Extension.Contains("~"))
            throw OptionRules.Invalid("‹Extension› takes ids.", "Leave it out, or name the filter with ‹Topic›.", "‹Extension›");
        switch (type)
        {
            case PbxSubscriptionType.Call when wish.Extension.Count > 0:
                return wish.Extension.Select(e => $"{Account}/extension/{e}/telephony/sessions");

            // Which calls came through a queue shows in the calls themselves.
            case PbxSubscriptionType.Call or PbxSubscriptionType.Queue:
                return [Calls];
            case PbxSubscriptionType.Agent:
                if (wish.Queue.Count == 0)
                    throw RingCentralFaults.NeedsQueue();
                return wish.Queue.Select(q => $"{Account}/call-queues/{q}/presence");
            case PbxSubscriptionType.Presence when wish.Extension.Count > 0:
                return wish.Extension.Select(e => $"{Account}/extension/{e}/presence?detailedTelephonyState=true");
            case PbxSubscriptionType.Presence:
                return [$"{Account}/presence"];
            case PbxSubscriptionType.Voicemail:
                return Owners().Select(e => $"{Account}/extension/{e}/voicemail");
            case PbxSubscriptionType.Message:
                return Owners().SelectMany(e => (string[])
                    [$"{Account}/extension/{e}/message-store", $"{Account}/extension/{e}/message-store/instant?type=SMS", $"{Account}/extension/{e}/fax?direction=Inbound"]);
            case PbxSubscriptionType.Config:
                return [$"{Account}/extension", $"{Account}/extension/~", $"{Account}/directory/entries"];
            default:
                throw RingCentralFaults.NoSuchType(type);
        }

        IReadOnlyList<string> Owners() => wish.Extension.Count > 0 ? wish.Extension : ["~"];
    }
}
