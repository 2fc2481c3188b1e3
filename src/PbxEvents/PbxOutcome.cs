namespace PbxEvents;

/// <summary>The outcome of an ended call or leg.</summary>
public enum PbxOutcome : byte
{
    /// <summary>A person answered and the parties spoke.</summary>
    Answered,

    /// <summary>
    /// It rang, or waited, and no person answered: everything was seen, or the platform says so. Never an outbound call.
    /// </summary>
    Missed,

    /// <summary>The caller gave up while waiting in a queue.</summary>
    Abandoned,

    /// <summary>This leg rang, another one was answered. For a call: only when no subscription saw more.</summary>
    AnsweredElsewhere,

    /// <summary>Nobody answered and voicemail took the call.</summary>
    Voicemail,

    /// <summary>The called party was busy.</summary>
    Busy,

    /// <summary>The called party refused the call.</summary>
    Rejected,

    /// <summary>A person answered and transferred the call.</summary>
    Transferred,

    /// <summary>
    /// The call failed: an error, or an outbound call that nobody answered (<see cref="PbxCall.EndedBy"/> Caller when
    /// the caller gave up).
    /// </summary>
    Failed,

    /// <summary>
    /// For filters and tables: the call has ended, but part of it was missed, so its outcome is not known. The
    /// outcome of such a call is null.
    /// </summary>
    Unknown,
}
