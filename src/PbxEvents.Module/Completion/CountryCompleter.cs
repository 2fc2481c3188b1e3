using System.Collections;
using System.Globalization;
using PbxEvents.Module.Desk;

namespace PbxEvents.Module.Completion;

/// <summary>Offers the countries whose telephone numbers are known: two letters, with the name beside them.</summary>
public sealed class CountryCompleter : Completer
{
    private protected override IEnumerable<Candidate> GetCandidates(IDictionary bound) => DeskParts.Numbers.Countries.Select(c => new Candidate(c, NameOf(c)));

    private protected override IEnumerable<string> OtherWordsOf(Candidate candidate) => [candidate.ToolTip];

    private static string NameOf(string country)
    {
        try
        {
            return new RegionInfo(country).EnglishName;
        }
        catch (ArgumentException)
        {
            return country;
        }
    }
}
