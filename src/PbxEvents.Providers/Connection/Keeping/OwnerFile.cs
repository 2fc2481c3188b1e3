using System.Security.AccessControl;
using System.Security.Principal;

namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>Makes files and folders that only their owner may read: from the first byte on, not made so afterwards.</summary>
internal static class OwnerFile
{
    /// <summary>A new file to write to.</summary>
    /// <exception cref="IOException">There is one, or it cannot be made.</exception>
    public static FileStream Create(string path) => Open(path, FileMode.CreateNew);

    /// <summary>A file to write to, made when it is not there, which no other process can open until it is closed.</summary>
    /// <exception cref="IOException">It is held by another process, or cannot be made.</exception>
    public static FileStream OpenOrCreate(string path) => Open(path, FileMode.OpenOrCreate);

    /// <summary>A file to write to behind what is in it, made when it is not there. Others may read it meanwhile.</summary>
    /// <exception cref="IOException">It is written to by another process, or cannot be made.</exception>
    public static FileStream Continue(string path)
    {
        var file = Open(path, FileMode.OpenOrCreate, FileShare.Read | FileShare.Delete);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    /// <summary>A folder, made when it is not there. One that is there is left as it is.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (OperatingSystem.IsWindows())
            CreateFolderOnWindows(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream Open(string path, FileMode mode, FileShare share = FileShare.None) =>
        OperatingSystem.IsWindows() ? OpenOnWindows(path, mode, share) : OpenOnUnix(path, mode, share);

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static FileStream OpenOnUnix(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.Write,
        Share = share,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static FileStream OpenOnWindows(string path, FileMode mode, FileShare share)
    {
        var security = new FileSecurity();
        GiveToOwner(security, InheritanceFlags.None);
        return new FileInfo(path).Create(mode, FileSystemRights.FullControl, share, 4096, FileOptions.None, security);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void CreateFolderOnWindows(string path)
    {
        var security = new DirectorySecurity();
        GiveToOwner(security, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit);
        new DirectoryInfo(path).Create(security);
    }

    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void GiveToOwner(FileSystemSecurity security, InheritanceFlags inheritance)
    {
        var owner = WindowsIdentity.GetCurrent().User!;
        security.SetOwner(owner);
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(owner, FileSystemRights.FullControl, inheritance, PropagationFlags.None, AccessControlType.Allow));
    }
}
