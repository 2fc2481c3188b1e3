using System.Diagnostics;

namespace PbxEvents.Build;

/// <summary>One line on the terminal for one piece of work.</summary>
internal static class Step
{
    /// <summary>Runs a program under a title; its output is shown only when it fails.</summary>
    /// <exception cref="StepFailedException">It failed.</exception>
    public static async Task RunAsync(string title, Command command, CancellationToken cancellationToken)
    {
        Begin(title);
        var clock = Stopwatch.StartNew();
        CommandResult result;
        try
        {
            result = await Runner.RunAsync(command, cancellationToken);
        }
        catch (StepFailedException)
        {
            Console.WriteLine("FAILED");
            throw;
        }
        Console.WriteLine(result.IsOk ? $"ok ({clock.Elapsed.TotalSeconds:0} s)" : "FAILED");
        if (result.IsOk)
            return;
        result.PrintTail();
        throw new StepFailedException($"{title}: {result.Ending}.");
    }

    /// <summary>Starts the line, so that what takes long or hangs can be seen.</summary>
    public static void Begin(string title) => Console.Write($"{title} ... ");
}
