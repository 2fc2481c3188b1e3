namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>What the system's number of an error says of a disk. Its words are no help: they are in the user's language.</summary>
internal static class DiskErrors
{
    private static readonly int[] Full = OperatingSystem.IsWindows() ? [39, 112, 1295] : OperatingSystem.IsMacOS() ? [28, 69] : [28, 122];

    private static readonly int[] ReadOnly = OperatingSystem.IsWindows() ? [5, 19] : [1, 13, 30];

    /// <summary>The system's number of an error.</summary>
    public static int CodeOf(IOException e) => OperatingSystem.IsWindows() ? e.HResult & 0xffff : e.HResult;

    /// <summary>True when there is no room on the disk, or none for this user.</summary>
    public static bool IsFull(int code) => Array.IndexOf(Full, code) >= 0;

    /// <summary>True when the disk, the folder or the file may only be read.</summary>
    public static bool IsReadOnly(int code) => Array.IndexOf(ReadOnly, code) >= 0;
}
