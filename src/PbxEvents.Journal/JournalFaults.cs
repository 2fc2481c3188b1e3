using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal;

/// <summary>The journal's failures, in one place, so that they read alike. No text holds a secret.</summary>
internal static class JournalFaults
{
    public static PbxException InUse(string path, string holder) => new(
        PbxErrorKind.JournalInUse, $"The journal '{path}' is in use by {holder}.",
        "End that one first, give each its own file, or open it with ‹ReadOnly› to read it meanwhile.")
    { Target = path, IsPermanent = true };

    public static PbxException ReactionInUse(string name, string holder) => new(
        PbxErrorKind.JournalInUse, $"The reaction '{name}' is already run by {holder}.", "End that one first, or use another name: two with the same name would run it twice.")
    { Target = name, IsPermanent = true };

    public static PbxException ReactionNotFound(string name, string path) => new(
        PbxErrorKind.InvalidOption, $"The journal '{path}' has no reaction named '{name}'.", "Give the name of one that Get-PbxReaction lists.")
    { Target = name, IsPermanent = true };

    public static PbxException ReactionStuck(string name, string e, TimeSpan limit) => new(
        PbxErrorKind.ActionStuck, $"The action of the reaction '{name}' did not finish within {limit} for {e}, and did not stop when told to.",
        "End this process: the event counts as tried, and the reaction retries it at the next start. Give waits in the action their own time-out.")
    { Target = name, IsPermanent = true };

    public static PbxException Replaced(string name, string path) => new(
        PbxErrorKind.JournalDamaged, $"The reaction '{name}' was running when a new file replaced the journal '{path}': its progress is in the old one.",
        "Start it again; it starts with new events.")
    { Target = path };

    public static PbxException NotAJournal(string path) => new(
        PbxErrorKind.NotAJournal, $"The file '{path}' is not a journal of PbxEvents. It was not changed.", "Give the path of a journal, or of a file that does not exist yet.")
    { Target = path, IsPermanent = true };

    public static PbxException TooNew(string path, long version, bool mayBeRead) => new(
        PbxErrorKind.JournalTooNew, $"The journal '{path}' was written by a newer version of PbxEvents (format {version}). It was not changed.",
        mayBeRead ? "Update PbxEvents, or open it with ‹ReadOnly›." : "Update PbxEvents.")
    { Target = path, IsPermanent = true };

    public static PbxException ReadOnly(string path, string why) => new(
        PbxErrorKind.JournalReadOnly, $"The journal '{path}' cannot be written to: {why}", "Check the permissions of the file and its folder, or open it with ‹ReadOnly›.")
    { Target = path, IsPermanent = true };

    public static PbxException Damaged(string path, string why) => new(
        PbxErrorKind.JournalDamaged, $"The journal '{path}' is damaged: {why}", "Check the disk. When it is opened for writing, the file is renamed and a new journal is started.")
    { Target = path };

    public static PbxException SetAside(string path, string? aside) => new(
        PbxErrorKind.JournalDamaged,
        aside is null ? $"The journal '{path}' was removed while it was open. A new one was started; its events are lost."
            : $"The journal '{path}' was damaged. It was renamed to '{aside}', and a new one was started.",
        "Check the disk, and what else uses that folder.")
    { Target = path };

    public static PbxException Full(string path, string why) => new(
        PbxErrorKind.JournalFull, $"There is no space for the journal '{path}': {why}",
        "Free some disk space. Writing is retried every second; nothing is lost while the connection's buffer has room.")
    { Target = path };

    public static PbxException Failed(string path, string why, Exception? cause = null) => new(
        PbxErrorKind.JournalFailed, $"The journal '{path}' cannot be used: {why}", "Check the path, the disk, and the permissions of the file and its folder.", cause)
    { Target = path };

    /// <summary>What the system said of one of the journal's files.</summary>
    /// <param name="path">The journal.</param>
    /// <param name="why">Its words.</param>
    /// <param name="code">Its number of the error; 0 for none.</param>
    /// <param name="cause">What lay behind it.</param>
    public static PbxException OfSystem(string path, string why, int code, Exception? cause) =>
        DiskErrors.IsFull(code) ? Full(path, why)
        : DiskErrors.IsReadOnly(code) ? ReadOnly(path, why)
        : Failed(path, why, cause);

    /// <summary>What the system threw when one of the journal's files was used.</summary>
    public static PbxException OfSystem(string path, Exception e) =>
        e is UnauthorizedAccessException ? ReadOnly(path, e.Message) : OfSystem(path, e.Message, e is IOException io ? DiskErrors.CodeOf(io) : 0, e);

    public static PbxException OnNetwork(string path) => new(
        PbxErrorKind.NotSupported, $"The journal '{path}' would be on a network disk, where two machines could damage it.", "Give the path of a local disk.")
    { Target = path, IsPermanent = true };

    public static PbxException NoAge(TimeSpan age) => new(
        PbxErrorKind.InvalidOption, $"A journal cannot drop events that are older than {age}.", "Give ‹MaxAge› a time greater than zero.")
    { Target = "‹MaxAge›", IsPermanent = true };

    public static PbxException NotFound(string name) => new(
        PbxErrorKind.InvalidOption, $"This session has no journal named '{name}'.", "Give the name of one that Get-PbxJournal lists, or a path with a folder or an extension.")
    { Target = name, IsPermanent = true };

    public static PbxException NameInUse(string name) => new(
        PbxErrorKind.InvalidOption, $"This session already has a journal named '{name}'.", "Give another name with ‹Name›, or close that one.")
    { Target = name, IsPermanent = true };

    public static PbxException NotKept(string name, long events, PbxException? why) => new(
        why?.Kind ?? PbxErrorKind.JournalFailed, $"The last {events} events could not be stored in the journal '{name}'{(why is null ? ": the disk did not answer in time." : $": {why.Message}")}",
        "They are not in the journal. The connections still have the newest ones: Get-PbxEvent.")
    { Target = name };

    public static PbxException Closed(string name) => new(
        PbxErrorKind.Disconnected, $"The journal '{name}' is closed.", "Open it again with Open-PbxJournal.")
    { Target = name, IsPermanent = true };

    public static PbxException NoStandby(string name) => new(
        PbxErrorKind.InvalidOption, $"The journal '{name}' cannot tell which of several listeners has a connection: it is a file, or was opened read-only.",
        "Open one in a database, with ‹Server› of Open-PbxJournal, or omit ‹Standby›.")
    { Target = name, IsPermanent = true };

    public static PbxException TakenOver(string connection, string holder) => new(
        PbxErrorKind.TakenOver, $"{holder} has taken over the connection '{connection}' while this listener had no link to the database.",
        "Start this listener again: then it stands by.")
    { Target = connection, IsPermanent = true };
}
