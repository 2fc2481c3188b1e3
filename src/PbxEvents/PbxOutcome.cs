namespace PbxEvents;

/// <summary>How an ended call, or an ended leg, turned out.</summary>
public enum PbxOutcome : byte
{
    /// <summary>A person answered and the parties spoke.</summary>
    Answered,

    /// <summary>
    /// It rang, or waited, and no person answered: everything since was seen, or the platform says so. Never an outbound call.
    /// </summary>
    Missed,

    /// <summary>The caller gave up while waiting in a queue.</summary>
    Abandoned,

    /// <summary>This leg rang, another one was answered. Of a call: only when nothing that was subscribed saw more.</summary>
    AnsweredElsewhere,

    /// <summary>Nobody answered and voicemail took the call.</summary>
    Voicemail,

    /// <summary>The called party was busy.</summary>
    Busy,

    /// <summary>The called party refused the call.</summary>
    Rejected,

    /// <summary>A person answered and passed the call on.</summary>
    Transferred,

    /// <summary>
    /// The call did not come about: a fault, or an outbound call that nobody answered (<see cref="PbxCall.EndedBy"/> Caller when
    /// the caller gave up).
    /// </summary>
    Failed,

    /// <summary>
    /// A word for filters and tables: the call has ended, and nobody can say how, because something of it was not seen. The
    /// outcome of such a call is null.
    /// </summary>
    Unknown,
}
