using System.Collections;

namespace PbxEvents.Module.Completion;

/// <summary>Offers this machine's time zones.</summary>
public sealed class TimeZoneCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) =>
        TimeZoneInfo.GetSystemTimeZones().Select(z => new Candidate(z.Id, z.DisplayName));
}
