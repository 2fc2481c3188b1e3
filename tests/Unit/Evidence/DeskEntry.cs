using System.Text.RegularExpressions;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A ticket as the desk's own search gives it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Status">Its status.</param>
/// <param name="Texts">What was written to it, the first first.</param>
internal sealed partial record DeskEntry(int Id, string Subject, string Status, IReadOnlyList<string> Texts)
{
    public bool IsOpen => Status is not ("resolved" or "rejected" or "deleted");

    /// <summary>The calls that it was told of, in order, as <c>connection/id</c>.</summary>
    public IReadOnlyList<string> Calls { get; } = [.. Texts.SelectMany(t => CallLine().Matches(t)).Select(m => $"{m.Groups["connection"].Value}/{m.Groups["id"].Value}")];

    [GeneratedRegex(@"^Call: (?<id>.+) on (?<connection>\w+)\r?$", RegexOptions.Multiline)]
    private static partial Regex CallLine();
}
