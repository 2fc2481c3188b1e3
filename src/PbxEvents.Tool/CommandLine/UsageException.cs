namespace PbxEvents.Tool.CommandLine;

/// <summary>The command line is wrong. The message says what.</summary>
internal sealed class UsageException(string message, string helpFor = "") : Exception(message)
{
    /// <summary>The command whose help to read, with a space after it; empty for the tool's.</summary>
    public string HelpFor { get; } = helpFor;
}
