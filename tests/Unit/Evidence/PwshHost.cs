using System.ComponentModel;
using System.Diagnostics;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A PowerShell to start processes of, with the assembled module.</summary>
internal static class PwshHost
{
    /// <summary>The assembled module.</summary>
    public static readonly string Module = Path.Combine(Checkout.Root, "out", "PbxEvents", "PbxEvents.psd1");

    /// <summary>The first start compiles a lot, on a machine that may be busy.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private static readonly Lazy<(string[] Start, string? WhyMissing)> Host = new(Find);

    /// <summary>Why there can be none on this machine; null when there can.</summary>
    public static string? WhyMissing => !File.Exists(Module) ? "The module is not assembled: ./build.sh package." : Host.Value.WhyMissing;

    /// <summary>Starts a script that lies beside this file, with one folder to talk by.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="stateFolder">Where it keeps what is this machine's own; null for the user's folder.</param>
    /// <returns>The process, and what it will have said at its end.</returns>
    public static (Process Process, Task<string> Said) Start(string script, string folder, string? stateFolder = null)
    {
        var path = Path.Combine(Checkout.Root, "tests", "Unit", "Evidence", script);
        var process = StartProcess([.. Host.Value.Start, "-NoLogo", "-NoProfile", "-NonInteractive", "-File", path, "-Folder", folder], stateFolder);
        return (process, ReadAsync(process));
    }

    private static Process StartProcess(string[] command, string? stateFolder = null)
    {
        var info = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment = { ["NO_COLOR"] = "1" },
        };
        if (stateFolder is not null)
            info.Environment["STATE_DIRECTORY"] = stateFolder;
        var process = Process.Start(info)!;
        process.StandardInput.Close();
        return process;
    }

    private static async Task<string> ReadAsync(Process process)
    {
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        return string.Join(Environment.NewLine, texts);
    }

    /// <summary>The one on the PATH, else the one that the tool manifest names, as the build does.</summary>
    private static (string[] Start, string? WhyMissing) Find()
    {
        string[] tool = ["dotnet", "tool", "run", "pwsh", "--"];
        string[] probe = ["-NoLogo", "-NoProfile", "-Command", "exit [int]($PSVersionTable.PSVersion -lt '7.6')"];
        if (Runs(["pwsh", .. probe]))
            return (["pwsh"], null);
        return Runs(["dotnet", "tool", "restore"]) && Runs([.. tool, .. probe])
            ? (tool, null)
            : (tool, "There is no PowerShell of 7.6 or newer, and `dotnet tool restore` cannot get it.");
    }

    private static bool Runs(string[] command)
    {
        try
        {
            using var process = StartProcess(command);
            var said = ReadAsync(process);
            if (process.WaitForExit(StartLimit))
                return said.Wait(StartLimit) && process.ExitCode == 0;
            process.Kill(entireProcessTree: true);
        }
        catch (Win32Exception)
        {
            // There is no such program.
        }
        return false;
    }
}
