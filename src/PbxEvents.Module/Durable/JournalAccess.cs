using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Parts;

namespace PbxEvents.Module.Durable;

/// <summary>What cmdlets do with journals, apart from them: nothing here is loaded before a journal is meant.</summary>
internal static class JournalAccess
{
    private static readonly Lazy<IFileStoreFactory> Stores = new(() =>
        PartContext.Make<IFileStoreFactory>("PbxEvents.Journal.Sqlite.SqliteStoreFactory", PbxErrorKind.JournalFailed));

    private static readonly Lazy<IJournalServers> Servers = new(() =>
        PartContext.Make<IJournalServers>("PbxEvents.Journal.Postgres.PostgresServers", PbxErrorKind.JournalFailed));

    /// <summary>The open journal that is meant; null when a path is meant of a file that is not open.</summary>
    /// <exception cref="PbxException">The journal is closed, or no journal has that name.</exception>
    public static EventJournal? Find(JournalArgument argument, IReadOnlyList<PbxJournal> journals, Func<string, string> toFilePath)
    {
        if (argument.Journal is { } given)
            return given is EventJournal { IsOpen: true } open ? open : throw JournalFaults.Closed(given.Name);
        var found = journals.FirstOrDefault(j => j.Name.Equals(argument.Text, StringComparison.OrdinalIgnoreCase))
            ?? (argument.IsPath ? journals.FirstOrDefault(j => j.Path == argument.Text) ?? journals.FirstOrDefault(j => j.Path == toFilePath(argument.Text)) : null);
        return (EventJournal?)found ?? (argument.IsPath ? null : throw JournalFaults.NotFound(argument.Text));
    }

    /// <summary>Opens what a journal keeps of its reactions, to change it beside who runs them.</summary>
    /// <param name="path">The path of a file, or the database of an open journal.</param>
    /// <param name="journals">The open journals.</param>
    public static IReactionBook OpenReactions(string path, IReadOnlyList<PbxJournal> journals) =>
        journals.OfType<EventJournal>().FirstOrDefault(j => j.Path == path)?.OpenReactions(isReadOnly: false)
        ?? (File.Exists(path) ? Stores.Value.OpenReactions(path, isReadOnly: false) : throw JournalFaults.NotFound(path));

    /// <summary>Opens a journal.</summary>
    public static EventJournal Open(JournalOptions options) => options.Server is { } server
        ? EventJournal.Open(options, Servers.Value.Of(server), Stores.Value)
        : EventJournal.Open(options, Stores.Value);

    /// <summary>The reaction of that name among those that a session runs; null for none.</summary>
    public static RunningReaction? FindRunning(EventJournal journal, string name, IReadOnlyList<RunningReaction> running) =>
        running.FirstOrDefault(r => r.Journal.Path == journal.Path && r.Name.Equals(name, StringComparison.Ordinal));

    /// <summary>How the reactions of a journal stand.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="running">Those that the session runs.</param>
    /// <exception cref="PbxException">The journal cannot be read.</exception>
    public static IReadOnlyList<PbxReaction> Look(EventJournal journal, IReadOnlyList<RunningReaction> running)
    {
        using var book = journal.OpenReactions(isReadOnly: true);
        return [.. book.GetAll().Select(f => ToReaction(journal, f, FindRunning(journal, f.Name, running)))];
    }

    private static PbxReaction ToReaction(EventJournal journal, ReactionFigures figures, RunningReaction? running)
    {
        var isRun = running is not null || figures.Workers.Count > 0 || journal.IsRun(figures.Name);
        var state = running?.State ?? (isRun ? PbxReactionState.Elsewhere : PbxReactionState.Stopped);
        return new PbxReaction
        {
            Name = figures.Name,
            Journal = journal.Path,
            State = figures.IsSuspended && state is not (PbxReactionState.Stuck or PbxReactionState.Faulted) ? PbxReactionState.Suspended : state,
            Lag = figures.Lag,
            Done = figures.Done,
            Concurrency = running?.Options.Concurrency,
            Busy = isRun ? figures.Running : 0,
            Waiting = figures.Waiting + (isRun ? 0 : figures.Running),
            Retrying = figures.Retrying,
            DeadLetters = figures.Dead,
            Workers = figures.Workers,
            CreatedAt = figures.CreatedAt,
            LastError = running?.LastError,
        };
    }
}
