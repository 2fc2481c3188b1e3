namespace PbxEvents;

/// <summary>What became of the events that a gap covers.</summary>
public enum PbxGapRecovery
{
    /// <summary>They will not come.</summary>
    Lost,

    /// <summary>Some of them were replayed or recovered; the rest will not come.</summary>
    Partial,

    /// <summary>All of them were replayed, in order, each once.</summary>
    Recovered,

    /// <summary>
    /// The platform's call records are being read for the calls that ended meanwhile; the event GapFilled has the result.
    /// </summary>
    Pending,
}
