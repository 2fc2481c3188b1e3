namespace PbxEvents.Tool.CommandLine;

/// <summary>Lines of standard input.</summary>
internal static class InputLine
{
    /// <summary>Reads a line on a thread of its own: the console's own asynchronous read blocks, and nothing ends it.</summary>
    /// <returns>The line, or null at the end.</returns>
    public static Task<string?> ReadAsync(CancellationToken cancellationToken) =>
        Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellationToken);
}
