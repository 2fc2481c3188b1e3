namespace PbxEvents.Module.Views;

/// <summary>What a colour says. Tables and live views share it, so a missed call looks the same everywhere.</summary>
internal enum Tone
{
    /// <summary>Nothing special.</summary>
    Plain,

    /// <summary>Of less interest: over, or a label.</summary>
    Dim,

    /// <summary>A heading.</summary>
    Strong,

    /// <summary>As it should be: people talk, the link stands.</summary>
    Good,

    /// <summary>Under way: it rings, it is held, it goes to somebody else.</summary>
    Busy,

    /// <summary>Somebody may want to look: voicemail, busy, rejected, a link that is being restored.</summary>
    Warning,

    /// <summary>Somebody should do something: missed, abandoned, failed.</summary>
    Bad,
}
