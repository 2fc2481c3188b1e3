using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PbxEvents.Tests.Unit.Architecture;

/// <summary>The references that the compiler wrote into an assembly. Nothing is loaded, so PowerShell need not be there.</summary>
internal sealed class BuiltAssembly
{
    private static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private BuiltAssembly(string name, IReadOnlyList<string> references)
    {
        Name = name;
        References = references;
    }

    public string Name { get; }

    public IReadOnlyList<string> References { get; }

    /// <summary>The references to assemblies of this project.</summary>
    public IEnumerable<string> Own => References.Where(r => r.StartsWith("PbxEvents", StringComparison.Ordinal));

    /// <summary>The references to what neither this project nor .NET itself brings.</summary>
    public IEnumerable<string> Foreign => References.Except(Own).Where(r => !File.Exists(Path.Combine(FrameworkFolder, r + ".dll")));

    public static BuiltAssembly Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return new(name, [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))]);
    }
}
