namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What is known of one party of a telephony session. Loop only.</summary>
internal sealed class TelephonyParty
{
    /// <summary>The greatest sequence that spoke of it; 0 before one did.</summary>
    public long Sequence { get; set; }

    /// <summary>Its last status code in lower case; empty before one came.</summary>
    public string Code { get; set; } = "";

    /// <summary>True for the called side; the caller's leg is Outbound, also when the caller is outside (section 8).</summary>
    public bool IsInbound { get; set; }

    /// <summary>Its extension; null for an outside party.</summary>
    public string? Extension { get; set; }

    /// <summary>True once it rang, was answered or held: a person's device, not a menu that only passed the call on.</summary>
    public bool WasAlerted { get; set; }

    /// <summary>True once it was answered.</summary>
    public bool WasAnswered { get; set; }

    /// <summary>True once the platform said that it missed the call.</summary>
    public bool IsMissTold { get; set; }

    /// <summary>True once it proceeded: of a caller, the other side rings.</summary>
    public bool HasProceeded { get; set; }

    /// <summary>True while voicemail or a fax machine has the call at this party.</summary>
    public bool IsMachine { get; set; }

    /// <summary>True when it is disconnected or gone.</summary>
    public bool HasEnded { get; set; }
}
