namespace PbxEvents;

/// <summary>What part a leg plays in its call.</summary>
public enum PbxLegRole : byte
{
    /// <summary>The leg of the party that started the call.</summary>
    Caller,

    /// <summary>The leg of a called person or device.</summary>
    Callee,

    /// <summary>An IVR, a queue, a voicemail box: its answer is not a person's.</summary>
    System,
}
