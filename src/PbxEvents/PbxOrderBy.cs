namespace PbxEvents;

/// <summary>Which events of a durable reaction run one after the other, retries included.</summary>
public enum PbxOrderBy
{
    /// <summary>Those of a call; events without a call are ordered by extension, otherwise by queue.</summary>
    Call,

    /// <summary>Those of an extension. Events without one are not ordered.</summary>
    Extension,

    /// <summary>
    /// Those of a caller, whatever the call, and of an outbound call those of whom was called. Numbers that end alike wait for one another, so that it
    /// does not matter how one is written. What has no number waits as with Call.
    /// </summary>
    Caller,

    /// <summary>None: each runs as soon as there is room.</summary>
    None,
}
