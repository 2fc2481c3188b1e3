using System.Globalization;

namespace PbxEvents.Module.Health;

/// <summary>The verdicts: what is well, and why something is not. Any thread.</summary>
internal static class HealthCheck
{
    /// <summary>Why a connection does not bring what was subscribed to; null when it does.</summary>
    public static string? WhyNotReady(PbxConnection connection)
    {
        if (connection.State != PbxConnectionState.Connected)
            return $"It is {connection.State}{(connection.LastError is { } error ? $": {error.Message}" : ".")}";
        var pending = connection.Subscriptions.Where(s => s.State == PbxSubscriptionState.Pending).ToArray();
        return pending.Length == 0 ? null : $"The platform has not confirmed yet: {List(pending)}.";
    }

    /// <summary>Which subscriptions the platform has refused; null for none.</summary>
    public static string? WhyRefused(PbxConnection connection)
    {
        var refused = connection.Subscriptions.Where(s => s.State == PbxSubscriptionState.Rejected).ToArray();
        return refused.Length == 0 ? null : $"The platform has refused: {List(refused)}.";
    }

    /// <summary>That nothing has arrived for too long; null when something has.</summary>
    public static string? WhySilent(PbxConnection connection, TimeSpan? limit, DateTimeOffset now) =>
        now - connection.LastFrameAt is { } silence && silence > limit ? $"Nothing has arrived for {Text(silence)}; the limit is {Text(limit.Value)}." : null;

    /// <summary>That something is too far behind; null when it is not.</summary>
    public static string? WhyBehind(long lag, long? limit) => lag > limit ? $"It is {Count(lag, "event")} behind; the limit is {Text(limit.Value)}." : null;

    /// <summary>That a reaction has given up on too many events; null when it has not.</summary>
    public static string? WhyDead(PbxReaction reaction, long? limit) =>
        reaction.DeadLetters > limit ? $"It has {Count(reaction.DeadLetters, "dead letter")}; the limit is {Text(limit.Value)}." : null;

    /// <summary>Judges a connection.</summary>
    public static PbxHealth Of(PbxConnection connection, HealthLimits limits, DateTimeOffset now)
    {
        var fault = WhyNotReady(connection) ?? WhyRefused(connection) ?? WhySilent(connection, limits.MaxSilence, now);
        return new PbxHealth
        {
            Name = connection.Name,
            Kind = PbxHealthKind.Connection,
            IsHealthy = fault is null,
            Reason = fault ?? $"It is Connected, with {Count(connection.Subscriptions.Count, "subscription")}.",
            Silence = now - connection.LastFrameAt,
            Received = connection.Received,
        };
    }

    /// <summary>Judges a journal.</summary>
    public static PbxHealth Of(PbxJournal journal, HealthLimits limits)
    {
        var fault = journal.LastError?.Message ?? WhyBehind(journal.Behind, limits.MaxLag);
        return new PbxHealth
        {
            Name = journal.Name,
            Kind = PbxHealthKind.Journal,
            IsHealthy = fault is null,
            Reason = fault ?? "It stores what arrives.",
            Lag = journal.Behind,
        };
    }

    /// <summary>Judges a durable reaction. One that somebody has suspended is well as long as it lags no further behind than it may.</summary>
    public static PbxHealth Of(PbxReaction reaction, HealthLimits limits)
    {
        var isRun = reaction.State is PbxReactionState.Running or PbxReactionState.Suspended;
        var fault = !isRun || !reaction.HasFigures ? $"It is {reaction.State}{(reaction.LastError is { } error ? $": {error.Message}" : ".")}"
            : WhyBehind(reaction.Lag, limits.MaxLag) ?? WhyDead(reaction, limits.MaxDeadLetters);
        return new PbxHealth
        {
            Name = reaction.Name,
            Kind = PbxHealthKind.Reaction,
            IsHealthy = fault is null,
            Reason = fault ?? $"It is {reaction.State}.",
            Lag = reaction.HasFigures ? reaction.Lag : null,
            Retrying = reaction.HasFigures ? reaction.Retrying : null,
            DeadLetters = reaction.HasFigures ? reaction.DeadLetters : null,
        };
    }

    private static string List(PbxSubscription[] subscriptions) => string.Join(", ", subscriptions.Select(s => $"{s.Id} {s.Filter}"));

    private static string Count(long count, string what) => $"{Text(count)} {what}{(count == 1 ? "" : "s")}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(TimeSpan span) => span.ToString(span.Days == 0 ? @"h\:mm\:ss" : @"d\.hh\:mm\:ss", CultureInfo.InvariantCulture);
}
