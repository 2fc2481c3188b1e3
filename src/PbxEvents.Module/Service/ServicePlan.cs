using System.Management.Automation;

namespace PbxEvents.Module.Service;

/// <summary>What a service is to run, and how this machine runs it. Immutable.</summary>
/// <param name="Name">The name of the unit or task.</param>
/// <param name="FilePath">The script.</param>
/// <param name="User">As whom it runs.</param>
/// <param name="Program">The program, and what it takes before PowerShell's own options.</param>
/// <param name="DotnetRoot">Where .NET is, when the program would not find it; null when it does.</param>
/// <param name="Launcher">The module's script that runs the other.</param>
internal sealed record ServicePlan(string Name, string FilePath, string User, IReadOnlyList<string> Program, string? DotnetRoot, string Launcher)
{
    /// <summary>The files that the user must be able to use.</summary>
    public IEnumerable<string> Files => [.. Program, Launcher, FilePath];

    /// <summary>The command line, word by word.</summary>
    public IReadOnlyList<string> Words => [.. Program, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", Launcher, "-FilePath", FilePath];

    /// <summary>For this PowerShell and this module, wherever they are.</summary>
    public static ServicePlan Make(string name, string filePath, string user) => Make(
        name, filePath, user,
        Path.GetDirectoryName(typeof(PSObject).Assembly.Location)!,
        Path.GetDirectoryName(typeof(object).Assembly.Location)!,
        Path.GetDirectoryName(Path.GetDirectoryName(typeof(ServicePlan).Assembly.Location)!)!);

    /// <param name="name">The name.</param>
    /// <param name="filePath">The script.</param>
    /// <param name="user">The user.</param>
    /// <param name="powerShell">The folder of PowerShell.</param>
    /// <param name="runtime">The folder of the .NET that runs it: the same where PowerShell brings it, as in a package; another for a .NET tool.</param>
    /// <param name="module">The folder of the module.</param>
    internal static ServicePlan Make(string name, string filePath, string user, string powerShell, string runtime, string module)
    {
        var ending = OperatingSystem.IsWindows() ? ".exe" : "";
        var program = Path.Combine(powerShell, "pwsh" + ending);

        // .../dotnet/shared/Microsoft.NETCore.App/10.0.0
        var root = Path.TrimEndingDirectorySeparator(runtime) == Path.TrimEndingDirectorySeparator(powerShell) ? null : Path.GetFullPath(Path.Combine(runtime, "..", "..", ".."));
        string[] words = File.Exists(program) || root is null ? [program] : [Path.Combine(root, "dotnet" + ending), Path.Combine(powerShell, "pwsh.dll")];
        return new ServicePlan(name, filePath, user, words, root, Path.Combine(module, "RunService.ps1"));
    }
}
