using PbxEvents.Module.Connections;
using PbxEvents.Module.Durable;
using PbxEvents.Providers;

namespace PbxEvents.Module.Service;

/// <summary>
/// How all that a session runs stands at one moment: the one place that knows, for what the supervisor is told and for the log. Made on any
/// thread. Immutable.
/// </summary>
internal sealed class ListenerState
{
    private ListenerState(IReadOnlyList<PbxClient> connections, IReadOnlyList<PbxJournal> journals, IReadOnlyList<PbxReaction> reactions) =>
        (Connections, Journals, Reactions) = (connections, journals, reactions);

    /// <summary>The connections that have not been closed.</summary>
    public IReadOnlyList<PbxClient> Connections { get; }

    /// <summary>The open journals.</summary>
    public IReadOnlyList<PbxJournal> Journals { get; }

    /// <summary>The durable reactions that this session runs.</summary>
    public IReadOnlyList<PbxReaction> Reactions { get; }

    /// <summary>True when each connection is connected and each of its subscriptions confirmed.</summary>
    public bool IsReady => Connections.All(c => c.State == PbxConnectionState.Connected && c.Subscriptions.All(s => s.State != PbxSubscriptionState.Pending));

    /// <summary>Looks.</summary>
    public static ListenerState Of(ModuleState session)
    {
        var running = session.DurableReactions;
        return new ListenerState(
            [.. session.Connections.Where(c => c.State != PbxConnectionState.Disconnected)],
            session.Journals,
            running.Count == 0 ? [] : Look(running));
    }

    /// <summary>All of it in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => string.Join("; ",
        [.. Connections.Select(Describe), .. Journals.Where(j => j.LastError is not null).Select(j => $"journal {j.Name}: {j.LastError!.Message}"), .. Reactions.Select(Describe)]);

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

    private static PbxReaction[] Look(IReadOnlyList<RunningReaction> running)
    {
        try
        {
            return [.. running.Select(r => r.Journal).Distinct().SelectMany(j => JournalAccess.Look(j, running)).Where(r => running.Any(x => x.Name == r.Name && x.Journal.Path == r.Journal))];
        }
        catch (PbxException e)
        {
            return [.. running.Select(r => new PbxReaction { Name = r.Name, Journal = r.Journal.Path, State = r.State, LastError = r.LastError ?? e })];
        }
    }
}
