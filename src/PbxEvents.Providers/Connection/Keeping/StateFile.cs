using System.Text.Json;
using System.Text.Json.Serialization;

namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>
/// The file of <c>-StatePath</c>. Only its owner may read it; there may be tokens in it. It is replaced as a whole, so whoever reads it,
/// and whatever happens to the process that writes it, it is an old state or a new one. One thread at a time.
/// </summary>
internal sealed class StateFile : IDisposable
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly FileLock _lock;

    private StateFile(string path, FileLock held) => (Path, _lock) = (path, held);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Where a new state is written before it takes the old one's place.</summary>
    private string Draft => Path + ".tmp";

    /// <summary>Takes the file for this process.</summary>
    /// <exception cref="PbxException">There is no such folder, it cannot be written to, or another process has the file.</exception>
    public static StateFile Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(full)))
            throw Faults.NoStateFolder(path);
        if (Directory.Exists(full))
            throw Faults.StateIsFolder(path);
        try
        {
            return new StateFile(full, FileLock.TryTake(full, out var holder) ?? throw Faults.StateInUse(full, holder!));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Faults.StateNotUsable(full, e);
        }
    }

    /// <summary>Reads what an earlier process left.</summary>
    /// <param name="problem">What is wrong with it; null when nothing is.</param>
    /// <returns>Null when there is no file, or none that can be gone on with. Such a file has been moved aside.</returns>
    /// <exception cref="PbxException">There is a file and it may not be read.</exception>
    public KeptState? Read(out PbxException? problem)
    {
        problem = null;
        try
        {
            if (!File.Exists(Path))
                return null;
            if (Parse(File.ReadAllBytes(Path), out var version) is { } state)
                return state;
            problem = version > KeptState.CurrentVersion
                ? Faults.StateIsNewer(Path, version, SetAside("newer"))
                : Faults.StateIsDamaged(Path, SetAside("damaged"));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Faults.StateNotUsable(Path, e);
        }
    }

    /// <summary>Moves the file out of the way of a new one. An older one of that name is replaced.</summary>
    /// <param name="why">One word for why.</param>
    /// <returns>Where it is now.</returns>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public string SetAside(string why)
    {
        var aside = $"{Path}.{why}";
        File.Move(Path, aside, overwrite: true);
        return aside;
    }

    /// <summary>Replaces what the file holds.</summary>
    /// <returns>How many bytes it holds now.</returns>
    /// <exception cref="IOException">The disk does not take it.</exception>
    /// <exception cref="UnauthorizedAccessException">The rights have changed.</exception>
    public long Write(KeptState state)
    {
        // What a process left that was killed while it wrote.
        File.Delete(Draft);
        try
        {
            long size;
            using (var stream = OwnerFile.Create(Draft))
            {
                JsonSerializer.Serialize(stream, state, Form);

                // Before the name changes hands: after a power cut there must be no file whose contents never reached the disk.
                stream.Flush(flushToDisk: true);
                size = stream.Length;
            }
            File.Move(Draft, Path, overwrite: true);
            return size;
        }
        catch (IOException)
        {
            // A full disk is no place for half a file.
            File.Delete(Draft);
            throw;
        }
    }

    /// <summary>Lets other processes have the file.</summary>
    public void Dispose() => _lock.Dispose();

    /// <param name="json">The bytes of a file.</param>
    /// <param name="version">The form of it; 0 when it has none.</param>
    /// <returns>Null when it is no state of a form that is known.</returns>
    private static KeptState? Parse(byte[] json, out int version)
    {
        version = 0;
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var form) || !form.TryGetInt32(out version))
                return null;
            return version == KeptState.CurrentVersion && root.Deserialize<KeptState>(Form) is { IsComplete: true } state ? state : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
