namespace PbxEvents;

/// <summary>The state of a call or of one of its legs.</summary>
public enum PbxCallState : byte
{
    /// <summary>Set up, nothing rings yet.</summary>
    Offered,

    /// <summary>At least one device is alerting.</summary>
    Ringing,

    /// <summary>A person answered. An IVR's, a queue's or a voicemail's answer does not count.</summary>
    Answered,

    /// <summary>A party was put on hold.</summary>
    Held,

    /// <summary>The call waits in a park slot.</summary>
    Parked,

    /// <summary>The call is on its way to another party.</summary>
    Transferred,

    /// <summary>Every leg is gone.</summary>
    Ended,
}
