using SQLitePCL;

namespace PbxEvents.Journal.Sqlite;

/// <summary>What SQLite answered.</summary>
/// <param name="code">Its result code, with what it adds to it.</param>
/// <param name="message">Its words.</param>
/// <param name="systemCode">The system's number of the error that lay behind it; 0 for none.</param>
internal sealed class SqliteException(int code, string message, int systemCode) : Exception(message)
{
    /// <summary>On every system.</summary>
    private const int NoSuchFile = 2;

    /// <summary>The failure as a person can act on it.</summary>
    /// <param name="path">The journal.</param>
    public PbxException ToFault(string path) => (code & 0xff) switch
    {
        raw.SQLITE_FULL => JournalFaults.Full(path, Message),
        raw.SQLITE_CORRUPT => JournalFaults.Damaged(path, Message),
        raw.SQLITE_NOTADB => JournalFaults.NotAJournal(path),
        raw.SQLITE_READONLY or raw.SQLITE_PERM => JournalFaults.ReadOnly(path, Message),

        // A file beside the journal could not be made: then SQLite looks for one to read, and that is the word of the system that is left.
        raw.SQLITE_CANTOPEN when systemCode == NoSuchFile && File.Exists(path) => JournalFaults.ReadOnly(path, $"{Message} ({code})"),

        // Only the system says why.
        raw.SQLITE_CANTOPEN or raw.SQLITE_IOERR => JournalFaults.OfSystem(path, $"{Message} ({code})", systemCode, this),
        _ => JournalFaults.Failed(path, $"{Message} ({code})", this),
    };
}
