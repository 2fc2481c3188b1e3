namespace PbxEvents.Benchmarks.Harness;

/// <summary>How this run is to be made, and what it found on the machine.</summary>
internal sealed record Setup
{
    /// <summary>Alternating rounds that count.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Events in a round.</summary>
    public int Events { get; init; } = 100_000;

    /// <summary>True for a look while developing: few events, few rounds.</summary>
    public bool IsQuick { get; init; }

    /// <summary>The names of the rows to run; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>True for a run whose results are the ones to keep.</summary>
    public bool IsWhole => !IsQuick && Only.Count == 0;

    /// <summary>The repository.</summary>
    public required string Root { get; init; }

    /// <summary>The program that is PowerShell and its first arguments; empty when there is none.</summary>
    public IReadOnlyList<string> PowerShell { get; init; } = [];

    /// <summary>The folder with the packages of tests/Peers/node; null when there is none.</summary>
    public string? NodeModules { get; init; }

    public static Setup Parse(string[] arguments)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "PbxEvents.sln")))
            root = root.Parent ?? throw new InvalidOperationException("The benchmarks do not run inside the checkout.");
        var setup = new Setup { Root = root.FullName };
        for (var i = 0; i < arguments.Length; i++)
        {
            setup = arguments[i] switch
            {
                "--quick" => setup with { IsQuick = true, Rounds = 1, Events = 20_000 },
                "--row" => setup with { Only = Next().ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries) },
                "--rounds" => setup with { Rounds = int.TryParse(Next(), out var rounds) && rounds > 0 ? rounds : throw new ArgumentException("--rounds takes a number.") },
                "--pwsh" => setup with { PowerShell = Next().Split('\n') },
                "--node-modules" => setup with { NodeModules = Next() },
                _ => throw new ArgumentException($"There is no option '{arguments[i]}'."),
            };

            string Next() => i + 1 < arguments.Length ? arguments[++i] : throw new ArgumentException($"{arguments[i]} takes a value.");
        }
        return setup;
    }

    /// <summary>A path in benchmarks/.</summary>
    public string PathOf(params string[] parts) => Path.Combine([Root, "benchmarks", .. parts]);

    /// <summary>Starts a script of benchmarks/node.</summary>
    public Child StartNode(string name, string script, params string[] arguments) =>
        Child.Start(name, "node", [PathOf("node", script), .. arguments], ("NODE_PATH", NodeModules!));

    /// <summary>Starts a script of benchmarks/powershell.</summary>
    public Child StartPowerShell(string name, string script, params string[] arguments) =>
        Child.Start(name, PowerShell[0], [.. PowerShell.Skip(1), "-NoLogo", "-NoProfile", "-NonInteractive", "-File", PathOf("powershell", script), .. arguments],
            ("NO_COLOR", "1"));
}
