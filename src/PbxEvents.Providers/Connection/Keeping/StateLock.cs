using System.Globalization;

namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>
/// Keeps a state file to one connection of one process. It is a file beside it, since the state file itself is replaced at each write;
/// the system's hold on it ends with the process, however that ends. It stays behind when nobody holds it: to delete it would let two
/// processes hold two files of that name. Who holds it stands in another one, because a file that is held cannot be read on all systems.
/// </summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;
    private readonly string _holder;

    private StateLock(FileStream file, string holder) => (_file, _holder) = (file, holder);

    /// <summary>Takes the lock.</summary>
    /// <param name="path">The state file.</param>
    /// <exception cref="PbxException">Another connection has it, or the folder cannot be written to.</exception>
    public static StateLock Take(string path)
    {
        var holder = path + ".pid";
        FileStream? file = null;
        try
        {
            file = OwnerFile.OpenOrCreate(path + ".lock");
            File.Delete(holder);
            using (var writer = new StreamWriter(OwnerFile.Create(holder)))
                writer.Write(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new StateLock(file, holder);
        }
        catch (IOException e) when (file is null && Read(holder) is { } other)
        {
            throw Faults.StateInUse(path, other, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw Faults.StateNotUsable(path, e);
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
