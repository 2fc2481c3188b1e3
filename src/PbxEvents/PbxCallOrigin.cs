namespace PbxEvents;

/// <summary>The source of a call's end.</summary>
public enum PbxCallOrigin : byte
{
    /// <summary>From events, as they happened. Also calls that have not ended.</summary>
    Live,

    /// <summary>From the platform's call records, afterwards.</summary>
    Record,
}
