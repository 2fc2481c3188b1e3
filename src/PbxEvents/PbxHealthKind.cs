namespace PbxEvents;

/// <summary>What a <see cref="PbxHealth"/> is about.</summary>
public enum PbxHealthKind
{
    /// <summary>A connection and its subscriptions.</summary>
    Connection,

    /// <summary>A journal that is written to.</summary>
    Journal,

    /// <summary>A durable reaction that this session runs.</summary>
    Reaction,
}
