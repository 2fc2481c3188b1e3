namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>PortSIP's words and codes in the words that all platforms share.</summary>
internal static class PortSipWords
{
    /// <summary>
    /// Both spellings of portsip.md section 8, and that of call records (history/portsip-history.md section 3); a call from outside that
    /// goes out again came from outside. Null when it is none of them.
    /// </summary>
    public static PbxDirection? Direction(string? word) => word?.ToUpperInvariant() switch
    {
        "EXT" or "INTERNAL" or "EXTENSION_CALL" => PbxDirection.Internal,
        "IN" or "INBOUND" or "INBOUND_CALL" => PbxDirection.Inbound,
        "OUT" or "OUTBOUND" or "OUTBOUND_CALL" => PbxDirection.Outbound,
        _ => GoesOutside(word) ? PbxDirection.Inbound : null,
    };

    /// <summary>True for a call from outside that went out again, to a mobile as a rule.</summary>
    public static bool GoesOutside(string? word) => word?.ToUpperInvariant() is "IN2OUT" or "INBOUND_OUTBOUND" or "INBOUND_OUTBOUND_CALL";

    /// <summary>Who ended it; null for other reasons.</summary>
    public static PbxEndedBy? EndedBy(string? reason) => IsByCaller(reason) ? PbxEndedBy.Caller
        : reason?.ToUpperInvariant() is "CALLEE_DISCONNECT" or "CALLEE_DISCONNECTED" ? PbxEndedBy.Callee
        : null;

    /// <summary>
    /// What a SIP status means that ended a call, or a device's ringing, which nobody answered (history/portsip-history.md section 5, which
    /// says more than section 7, point 5): 486, 600 and 603 are the called party's no and not a fault, 487 is the caller's, 408 is nobody's,
    /// and with 480 the phone was offline. Null, where something failed without a status, and every other status is a failure.
    /// </summary>
    public static PbxOutcome Unanswered(long? code) => code switch
    {
        486 or 600 => PbxOutcome.Busy,
        603 or 403 => PbxOutcome.Rejected,
        408 or 480 or 487 or < 400 => PbxOutcome.Missed,
        _ => PbxOutcome.Failed,
    };

    /// <summary>True when a device sent the call elsewhere, without answering it (302).</summary>
    public static bool IsRedirected(string? reason) => "REDIRECTED".Equals(reason, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for the reasons with which a party's part in a call ends because the call goes on with another one (section 7).</summary>
    public static bool IsTransfer(string? reason) => reason?.ToUpperInvariant()
        is "REFERRED" or "REPLACED" or "REDIRECTED" or "BLIND_TRANSFER_COMPLETE" or "ATTENDED_TRANSFER_COMPLETE"
            or "BLIND_TRANSFER_COMPLETED" or "CONSULT_TRANSFER_COMPLETED";

    /// <summary>True when the caller ended it.</summary>
    public static bool IsByCaller(string? reason) => reason?.ToUpperInvariant()
        is "CALLER_DISCONNECT" or "CALLER_DISCONNECTED" or "CANCELLED";
}
