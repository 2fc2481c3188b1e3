using System.Management.Automation;
using PbxEvents.Module.Errors;
using PbxEvents.Providers;

namespace PbxEvents.Module.Reading;

/// <summary>Whether what a wait is for can come at all, by the subscriptions and the catalogues.</summary>
internal static class Prospect
{
    /// <summary>The events of the category Connection.</summary>
    public static IReadOnlyList<string> ConnectionEvents { get; } =
        [.. Enum.GetNames<PbxConnectionState>(), "Gap", "GapFilled", "Warning", "UnreadableFrame"];

    /// <summary>Events of the client itself, which no catalogue has and no subscription brings.</summary>
    private static string[] OwnNames { get; } =
        [.. ConnectionEvents, "CallExpired", "CallRecord", "CallPassedOn", "CallPickedUp", "CallEnded", "call_ended"];

    /// <summary>What is missing for a wait to find something.</summary>
    /// <param name="clients">The connections.</param>
    /// <param name="categories">The categories that are wanted; null for all.</param>
    /// <returns>The warning; null when nothing is missing, as far as one can know.</returns>
    public static string? Missing(IReadOnlyList<PbxClient> clients, IReadOnlyList<PbxCategory>? categories)
    {
        if (categories?.Any(c => c is PbxCategory.Connection or PbxCategory.Unknown) == true)
            return null;
        string? missing = null;
        foreach (var client in clients)
        {
            if (Missing(client, categories) is not { } text)
                return null;
            missing ??= text;
        }
        return missing;
    }

    /// <summary>The names among these that no event can have.</summary>
    /// <param name="clients">The connections.</param>
    /// <param name="names">The names that are wanted, with wildcards.</param>
    public static IEnumerable<string> Unknown(IReadOnlyList<PbxClient> clients, IEnumerable<string> names) =>
        names.Where(name => !WildcardPattern.ContainsWildcardCharacters(name)
            && !OwnNames.Concat(clients.SelectMany(TypesOf).Select(t => t.Name)).Contains(name, StringComparer.OrdinalIgnoreCase));

    private static string? Missing(PbxClient client, IReadOnlyList<PbxCategory>? categories)
    {
        var live = client.Subscriptions.Where(s => s.State is PbxSubscriptionState.Active or PbxSubscriptionState.Pending).ToArray();
        if (live.Length == 0)
            return SR.NothingSubscribed.With(client.Name);

        // What a topic of the platform brings, and what an event that the catalogue does not have belongs to, one cannot know.
        if (categories is null || live.Any(s => s.Type is null || categories.Any(c => Brings(client, s.Type.Value, c))))
            return null;
        var wanted = TypesOf(client).Where(t => t.Subscription is not null && categories.Contains(t.Category)).Select(t => t.Subscription!.Value).Distinct().ToArray();
        return wanted.Length == 0
            ? null
            : SR.NotSubscribedTo.With(client.Name, string.Join(", ", categories), string.Join(", ", live.Select(s => s.Type).Distinct()), wanted[0]);
    }

    private static bool Brings(PbxClient client, PbxSubscriptionType type, PbxCategory category) =>
        type.ToString() == category.ToString() || TypesOf(client).Any(t => t.Subscription == type && t.Category == category);

    private static IReadOnlyList<PbxEventType> TypesOf(PbxClient client) => PbxProviders.Get(client.Provider).EventTypes;
}
