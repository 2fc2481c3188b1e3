namespace PbxEvents.Journal.Sqlite;

/// <summary>What is a journal's file, and what is not.</summary>
internal static class SqliteFile
{
    /// <summary>Stands in the file, so that nothing else is taken for a journal: "PBXE".</summary>
    public const int ApplicationId = 0x50425845;

    /// <summary>Looks at a file without touching it.</summary>
    /// <returns>The form of the journal in it; 0 for an empty file.</returns>
    /// <exception cref="PbxException">It is something else.</exception>
    public static long FormOf(string path)
    {
        if (new FileInfo(path).Length == 0)
            return 0;

        // SQLite itself has to look: another way of opening and closing the file would take away the locks of who has it open in this process.
        try
        {
            using var still = Database.Open(path, isReadOnly: true, isStill: true);
            return FormOf(still, path);
        }
        catch (SqliteException) when (File.Exists(path + "-wal"))
        {
            // A process that was killed while it moved pages from the file beside leaves one that is whole only together with it.
            using var both = Database.Open(path, isReadOnly: true);
            return FormOf(both, path);
        }
    }

    private static long FormOf(Database database, string path) =>
        database.Number("pragma application_id") == ApplicationId ? database.Number("pragma user_version") ?? 0 : throw JournalFaults.NotAJournal(path);

    /// <summary>Opens a file to read it, beside who writes to it.</summary>
    public static Database OpenToRead(string path)
    {
        try
        {
            var database = Database.Open(path, isReadOnly: true);
            try
            {
                database.Number("select count(*) from journal");
                return database;
            }
            catch (SqliteException)
            {
                database.Dispose();
                throw;
            }
        }
        catch (SqliteException) when (!File.Exists(path + "-wal"))
        {
            // In a folder where nothing may be made, as of a copy on a disk that is only read: then nobody writes to it either.
            return Database.Open(path, isReadOnly: true, isStill: true);
        }
    }

    /// <summary>Runs something whose failures are told as the journal's.</summary>
    public static T Run<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException e)
        {
            throw e.ToFault(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw JournalFaults.OfSystem(path, e);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            throw JournalFaults.Failed(path, $"The SQLite library of this platform cannot be loaded. {(e.InnerException ?? e).Message}", e);
        }
    }
}
