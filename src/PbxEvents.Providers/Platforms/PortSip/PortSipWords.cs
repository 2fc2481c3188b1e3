namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>PortSIP's words and codes in the words that all platforms share.</summary>
internal static class PortSipWords
{
    /// <summary>Both spellings of portsip.md section 8; a call from outside that goes out again came from outside. Null when it is neither.</summary>
    public static PbxDirection? Direction(string? word) => word?.ToUpperInvariant() switch
    {
        "EXT" or "INTERNAL" => PbxDirection.Internal,
        "IN" or "INBOUND" or "IN2OUT" or "INBOUND_OUTBOUND" => PbxDirection.Inbound,
        "OUT" or "OUTBOUND" => PbxDirection.Outbound,
        _ => null,
    };

    /// <summary>True for a call from outside that went out again, to a mobile as a rule.</summary>
    public static bool GoesOutside(string? word) => word?.ToUpperInvariant() is "IN2OUT" or "INBOUND_OUTBOUND";

    /// <summary>Who ended it; null for other reasons.</summary>
    public static PbxEndedBy? EndedBy(string? reason) => IsByCaller(reason) ? PbxEndedBy.Caller
        : reason?.ToUpperInvariant() is "CALLEE_DISCONNECT" or "CALLEE_DISCONNECTED" ? PbxEndedBy.Callee
        : null;

    /// <summary>
    /// What a SIP status means that ended a call or a device's ringing (section 7, point 5): 486, 600 and 603 are the called
    /// party's no and not a fault, 487 is the caller's, 408 is nobody's; the rest, 480 offline and 404 unknown among them,
    /// is a failure.
    /// </summary>
    public static PbxOutcome Failure(long? code) => code switch
    {
        486 or 600 => PbxOutcome.Busy,
        603 => PbxOutcome.Rejected,
        408 or 487 => PbxOutcome.Missed,
        _ => PbxOutcome.Failed,
    };

    /// <summary>True for the reasons with which a party's part in a call ends because the call goes on with another one (section 7).</summary>
    public static bool IsTransfer(string? reason) => reason?.ToUpperInvariant()
        is "REFERRED" or "REPLACED" or "REDIRECTED" or "BLIND_TRANSFER_COMPLETE" or "ATTENDED_TRANSFER_COMPLETE";

    /// <summary>True when the caller ended it.</summary>
    public static bool IsByCaller(string? reason) => reason?.ToUpperInvariant()
        is "CALLER_DISCONNECT" or "CALLER_DISCONNECTED" or "CANCELLED";
}
