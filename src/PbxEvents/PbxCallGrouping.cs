namespace PbxEvents;

/// <summary>What the calls that are counted together have in common.</summary>
public enum PbxCallGrouping : byte
{
    /// <summary>The queue they came through.</summary>
    Queue,

    /// <summary>The hour in which they began, by this machine's clock: where a clock is put back, an hour comes twice.</summary>
    Hour,

    /// <summary>The extension they are about: the one that answered, else the last one that rang, else the calling one.</summary>
    Extension,

    /// <summary>The day on which they began, by this machine's clock.</summary>
    Day,
}
