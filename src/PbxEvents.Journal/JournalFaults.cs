using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal;

/// <summary>The journal's failures, in one place, so that they read alike. No text holds a secret.</summary>
internal static class JournalFaults
{
    public static PbxException InUse(string path, string holder) => new(
        PbxErrorKind.JournalInUse, $"The journal '{path}' is written to by {holder}.",
        "End that one first, give each its own file, or open it with ‹ReadOnly› to read it meanwhile.")
    { Target = path, IsPermanent = true };

    public static PbxException ReactionInUse(string name, string holder) => new(
        PbxErrorKind.JournalInUse, $"The reaction '{name}' is run by {holder}.", "End that one first, or give each its own name: two that share one would run it twice.")
    { Target = name, IsPermanent = true };

    public static PbxException ReactionNotFound(string name, string path) => new(
        PbxErrorKind.InvalidOption, $"The journal '{path}' has no reaction named '{name}'.", "Give the name of one that Get-PbxReaction lists.")
    { Target = name, IsPermanent = true };

    public static PbxException ReactionStuck(string name, string e, TimeSpan limit) => new(
        PbxErrorKind.ActionStuck, $"The action of the reaction '{name}' did not end within {limit} for {e}, nor when it was told to.",
        "End this process: the event counts as tried, and the reaction goes on with it at the next start. Give waits in the action an end of their own.")
    { Target = name, IsPermanent = true };

    public static PbxException Replaced(string name, string path) => new(
        PbxErrorKind.JournalDamaged, $"The reaction '{name}' was running when a new file took the place of the journal '{path}': how far it was is in the old one.",
        "Start it again; it begins with the events that come from then on.")
    { Target = path };

    public static PbxException NotAJournal(string path) => new(
        PbxErrorKind.NotAJournal, $"The file '{path}' is no journal of PbxEvents. It was not touched.", "Give the path of a journal, or of a file that does not exist yet.")
    { Target = path, IsPermanent = true };

    public static PbxException TooNew(string path, long version, bool mayBeRead) => new(
        PbxErrorKind.JournalTooNew, $"The journal '{path}' was written by a newer version of PbxEvents (form {version}). It was not touched.",
        mayBeRead ? "Update PbxEvents, or open it with ‹ReadOnly›." : "Update PbxEvents.")
    { Target = path, IsPermanent = true };

    public static PbxException ReadOnly(string path, string why) => new(
        PbxErrorKind.JournalReadOnly, $"The journal '{path}' cannot be written to: {why}", "Check the rights on it and on its folder, or open it with ‹ReadOnly›.")
    { Target = path, IsPermanent = true };

    public static PbxException Damaged(string path, string why) => new(
        PbxErrorKind.JournalDamaged, $"The journal '{path}' is damaged: {why}", "Check the disk. Opened for writing, the file is kept beside and a new journal begins.")
    { Target = path };

    public static PbxException SetAside(string path, string? aside) => new(
        PbxErrorKind.JournalDamaged,
        aside is null ? $"The journal '{path}' was taken away while it was open. A new one began; what was in it is in no journal any more."
            : $"The journal '{path}' was damaged. It is kept as '{aside}', and a new one began.",
        "Check the disk, and what else works on that folder.")
    { Target = path };

    public static PbxException Full(string path, string why) => new(
        PbxErrorKind.JournalFull, $"There is no room for the journal '{path}': {why}",
        "Make room on the disk. It is tried again each second; as long as the connection's buffer reaches, nothing is lost.")
    { Target = path };

    public static PbxException Failed(string path, string why, Exception? cause = null) => new(
        PbxErrorKind.JournalFailed, $"The journal '{path}' cannot be used: {why}", "Check the path, the disk, and the rights on the file and its folder.", cause)
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
        PbxErrorKind.InvalidOption, $"A journal cannot drop events that are older than {age}.", "Give ‹MaxAge› more than nothing.")
    { Target = "‹MaxAge›", IsPermanent = true };

    public static PbxException NotFound(string name) => new(
        PbxErrorKind.InvalidOption, $"This session has no journal named '{name}'.", "Give the name of one that Get-PbxJournal lists, or a path: it has a folder or an ending.")
    { Target = name, IsPermanent = true };

    public static PbxException NameInUse(string name) => new(
        PbxErrorKind.InvalidOption, $"This session has a journal named '{name}' already.", "Give another name with ‹Name›, or close that one.")
    { Target = name, IsPermanent = true };

    public static PbxException NotKept(string name, long events, PbxException? why) => new(
        why?.Kind ?? PbxErrorKind.JournalFailed, $"The last {events} events could not be kept in the journal '{name}'{(why is null ? ": the disk did not answer in time." : $": {why.Message}")}",
        "They are lost to the journal. The connections still have the newest ones: Get-PbxEvent.")
    { Target = name };

    public static PbxException Closed(string name) => new(
        PbxErrorKind.Disconnected, $"The journal '{name}' is closed.", "Open it again with Open-PbxJournal.")
    { Target = name, IsPermanent = true };
}
