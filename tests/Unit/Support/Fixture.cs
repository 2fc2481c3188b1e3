namespace PbxEvents.Tests.Unit.Support;

/// <summary>Recorded frames in tests/Fixtures: one frame on each line.</summary>
internal static class Fixture
{
    /// <summary>The frames of a recording.</summary>
    /// <param name="platform">The folder.</param>
    /// <param name="name">The file without its extension.</param>
    public static IReadOnlyList<string> Read(string platform, string name) => File.ReadAllLines(Path.Combine(Folder(platform), $"{name}.jsonl"));

    /// <summary>The path of a folder in tests/Fixtures.</summary>
    /// <param name="name">The folder.</param>
    public static string Folder(string name) => Path.Combine(Checkout.Root, "tests", "Fixtures", name);
}
