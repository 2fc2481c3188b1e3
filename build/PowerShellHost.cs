namespace PbxEvents.Build;

/// <summary>A PowerShell that the module can run in.</summary>
/// <param name="Start">How it is started, before its own arguments.</param>
/// <param name="Version">Its version.</param>
internal sealed record PowerShellHost(Command Start, Version Version)
{
    /// <summary>The oldest that PbxEvents supports: the manifest's PowerShellVersion.</summary>
    private static readonly Version Oldest = new(7, 6);

    /// <summary>The first start compiles a lot on a slow machine.</summary>
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromMinutes(1);

    /// <summary>An answer takes seconds; a network that swallows packets must not hold up a build for long.</summary>
    public static readonly TimeSpan RestoreLimit = TimeSpan.FromMinutes(2);

    /// <summary>Looks on the PATH, then asks the tool manifest for one.</summary>
    /// <returns>The host, or why there is none, in half a sentence.</returns>
    public static async Task<(PowerShellHost? Host, string WhyNot)> FindAsync(CancellationToken cancellationToken)
    {
        var whyNot = "pwsh is not on the PATH";
        if (Executables.Find("pwsh") is { } path)
        {
            var start = new Command(path);
            if (await ProbeAsync(start, cancellationToken) is { } version)
            {
                if (version >= Oldest)
                    return (new PowerShellHost(start, version), "");
                whyNot = $"pwsh on the PATH is {version}, older than {Oldest}";
            }
            else
            {
                whyNot = "pwsh on the PATH does not start";
            }
        }

        var restore = new Command(Executables.Dotnet, "tool", "restore") { Timeout = RestoreLimit };
        if (!(await Runner.RunAsync(restore, cancellationToken)).IsOk)
            return (null, $"{whyNot}, and `dotnet tool restore` cannot get it");
        var tool = new Command(Executables.Dotnet, "tool", "run", "pwsh", "--");
        return await ProbeAsync(tool, cancellationToken) is { } toolVersion
            ? (new PowerShellHost(tool, toolVersion), "")
            : (null, $"{whyNot}, and the one that `dotnet tool restore` got does not start");
    }

    /// <summary>Runs a script in a fresh process, without the user's profile.</summary>
    public Command Script(string path, params string[] arguments) => With(Start, ["-File", path, .. arguments]);

    /// <summary>Runs a line in a fresh process, without the user's profile.</summary>
    public Command Line(string text) => With(Start, ["-Command", text]);

    private static Command With(Command start, string[] arguments) =>
        start with { Arguments = [.. start.Arguments, "-NoLogo", "-NoProfile", "-NonInteractive", .. arguments] };

    private static async Task<Version?> ProbeAsync(Command start, CancellationToken cancellationToken)
    {
        var probe = With(start, ["-Command", "$v = $PSVersionTable.PSVersion; \"$($v.Major).$($v.Minor).$($v.Patch)\""]) with { Timeout = ProbeLimit };
        var result = await Runner.RunAsync(probe, cancellationToken);
        return result.IsOk && Version.TryParse(result.Output is [.., var last] ? last : null, out var version) ? version : null;
    }
}
