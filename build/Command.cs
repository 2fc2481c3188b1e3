namespace PbxEvents.Build;

/// <summary>A program to run.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">Its arguments, unquoted.</param>
internal sealed record Command(string File, params IReadOnlyList<string> Arguments)
{
    /// <summary>After so long it is ended and has failed: nothing hangs for ever.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Where it runs.</summary>
    public string Folder { get; init; } = Repo.Root;

    /// <summary>True to let it write to the terminal; false to keep its output for the case that it fails.</summary>
    public bool IsShown { get; init; }

    /// <summary>Variables on top of the inherited ones.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
