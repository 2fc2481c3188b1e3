using System.Security.Cryptography;
using PbxEvents.Build.Packaging;

namespace PbxEvents.Build.Tasks;

/// <summary>The built module as the package that a gallery takes.</summary>
internal static class PackageTask
{
    private static readonly string Folder = Path.Combine(Repo.Out, "packages");

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await CompileTask.RunAsync(cancellationToken);
        var package = await PackAsync(cancellationToken);
        await using var content = File.OpenRead(package);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        Console.WriteLine($"{Path.GetRelativePath(Repo.Root, package)}  {content.Length / 1024} kB  sha256 {hash}");
        return 0;
    }

    /// <summary>Packs the module in out/PbxEvents as it is.</summary>
    /// <returns>The path of the package, which is the only file in its folder.</returns>
    public static async Task<string> PackAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        var manifest = ModuleManifest.Read();
        var specification = Path.Combine(Repo.Out, "PbxEvents.nuspec");
        Nuspec.From(manifest).Save(specification);
        // The analysis is for packages that projects reference; this one is a module.
        var pack = new Command(Executables.Dotnet,
            "pack", Path.Combine("src", "PbxEvents.Module"), "-c", "Release", "--no-build", "-o", Folder, "-v", "q", "-nologo",
            $"-p:NuspecFile={specification}", $"-p:NuspecBasePath={Repo.Module}", "-p:NoPackageAnalysis=true");
        await Step.RunAsync("package to out/packages", pack, cancellationToken);
        return Path.Combine(Folder, $"PbxEvents.{manifest.Text("ModuleVersion")}.nupkg");
    }
}
