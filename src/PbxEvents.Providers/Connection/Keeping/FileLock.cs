using System.Globalization;

namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>
/// Keeps a file to one user of one process. The lock is a file beside it, which the system's hold ends with the process, however that ends.
/// It stays behind when nobody holds it: to delete it would let two processes hold two files of that name. Who holds it stands in another
/// one, because a file that is held cannot be read on all systems.
/// </summary>
internal sealed class FileLock : IDisposable
{
    /// <summary>Who only looks whether it is held lets go at once.</summary>
    private static readonly TimeSpan LookLength = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;
    private readonly string _holder;

    private FileLock(FileStream file, string holder) => (_file, _holder) = (file, holder);

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The file that is locked, or the name of what is.</param>
    /// <param name="holder">Who has it when it cannot be taken, in words.</param>
    /// <returns>The lock; null when another has it.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The rights do not reach.</exception>
    public static FileLock? TryTake(string path, out string? holder)
    {
        if (IsTaken(path))
            Thread.Sleep(LookLength);
        holder = null;
        var note = path + ".pid";
        FileStream? file = null;
        try
        {
            file = OwnerFile.OpenOrCreate(path + ".lock");
            File.Delete(note);
            using (var writer = new StreamWriter(OwnerFile.Create(note)))
                writer.Write(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new FileLock(file, note);
        }
        catch (IOException e) when (file is null && !IsOfDisk(DiskErrors.CodeOf(e)) && Read(note) is { } other)
        {
            holder = other == Environment.ProcessId.ToString(CultureInfo.InvariantCulture) ? $"this process ({other})"
                : other.Length > 0 ? $"process {other}"
                : "another process";
            return null;
        }
        catch (Exception)
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>True when some process, or another user of this one, has a lock.</summary>
    /// <param name="path">As for <see cref="TryTake"/>.</param>
    public static bool IsHeld(string path)
    {
        try
        {
            // Beside other askers; who takes it then tries twice.
            using var look = new FileStream(path + ".lock", FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        try
        {
            // As long as the lock is held; afterwards the file may be another process's.
            File.Delete(_holder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays, and names somebody who holds nothing any more.
        }
        _file.Dispose();
    }

    private static bool IsTaken(string path)
    {
        try
        {
            using var look = new FileStream(path + ".lock", FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return File.Exists(path + ".lock");
        }
    }

    /// <summary>Then nobody has it: the note is of one that was killed.</summary>
    private static bool IsOfDisk(int code) => DiskErrors.IsFull(code) || DiskErrors.IsReadOnly(code);

    private static string? Read(string holder)
    {
        try
        {
            return File.ReadAllText(holder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
