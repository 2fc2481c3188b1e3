using System.Globalization;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What the random tests are set to: the same seed makes the same run, environment variables make it longer.</summary>
internal static class EvidenceSettings
{
    /// <summary>Where every random choice comes from: <c>PBXEVENTS_SEED</c>, else a new one for each run. It is printed.</summary>
    public static int Seed { get; } = Read("PBXEVENTS_SEED") ?? Random.Shared.Next();

    /// <summary>How many frames the fuzz tests feed in all: <c>PBXEVENTS_FUZZ_FRAMES</c>. Default 50,000.</summary>
    public static int FuzzFrames { get; } = Read("PBXEVENTS_FUZZ_FRAMES") ?? 50_000;

    /// <summary>How long the chaos tests break things, all platforms together: <c>PBXEVENTS_CHAOS_SECONDS</c>. Default 20 s.</summary>
    public static TimeSpan ChaosTime { get; } = TimeSpan.FromSeconds(Read("PBXEVENTS_CHAOS_SECONDS") ?? 20);

    private static int? Read(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
