using System.Security.AccessControl;
using System.Security.Principal;
using System.Text.Json;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The file of <c>-RecoveryPath</c>. It holds tokens, so only its owner may read it. Written beside everything else, the
/// newest state only, each time in one step: a reader sees an old state or a new one, never half of one.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">The connection's activity log.</param>
internal sealed class RecoveryFile(string path, TimeProvider clock, Action<string> log)
{
    /// <summary>The state changes with every event; this bounds how often it is written.</summary>
    private static readonly TimeSpan WriteInterval = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private RecoveryState? _pending;
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;

    /// <summary>Reads what an earlier process left.</summary>
    /// <returns>Null when there is nothing, or nothing that can be read as a state.</returns>
    /// <exception cref="PbxException">There is a file and it may not be read.</exception>
    public RecoveryState? Load()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<RecoveryState>(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException)
        {
            log("What ‹RecoveryPath› holds is no recovery state; starting afresh.");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw RingCentralFaults.NotReadable(path, e);
        }
    }

    /// <summary>Keeps a state; returns at once. Any thread.</summary>
    public void Save(RecoveryState state)
    {
        lock (_gate)
        {
            _pending = state;
            if (_isWriting)
                return;
            _isWriting = true;
            _writing = Task.Run(WriteAsync);
        }
    }

    /// <summary>Waits until the newest state is in the file.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
            return _writing;
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            RecoveryState state;
            lock (_gate)
            {
                if (_pending is null)
                {
                    _isWriting = false;
                    return;
                }
                state = _pending;
                _pending = null;
            }
            try
            {
                Write(state);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log($"The recovery state could not be written: {e.Message}");
            }
            await Task.Delay(WriteInterval, clock).ConfigureAwait(false);
        }
    }

    private void Write(RecoveryState state)
    {
        var draft = path + ".tmp";
        File.Delete(draft);
        using (var stream = OperatingSystem.IsWindows() ? CreateOnWindows(draft) : CreateOnUnix(draft))
            JsonSerializer.Serialize(stream, state);
        File.Move(draft, path, overwrite: true);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static FileStream CreateOnUnix(string draft) => new(draft, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static FileStream CreateOnWindows(string draft)
    {
        var owner = WindowsIdentity.GetCurrent().User!;
        var security = new FileSecurity();
        security.SetOwner(owner);
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(owner, FileSystemRights.FullControl, AccessControlType.Allow));
        return new FileInfo(draft).Create(FileMode.CreateNew, FileSystemRights.FullControl, FileShare.None, 4096, FileOptions.None, security);
    }
}
