namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// What is known of one telephony session: its parties, merged by id, since a notification brings only the party that
/// changed (ringcentral.md section 8). Loop only.
/// </summary>
/// <param name="id">Its id.</param>
internal sealed class TelephonySession(string id)
{
    private readonly Dictionary<string, TelephonyParty> _parties = new(StringComparer.Ordinal);

    public string Id => id;

    /// <summary>The queue it came through; null when it did not, or nobody said which.</summary>
    public string? Queue { get; set; }

    /// <summary>True when the caller is an extension; null while nobody said.</summary>
    public bool? IsFromInside { get; set; }

    /// <summary>True when an extension is called.</summary>
    public bool IsToInside { get; set; }

    /// <summary>True when the platform does not know it any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>True when every known party has ended.</summary>
    public bool HasEnded => IsGone || (_parties.Count > 0 && _parties.Values.All(p => p.HasEnded));

    /// <summary>True once a called party is known.</summary>
    public bool HasCallee => _parties.Values.Any(p => p.IsInbound);

    /// <summary>The party of that id.</summary>
    public TelephonyParty Get(string party)
    {
        if (!_parties.TryGetValue(party, out var known))
            _parties.Add(party, known = new TelephonyParty());
        return known;
    }

    /// <summary>True when a party other than this one lives.</summary>
    public bool HasOthers(TelephonyParty party) => _parties.Values.Any(p => !ReferenceEquals(p, party) && !p.HasEnded);

    /// <summary>
    /// The extension of a called party that never rang and is not this one: the queue that passed the call on (inferred, the
    /// platform does not say; section 12, question 5).
    /// </summary>
    public string? FindPassedFrom(TelephonyParty party) =>
        _parties.Values.FirstOrDefault(p => !ReferenceEquals(p, party) && p is { IsInbound: true, WasAlerted: false, Extension: not null }
            && p.Extension != party.Extension)?.Extension;
}
