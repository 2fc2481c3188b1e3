using System.ComponentModel;
using System.Diagnostics;

namespace PbxEvents.Module.Service;

/// <summary>Runs a program of the system to its end.</summary>
internal static class SystemProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs it.</summary>
    /// <returns>What it wrote.</returns>
    /// <exception cref="PbxException">It is not there, or has failed.</exception>
    public static string Run(string program, params IEnumerable<string> words)
    {
        var (code, output, errors) = Try(program, words);
        return code == 0 ? output : throw ServiceFaults.ProgramFailed($"{program} {string.Join(' ', words)}", errors is "" ? $"exit code {code}" : errors);
    }

    /// <summary>Runs it, and takes a failure for an answer.</summary>
    /// <returns>True when it ended well.</returns>
    /// <exception cref="PbxException">It is not there.</exception>
    public static bool Succeeds(string program, params IEnumerable<string> words) => Try(program, words).Code == 0;

    private static (int Code, string Output, string Errors) Try(string program, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in words)
            start.ArgumentList.Add(word);
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw ServiceFaults.ProgramFailed(program, "it did not finish in time.");
            }
            return (process.ExitCode, output.Result, errors.Result.Trim());
        }
        catch (Win32Exception e)
        {
            throw ServiceFaults.ProgramFailed(program, e.Message);
        }
    }
}
