namespace PbxEvents;

/// <summary>Which errors of a durable reaction's action make an attempt fail.</summary>
public enum PbxFailOn
{
    /// <summary>Those that end it: what it throws, and a command's error that ends the command.</summary>
    TerminatingError,

    /// <summary>Every error that it writes. It still runs to its end.</summary>
    Error,
}
