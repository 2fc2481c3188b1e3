namespace PbxEvents;

/// <summary>The direction of a call, seen from the PBX.</summary>
public enum PbxDirection : byte
{
    /// <summary>The platform did not say.</summary>
    Unknown,

    /// <summary>From outside to an extension.</summary>
    Inbound,

    /// <summary>From an extension to outside.</summary>
    Outbound,

    /// <summary>Between extensions.</summary>
    Internal,
}
