using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal;

/// <summary>The files of a journal: whose they are, where they may be, and what becomes of damaged ones.</summary>
internal static class JournalFile
{
    /// <summary>What a store may keep beside the file.</summary>
    private static readonly string[] Companions = ["-wal", "-shm", "-journal"];

    /// <summary>Makes sure that the file can be where it is to be: on a disk of this machine, in a folder that is there.</summary>
    /// <exception cref="PbxException">It cannot be there.</exception>
    public static void PrepareFolder(JournalOptions options) => Try(options.Path, () =>
    {
        var (path, folder) = (options.Path, Path.GetDirectoryName(options.Path)!);
        if (IsRemote(path) || options.DriveTypeOf(Existing(folder)) == DriveType.Network)
            throw JournalFaults.OnNetwork(path);
        if (Directory.Exists(path))
            throw JournalFaults.Failed(path, "It is a folder.");
        if (!options.ReadOnly)
            OwnerFile.CreateFolder(folder);
        else if (!File.Exists(path))
            throw JournalFaults.Failed(path, "There is no such file.");
    });

    /// <summary>Takes a journal for this process, and makes its file when there is none.</summary>
    /// <exception cref="PbxException">Another has it, or it cannot be made.</exception>
    public static FileLock TakeToWrite(string path)
    {
        FileLock? held = null;
        try
        {
            held = Take(path, path + ".writer", holder => JournalFaults.InUse(path, holder));
            Create(path);
            return held;
        }
        catch (Exception)
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Takes a name beside a journal for this process.</summary>
    /// <exception cref="PbxException">Another has it, or it cannot be made.</exception>
    public static FileLock Take(string path, string name, Func<string, PbxException> inUse)
    {
        FileLock? held = null;
        Try(path, () => held = FileLock.TryTake(name, out var holder) ?? throw inUse(holder!));
        return held!;
    }

    /// <summary>Makes the file, which only its owner may read, when there is none.</summary>
    public static void Create(string path) => Try(path, () =>
    {
        if (!File.Exists(path))
            OwnerFile.Create(path).Dispose();
    });

    /// <summary>Moves a damaged journal out of the way of a new one. The store must be closed.</summary>
    /// <returns>Where it is now; null when there is no file any more.</returns>
    /// <exception cref="PbxException">It cannot be moved.</exception>
    public static string? SetAside(string path, TimeProvider clock)
    {
        string? aside = null;
        Try(path, () =>
        {
            aside = File.Exists(path) ? FreeName($"{path}.{clock.GetLocalNow():yyyyMMdd-HHmmss}.damaged") : null;
            if (aside is not null)
                File.Move(path, aside);

            // Without its file, what is in them belongs to nothing; a new file would take it for its own.
            foreach (var companion in Companions.Where(c => File.Exists(path + c)))
                File.Move(path + companion, (aside ?? FreeName(path + ".damaged")) + companion);
        });
        return aside;
    }

    /// <summary>How many bytes its files take.</summary>
    public static long SizeOf(string path) =>
        new[] { path, path + "-wal" }.Select(p => new FileInfo(p)).Where(f => f.Exists).Sum(f => f.Length);

    /// <summary>A name with anything in it as part of a file's name.</summary>
    public static string Escape(string name)
    {
        var escaped = Uri.EscapeDataString(name);
        return escaped.Length <= 100 ? escaped
            : escaped[..60] + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
    }

    private static void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw JournalFaults.OfSystem(path, e);
        }
    }

    private static string FreeName(string path)
    {
        var (name, number) = (path, 1);
        while (File.Exists(name))
            name = $"{path}.{++number}";
        return name;
    }

    /// <summary>The folder, or the next one above it that is there: nothing is made on a disk that is refused.</summary>
    private static string Existing(string folder) =>
        Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } above ? folder : Existing(above);

    private static bool IsRemote(string path) => path.StartsWith(@"\\", StringComparison.Ordinal) || path.StartsWith("//", StringComparison.Ordinal);
}
