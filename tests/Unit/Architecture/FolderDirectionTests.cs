using System.Text.RegularExpressions;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Architecture;

/// <summary>Within the provider layer, too, references run one way (architecture.md section 1).</summary>
public sealed partial class FolderDirectionTests
{
    private static readonly string Root = Path.Combine(Checkout.Root, "src", "PbxEvents.Providers");

    private static readonly Source[] Sources = [.. Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
        .Where(f => !f.StartsWith("obj/", StringComparison.Ordinal) && !f.StartsWith("bin/", StringComparison.Ordinal))
        .Select(f => new Source(f, File.ReadAllText(Path.Combine(Root, f))))];

    private static readonly Dictionary<string, string> RoomOfType = Sources
        .SelectMany(s => Declaration().Matches(s.Text).Select(m => (Type: m.Groups[1].Value, s.Room)))
        .GroupBy(d => d.Type).ToDictionary(g => g.Key, g => g.First().Room);

    [Fact(DisplayName = "contracts know no other folder; transport, connection and platforms only contracts; platforms never each other")]
    public void RunsOneWay()
    {
        var wrong = Sources.SelectMany(s => s.Words
            .Where(w => RoomOfType.TryGetValue(w, out var room) && !MayKnow(s.Room, room))
            .Select(w => $"{s.File} knows {w} in {RoomOfType[w]}"));

        Assert.Equal([], wrong);
    }

    [Fact(DisplayName = "the rooms are all there, so that the test above looks at the real thing")]
    public void RoomsAreThere() => Assert.Superset(
        new HashSet<string> { "", "Contracts", "Transport", "Connection", "Platforms/Kit", "Platforms/OneCloud", "Platforms/PortSip", "Platforms/RingCentral",
            "Platforms/TelecomX", "Platforms/Yeastar" },
        Sources.Select(s => s.Room).ToHashSet());

    [Fact(DisplayName = "a namespace is named after its folder")]
    public void NamespaceIsTheFolder() =>
        Assert.Equal([], Sources.Where(s => !s.Text.Contains($"namespace {s.Namespace};", StringComparison.Ordinal)).Select(s => s.File));

    [Fact(DisplayName = "a whole platform with its server, made of the kit, is at most 400 lines")]
    public void SampleIsSmall() =>
        Assert.InRange(Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests", "Unit", "Sample"), "*.cs").Sum(f => File.ReadLines(f).Count()), 1, 400);

    private static bool MayKnow(string from, string to) =>
        from == to || from.Length == 0 || to == "Contracts" || (from.StartsWith("Platforms/", StringComparison.Ordinal) && to == "Platforms/Kit");

    [GeneratedRegex(@"^(?:public|internal)[\w ]*? (?:class|struct|interface|enum|record(?: struct)?) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"//.*$|""(?:[^""\\\n]|\\.)*""", RegexOptions.Multiline)]
    private static partial Regex CommentOrText();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex TypeName();

    private sealed record Source(string File, string Text)
    {
        /// <summary>The first folder of the path, of a platform the first two.</summary>
        public string Room { get; } = string.Join('/', File.Split('/')[..^1].Take(File.StartsWith("Platforms/", StringComparison.Ordinal) ? 2 : 1));

        public string Namespace { get; } = string.Join('.', File.Split('/')[..^1].Prepend("PbxEvents.Providers"));

        public IEnumerable<string> Words => TypeName().Matches(CommentOrText().Replace(Text, "")).Select(m => m.Value).Distinct();
    }
}
