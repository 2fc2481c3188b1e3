using System.Globalization;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What the random tests are set to: the same seed makes the same run, environment variables make it longer.</summary>
internal static class EvidenceSettings
{
    /// <summary>Where every random choice comes from: <c>PBXEVENTS_SEED</c>, else always the same. Fresh ones are <c>./build.sh soak</c>'s.</summary>
    public static int Seed { get; } = Read("PBXEVENTS_SEED") ?? 20261121;

    /// <summary>How many frames the fuzz tests feed in all: <c>PBXEVENTS_FUZZ_FRAMES</c>. Default 50,000.</summary>
    public static int FuzzFrames { get; } = Read("PBXEVENTS_FUZZ_FRAMES") ?? 50_000;

    /// <summary>How many engine events the load test raises on each platform: <c>PBXEVENTS_LOAD_EVENTS</c>. Default 2,000.</summary>
    public static int LoadEvents { get; } = Read("PBXEVENTS_LOAD_EVENTS") ?? 2000;

    /// <summary>How often a process with a journal is killed: <c>PBXEVENTS_JOURNAL_KILLS</c>. Default 200.</summary>
    public static int JournalKills { get; } = Read("PBXEVENTS_JOURNAL_KILLS") ?? 200;

    /// <summary>How many missed calls become tickets at a real desk: <c>PBXEVENTS_DESK_CALLS</c>. Default 24.</summary>
    public static int DeskCalls { get; } = Read("PBXEVENTS_DESK_CALLS") ?? 24;

    /// <summary>How many calls listeners and workers on several machines share: <c>PBXEVENTS_WORKER_CALLS</c>. Default 60.</summary>
    public static int WorkerCalls { get; } = Read("PBXEVENTS_WORKER_CALLS") ?? 60;

    private static int? Read(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
