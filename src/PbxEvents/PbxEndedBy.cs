namespace PbxEvents;

/// <summary>Who ended a call.</summary>
public enum PbxEndedBy : byte
{
    /// <summary>The party that started the call.</summary>
    Caller,

    /// <summary>The party that was called.</summary>
    Callee,

    /// <summary>The PBX: a time-out, a menu, a queue that sends callers away.</summary>
    System,
}
