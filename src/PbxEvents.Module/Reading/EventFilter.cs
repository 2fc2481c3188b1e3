namespace PbxEvents.Module.Reading;

/// <summary>What <c>Get-PbxEvent</c> and <c>Wait-PbxEvent</c> look for. Immutable.</summary>
internal sealed class EventFilter
{
    public PbxCategory[]? Category { get; init; }

    public PbxCallState[]? CallState { get; init; }

    public PbxOutcome[]? Outcome { get; init; }

    public required TextPatterns Name { get; init; }

    public required PartyFilter Parties { get; init; }

    public required HoursFilter Hours { get; init; }

    /// <summary>The ids of calls; empty for all.</summary>
    public IReadOnlySet<string> Calls { get; init; } = new HashSet<string>();

    /// <summary>The subscriptions that events must belong to; empty for all events.</summary>
    public IReadOnlySet<PbxSubscription> Subscriptions { get; init; } = new HashSet<PbxSubscription>();

    /// <summary>Only what arrived from this moment on, by this machine's clock: a PBX's may be wrong.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only what arrived before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Equal for equal filters.</summary>
    public string Text =>
        $"{Join(Category)}\u001d{Join(CallState)}\u001d{Join(Outcome)}\u001d{Name.Text}\u001d{Parties.Text}\u001d{Hours.Text}"
        + $"\u001d{string.Join(',', Calls)}\u001d{string.Join(',', Subscriptions.Select(s => s.Id))}";

    public bool IsMatch(PbxEvent e) =>
        IsInTime(e)
        && (Category is null || Category.Contains(e.Category))
        && (CallState is null || (e.CallState is { } state && CallState.Contains(state)))
        && (Outcome is null || (e.KnownOutcome is { } outcome && Outcome.Contains(outcome)))
        && Name.IsMatch(e.Name)
        && Parties.IsMatch(e)
        && (Calls.Count == 0 || (e.CallId is { } call && Calls.Contains(call)))
        && (Subscriptions.Count == 0 || Subscriptions.Any(s => s.Connection == e.Connection && s.Matches(e)))
        && Hours.IsMatch(e);

    public bool IsInTime(PbxEvent e) => (Since is not { } since || e.ReceivedAt >= since) && (Until is not { } until || e.ReceivedAt < until);

    private static string Join<T>(T[]? values) => values is null ? "" : string.Join(',', values);
}
