namespace PbxEvents.Build;

/// <summary>One word that build.sh understands.</summary>
/// <param name="Name">The word.</param>
/// <param name="Help">What it does, for the usage text.</param>
/// <param name="RunAsync">Does it; gives the exit code.</param>
internal sealed record BuildTask(string Name, string Help, Func<CancellationToken, Task<int>> RunAsync);
