namespace PbxEvents;

/// <summary>Which errors of a durable reaction's action make a try fail.</summary>
public enum PbxFailOn
{
    /// <summary>Those that end it: what it throws, and a command's error that ends the command.</summary>
    TerminatingError,

    /// <summary>Every error that it writes. It runs to its end all the same.</summary>
    Error,
}
