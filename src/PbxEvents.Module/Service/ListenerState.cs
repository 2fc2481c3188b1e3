using PbxEvents.Module.Connections;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Health;
using PbxEvents.Providers;

namespace PbxEvents.Module.Service;

/// <summary>
/// How all that a session runs stands: the one place that knows, for what the supervisor is told, the log, the health port and the metrics. Made
/// on any thread. Connections are of this moment; the figures of reactions, which cost a look at the store, are of the last look
/// (<see cref="ModuleState.ReactionFigures"/>) and are asked for only by who reads <see cref="Reactions"/>.
/// </summary>
internal sealed class ListenerState
{
    private readonly Lazy<IReadOnlyList<PbxReaction>> _reactions;

    private ListenerState(
        IReadOnlyList<PbxClient> connections, string? standingBy, IReadOnlyList<PbxJournal> journals, Lazy<IReadOnlyList<PbxReaction>> reactions) =>
        (Connections, StandingBy, Journals, _reactions) = (connections, standingBy, journals, reactions);

    /// <summary>The connections that have not been closed.</summary>
    public IReadOnlyList<PbxClient> Connections { get; }

    /// <summary>The connection that another listener has, and that this one waits for; null for none.</summary>
    public string? StandingBy { get; }

    /// <summary>The open journals.</summary>
    public IReadOnlyList<PbxJournal> Journals { get; }

    /// <summary>The durable reactions that this session runs.</summary>
    public IReadOnlyList<PbxReaction> Reactions => _reactions.Value;

    /// <summary>Which connections are not connected, or have a subscription that is not confirmed, and why; null when all is ready.</summary>
    public string? WhyNotReady
    {
        get
        {
            var reasons = Connections.Select(c => (c.Name, Why: HealthCheck.WhyNotReady(c))).Where(r => r.Why is not null).Select(r => $"{r.Name}: {r.Why}").ToArray();
            return reasons.Length == 0 ? null : string.Join(' ', reasons);
        }
    }

    /// <summary>True when each connection is connected and each of its subscriptions confirmed.</summary>
    public bool IsReady => WhyNotReady is null;

    /// <summary>Looks.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isRenewed">True for figures of this moment, whatever they cost.</param>
    public static ListenerState Of(ModuleState session, bool isRenewed = false)
    {
        var running = session.DurableReactions;
        return new ListenerState(
            [.. session.Connections.Where(c => c.State != PbxConnectionState.Disconnected)],
            session.StandingBy,
            session.Journals,
            new Lazy<IReadOnlyList<PbxReaction>>(() => running.Count == 0 ? []
                : Join(running, isRenewed ? session.ReactionFigures.Renew() : session.ReactionFigures.Get())));
    }

    /// <summary>What the journals say of reactions. Of a journal that cannot be read, the reason.</summary>
    public static IReadOnlyList<PbxReaction> LookAt(IReadOnlyList<RunningReaction> running) =>
        [.. running.GroupBy(r => r.Journal).SelectMany(g =>
        {
            try
            {
                return JournalAccess.Look(g.Key, running);
            }
            catch (PbxException e)
            {
                return g.Select(r => new PbxReaction { Name = r.Name, Journal = g.Key.Path, State = r.State, LastError = e });
            }
        })];

    /// <summary>The name of a reaction's journal.</summary>
    public string NameOfJournal(PbxReaction reaction) => Journals.FirstOrDefault(j => j.Path == reaction.Journal)?.Name ?? Path.GetFileNameWithoutExtension(reaction.Journal);

    /// <summary>All of it in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => string.Join("; ",
        [.. Connections.Select(Describe), .. (string[])(StandingBy is null ? [] : [$"{StandingBy} stands by"]), .. Journals.Where(j => j.LastError is not null).Select(j => $"journal {j.Name}: {j.LastError!.Message}"), .. Reactions.Select(Describe)]);

    private static string Describe(PbxClient connection)
    {
        var refused = connection.Subscriptions.Count(s => s.State == PbxSubscriptionState.Rejected);
        return $"{connection.Name} {connection.State}, {connection.Received} events"
            + (refused > 0 ? $", {refused} subscriptions refused" : "")
            + (connection.State is PbxConnectionState.Connected ? "" : $" ({connection.LastError?.Message})");
    }

    private static string Describe(PbxReaction reaction) =>
        $"{reaction.Name} {reaction.State}, {reaction.Done} done, lag {reaction.Lag}"
        + (reaction.Retrying > 0 ? $", {reaction.Retrying} to be tried again" : "")
        + (reaction.DeadLetters > 0 ? $", {reaction.DeadLetters} dead letters" : "");

    /// <summary>What this process knows of a reaction itself is newer than any look at the store.</summary>
    private static IReadOnlyList<PbxReaction> Join(IReadOnlyList<RunningReaction> running, IReadOnlyList<PbxReaction> figures) =>
        [.. running.Select(r =>
        {
            var seen = figures.FirstOrDefault(f => f.Name == r.Name && f.Journal == r.Journal.Path) ?? new PbxReaction { Name = r.Name, Journal = r.Journal.Path, State = r.State };
            return seen with
            {
                State = r.State == PbxReactionState.Running && seen.State == PbxReactionState.Suspended ? seen.State : r.State,
                LastError = r.LastError ?? (seen.HasFigures ? null : seen.LastError),
            };
        })];
}
