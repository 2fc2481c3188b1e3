using PbxEvents.Module.Health;
using PbxEvents.Module.Service;

namespace PbxEvents.Module.Alerts;

/// <summary>Something that is wrong at the moment somebody looked.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Source">What it happened to.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Patience">How long it may be so before it is told.</param>
internal sealed record AlertFinding(PbxAlertKind Kind, string Source, string Reason, TimeSpan Patience)
{
    /// <summary>All that a rule finds wrong. Any thread.</summary>
    public static IEnumerable<AlertFinding> Find(PbxAlert rule, Func<string, bool> watches, ListenerState state, DateTimeOffset now)
    {
        foreach (var connection in state.Connections.Where(c => watches(c.Name)))
        {
            // One that has ended does not come back by itself, so nothing is waited for.
            if (rule.MaxDowntime is { } downtime && connection.State != PbxConnectionState.Connected)
                yield return new(PbxAlertKind.LinkDown, connection.Name, HealthCheck.WhyNotReady(connection)!, connection.State == PbxConnectionState.Faulted ? TimeSpan.Zero : downtime);
            if (connection.State == PbxConnectionState.Connected && HealthCheck.WhySilent(connection, rule.MaxSilence, now) is { } silent)
                yield return new(PbxAlertKind.Silence, connection.Name, silent, TimeSpan.Zero);
            if (rule.SubscriptionRefused && HealthCheck.WhyRefused(connection) is { } refused)
                yield return new(PbxAlertKind.SubscriptionRefused, connection.Name, refused, TimeSpan.Zero);
        }
        foreach (var journal in rule.MaxLag is null ? [] : state.Journals.Where(j => !j.IsReadOnly))
        {
            if (HealthCheck.WhyBehind(journal.Behind, rule.MaxLag) is { } behind)
                yield return new(PbxAlertKind.Lag, journal.Name, behind, TimeSpan.Zero);
        }
        foreach (var reaction in rule is { MaxLag: null, MaxDeadLetters: null } ? [] : state.Reactions.Where(r => r.HasFigures))
        {
            if (HealthCheck.WhyBehind(reaction.Lag, rule.MaxLag) is { } behind)
                yield return new(PbxAlertKind.Lag, reaction.Name, behind, TimeSpan.Zero);
            if (HealthCheck.WhyDead(reaction, rule.MaxDeadLetters) is { } dead)
                yield return new(PbxAlertKind.DeadLetters, reaction.Name, dead, TimeSpan.Zero);
        }
    }
}
