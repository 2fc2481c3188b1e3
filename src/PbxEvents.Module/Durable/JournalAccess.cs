using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Arguments;

namespace PbxEvents.Module.Durable;

/// <summary>What cmdlets do with journals, apart from them: nothing here is loaded before a journal is meant.</summary>
internal static class JournalAccess
{
    /// <summary>The open journal that is meant; null when a path is meant of a file that is not open.</summary>
    /// <exception cref="PbxException">The journal is closed, or no journal has that name.</exception>
    public static EventJournal? Find(JournalArgument argument, IReadOnlyList<PbxJournal> journals, Func<string, string> toFilePath)
    {
        if (argument.Journal is { } given)
            return given is EventJournal { IsOpen: true } open ? open : throw JournalFaults.Closed(given.Name);
        var found = journals.FirstOrDefault(j => j.Name.Equals(argument.Text, StringComparison.OrdinalIgnoreCase))
            ?? (argument.IsPath ? journals.FirstOrDefault(j => j.Path == toFilePath(argument.Text)) : null);
        return (EventJournal?)found ?? (argument.IsPath ? null : throw JournalFaults.NotFound(argument.Text));
    }

    /// <summary>Opens what a journal keeps of its reactions, to change it beside who runs them.</summary>
    public static IReactionBook OpenReactions(string path) => StoreContext.Sqlite.OpenReactions(path, isReadOnly: false);

    /// <summary>Opens a journal.</summary>
    public static EventJournal Open(JournalOptions options) => EventJournal.Open(options, StoreContext.Sqlite);
}
