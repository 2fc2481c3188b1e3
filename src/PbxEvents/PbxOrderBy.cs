namespace PbxEvents;

/// <summary>Which events of a durable reaction run one after the other, tries again included.</summary>
public enum PbxOrderBy
{
    /// <summary>Those of a call; what is of no call waits for what is of the same extension, else of the same queue.</summary>
    Call,

    /// <summary>Those of an extension. What is of none waits for no other.</summary>
    Extension,

    /// <summary>None: each runs as soon as there is room.</summary>
    None,
}
