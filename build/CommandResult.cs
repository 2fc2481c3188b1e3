namespace PbxEvents.Build;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote, both streams, line by line.</param>
/// <param name="IsTimedOut">True when it had to be ended.</param>
internal sealed record CommandResult(int ExitCode, IReadOnlyList<string> Output, bool IsTimedOut)
{
    private const int TailLines = 60;

    /// <summary>True when it ended by itself with exit code 0.</summary>
    public bool IsOk => ExitCode == 0 && !IsTimedOut;

    /// <summary>How it ended, in words.</summary>
    public string Ending => IsTimedOut ? "did not end in time" : $"exit code {ExitCode}";

    /// <summary>Prints the end of the output, where the reason stands.</summary>
    public void PrintTail()
    {
        foreach (var line in Output.Skip(Output.Count - TailLines))
            Console.Error.WriteLine("    " + line);
    }
}
