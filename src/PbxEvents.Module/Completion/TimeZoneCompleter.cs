using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers this machine's time zones, by the beginning of any part of their names: people know the city.</summary>
public sealed class TimeZoneCompleter : Completer
{
    private static readonly char[] Separators = ['/', '_', ' ', '(', ')', ','];

    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        TimeZoneInfo.GetSystemTimeZones().Select(z => new Candidate(z.Id, z.DisplayName));

    private protected override IEnumerable<string> OtherWordsOf(Candidate candidate) =>
        $"{candidate.Value} {candidate.ToolTip}".Split(Separators, StringSplitOptions.RemoveEmptyEntries);
}
