using System.Collections;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the names of the platform's events, and of the connection's own, as far as the rest of the line leaves them.</summary>
public sealed class EventNameCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound)
    {
        var categories = WordsOf(bound, "Category");
        var subscriptions = WordsOf(bound, "SubscribeWith");
        var topics = new TextPatterns(WordsOf(bound, "Topic") is { Count: > 0 } words ? [.. words] : null);
        var own = categories.Contains(nameof(PbxCategory.Connection), StringComparer.OrdinalIgnoreCase)
            ? Prospect.ConnectionEvents.Select(n => new Candidate(n, $"The connection: {n}"))
            : [];
        return own.Concat(ProvidersOf(bound).SelectMany(p => p.EventTypes)
            .Where(t => IsAmong(categories, $"{t.Category}") && IsAmong(subscriptions, $"{t.Subscription}") && topics.IsMatch(t.Topic))
            .Select(t => new Candidate(t.Name, $"{t.Topic}: {t.Description}")));
    }

    private static bool IsAmong(IReadOnlyList<string> words, string name) =>
        words.Count == 0 || words.Contains(name, StringComparer.OrdinalIgnoreCase);
}
