using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using PbxEvents.Journal;
using PbxEvents.Notify;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Parts;

/// <summary>
/// Where the parts of the module that bring libraries of others along are loaded, from the folder <c>deps</c>: apart from everything else in
/// the process, so that another module's version of the same library is neither used nor disturbed. Made when the first part is wanted.
/// </summary>
internal sealed class PartContext : AssemblyLoadContext
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(typeof(PartContext).Assembly.Location)!, "deps");

    private static readonly Lazy<PartContext> Instance = new(() => new PartContext());

    /// <summary>What both sides speak to each other in must be the same for both.</summary>
    private static readonly Assembly[] Shared = [typeof(PbxEvent).Assembly, typeof(TransportOptions).Assembly, typeof(IJournalStore).Assembly, typeof(INotifier).Assembly];

    private PartContext() : base("PbxEvents parts")
    {
    }

    /// <summary>Makes the one object through which a part is used.</summary>
    /// <typeparam name="T">Its contract, which stands in a shared assembly.</typeparam>
    /// <param name="type">The full name of the class; its namespace is the name of the part's assembly.</param>
    /// <param name="kind">The kind of the error if that is not possible.</param>
    /// <exception cref="PbxException">The module is not whole.</exception>
    public static T Make<T>(string type, PbxErrorKind kind)
    {
        var assembly = type[..type.LastIndexOf('.')];
        try
        {
            return (T)Activator.CreateInstance(Instance.Value.LoadFromAssemblyPath(Path.Combine(Folder, assembly + ".dll")).GetType(type, throwOnError: true)!)!;
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException)
        {
            throw new PbxException(kind, $"{assembly}, a part of PbxEvents, cannot be loaded from '{Folder}': {e.Message}", "Reinstall the module.", e)
            {
                Target = Folder,
                IsPermanent = true,
            };
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
}
