using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using PbxEvents.Journal;

namespace PbxEvents.Module.Durable;

/// <summary>
/// Where the stores of journals and what they bring along are loaded: apart from everything else in the process, so that another module's
/// version of the same library is neither used nor disturbed. Made when the first journal is opened.
/// </summary>
internal sealed class StoreContext : AssemblyLoadContext
{
    private static readonly Lazy<IJournalStoreFactory> SqliteStores = new(() =>
        new StoreContext().Make("PbxEvents.Journal.Sqlite", "PbxEvents.Journal.Sqlite.SqliteStoreFactory"));

    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(typeof(StoreContext).Assembly.Location)!, "deps");

    /// <summary>What both sides speak to each other in must be the same for both.</summary>
    private static readonly Assembly[] Shared = [typeof(PbxEvent).Assembly, typeof(IJournalStore).Assembly];

    private StoreContext() : base("PbxEvents stores")
    {
    }

    /// <summary>Journals in SQLite files.</summary>
    /// <exception cref="PbxException">The module is not whole.</exception>
    public static IJournalStoreFactory Sqlite
    {
        get
        {
            try
            {
                return SqliteStores.Value;
            }
            catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException)
            {
                throw new PbxException(
                    PbxErrorKind.JournalFailed, $"The part of PbxEvents that keeps journals cannot be loaded from '{Folder}': {e.Message}", "Install the module again.", e)
                { Target = Folder, IsPermanent = true };
            }
        }
    }

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(Folder, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : Array.Find(Shared, a => a.GetName().Name == assemblyName.Name);
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var name = OperatingSystem.IsWindows() ? $"{unmanagedDllName}.dll"
            : OperatingSystem.IsMacOS() ? $"lib{unmanagedDllName}.dylib"
            : $"lib{unmanagedDllName}.so";
        var path = Path.Combine(Folder, "runtimes", Platform(), "native", name);
        return File.Exists(path) ? LoadUnmanagedDllFromPath(path) : 0;
    }

    /// <summary>The folder of this system's and processor's library.</summary>
    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : RuntimeInformation.RuntimeIdentifier is var id && (id.Contains("musl", StringComparison.Ordinal) || id.StartsWith("alpine", StringComparison.Ordinal)) ? "linux-musl"
            : "linux";
        return RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => $"{system}-x64",
            Architecture.Arm64 => $"{system}-arm64",
            _ => $"{system}-none",
        };
    }

    private IJournalStoreFactory Make(string assembly, string type) =>
        (IJournalStoreFactory)Activator.CreateInstance(LoadFromAssemblyPath(Path.Combine(Folder, assembly + ".dll")).GetType(type, throwOnError: true)!)!;
}
