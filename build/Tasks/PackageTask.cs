using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace PbxEvents.Build.Tasks;

/// <summary>The built module as one file that is unpacked into a module folder.</summary>
internal static class PackageTask
{
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await CompileTask.RunAsync(cancellationToken);
        var properties = XDocument.Load(Repo.Under("Directory.Build.props"));
        var version = properties.Descendants("Version").Single().Value;
        var package = Path.Combine(Repo.Out, "packages", $"PbxEvents-{version}.zip");
        Directory.CreateDirectory(Path.GetDirectoryName(package)!);
        File.Delete(package);
        ZipFile.CreateFromDirectory(Repo.Module, package, CompressionLevel.SmallestSize, includeBaseDirectory: true);
        await using var content = File.OpenRead(package);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        Console.WriteLine($"{Path.GetRelativePath(Repo.Root, package)}  {content.Length / 1024} kB  sha256 {hash}");
        return 0;
    }
}
