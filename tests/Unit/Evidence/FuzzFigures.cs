namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What one fuzz run was.</summary>
/// <param name="Target">The platform, or the codec.</param>
/// <param name="Seed">What every choice came from.</param>
/// <param name="Frames">How many broken frames were fed.</param>
/// <param name="Good">How many good frames among and after them were read.</param>
/// <param name="Largest">The largest thing that was remembered at the end.</param>
internal sealed record FuzzFigures(string Target, int Seed, int Frames, int Good, string Largest)
{
    /// <summary>What was wrong, a text each; empty when all was well.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    public override string ToString() => $"{Target} seed {Seed}: {Frames} broken frames, {Good} good ones read{(Largest.Length > 0 ? $", most remembered {Largest}" : "")}";
}
