namespace PbxEvents.Build;

/// <summary>One word that build.sh understands.</summary>
/// <param name="Name">The word.</param>
/// <param name="Help">What it does, for the usage text.</param>
/// <param name="RunAsync">Does it with the words that followed; gives the exit code.</param>
internal sealed record BuildTask(string Name, string Help, Func<IReadOnlyList<string>, CancellationToken, Task<int>> RunAsync)
{
    /// <summary>A task without words of its own.</summary>
    public BuildTask(string name, string help, Func<CancellationToken, Task<int>> runAsync)
        : this(name, help, (_, cancellationToken) => runAsync(cancellationToken)) => TakesWords = false;

    /// <summary>True when words may follow its name.</summary>
    public bool TakesWords { get; } = true;
}
