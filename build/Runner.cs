using System.ComponentModel;
using System.Diagnostics;

namespace PbxEvents.Build;

/// <summary>Runs programs, each bounded in time.</summary>
internal static class Runner
{
    /// <summary>How long to wait for the last output after the end: a grandchild may hold the pipe open for ever.</summary>
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(3);

    /// <summary>Runs a program.</summary>
    /// <exception cref="StepFailedException">It cannot be started.</exception>
    /// <exception cref="OperationCanceledException">The user stopped the build; the program and its children are gone.</exception>
    public static async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command.File, command.Arguments)
        {
            WorkingDirectory = command.Folder,
            RedirectStandardOutput = !command.IsShown,
            RedirectStandardError = !command.IsShown,
            // A program that asks a question would hang: nobody is there to answer.
            RedirectStandardInput = true,
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        // A program that comes without a runtime, as PowerShell does as a tool, looks for one in the usual places only.
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Executables.Dotnet);
        if (!command.IsShown || Console.IsOutputRedirected)
            start.Environment["NO_COLOR"] = "1";
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        using var process = Start(start);
        process.StandardInput.Close();
        var output = new List<string>();
        var pumps = command.IsShown ? Task.CompletedTask : Task.WhenAll(PumpAsync(process.StandardOutput), PumpAsync(process.StandardError));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(command.Timeout);
        var isTimedOut = false;
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            isTimedOut = true;
        }
        await Task.WhenAny(pumps, Task.Delay(OutputGrace, CancellationToken.None));
        lock (output)
            return new CommandResult(process.ExitCode, [.. output], isTimedOut);

        async Task PumpAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            {
                lock (output)
                    output.Add(line);
            }
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new StepFailedException($"{start.FileName} cannot be started in {start.WorkingDirectory}: {e.Message}");
        }
    }
}
