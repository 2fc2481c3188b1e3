using SQLitePCL;

namespace PbxEvents.Journal.Sqlite;

/// <summary>What SQLite answered.</summary>
/// <param name="code">Its result code, with what it adds to it.</param>
/// <param name="message">Its words.</param>
internal sealed class SqliteException(int code, string message) : Exception(message)
{
    /// <summary>The failure as a person can act on it.</summary>
    /// <param name="path">The journal.</param>
    public PbxException ToFault(string path) => (code & 0xff) switch
    {
        raw.SQLITE_FULL => JournalFaults.Full(path, Message),
        raw.SQLITE_CORRUPT => JournalFaults.Damaged(path, Message),
        raw.SQLITE_NOTADB => JournalFaults.NotAJournal(path),
        raw.SQLITE_READONLY or raw.SQLITE_PERM => JournalFaults.ReadOnly(path, Message),
        _ => JournalFaults.Failed(path, $"{Message} ({code})", this),
    };
}
