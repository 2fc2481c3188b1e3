namespace PbxEvents.Simulator.Scenarios;

/// <summary>One leg of a simulated call, as it stands.</summary>
public sealed class SimulatedLeg
{
    internal SimulatedLeg(int index, string? extension, int device, bool isConsultation, DateTimeOffset offeredAt)
    {
        Index = index;
        Extension = extension;
        Device = device;
        IsConsultation = isConsultation;
        OfferedAt = offeredAt;
    }

    /// <summary>Its number in the call; 0 is the caller's leg.</summary>
    public int Index { get; }

    /// <summary>The extension at it; null for an outside party.</summary>
    public string? Extension { get; }

    /// <summary>Which device of the extension, from 1.</summary>
    public int Device { get; }

    /// <summary>True for the leg by which a party asks before an attended transfer.</summary>
    public bool IsConsultation { get; }

    /// <summary>The extension whose calls are forwarded to this leg's outside number; null for a leg of its own.</summary>
    public string? ForwardedFrom { get; internal init; }

    /// <summary>The outside number it leads to; null for an extension's leg, and for an outside callee that the call itself names.</summary>
    public string? Number { get; internal init; }

    /// <summary>True when its party took the call from another phone that rang.</summary>
    public bool IsPickUp { get; internal init; }

    /// <summary>True when its party was added to a call that goes on.</summary>
    public bool IsConference { get; internal init; }

    /// <summary>Where it stands.</summary>
    public PbxCallState State { get; internal set; } = PbxCallState.Offered;

    /// <summary>How it turned out; null until it has ended.</summary>
    public PbxOutcome? Outcome { get; internal set; }

    /// <summary>When it was set up.</summary>
    public DateTimeOffset OfferedAt { get; }

    /// <summary>When it began to ring; null when it did not.</summary>
    public DateTimeOffset? RingingAt { get; internal set; }

    /// <summary>When a person answered; null when nobody did.</summary>
    public DateTimeOffset? AnsweredAt { get; internal set; }

    /// <summary>When it ended; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    internal EndReason? EndReason { get; set; }
}
