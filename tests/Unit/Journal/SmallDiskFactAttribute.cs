using System.ComponentModel;
using System.Diagnostics;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>A fact that needs a disk of its own; left out with the reason where nobody may mount one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> WhyMissing = new(() =>
    {
        if (!OperatingSystem.IsLinux())
            return "A disk of 8 MB is made by Linux means.";
        try
        {
            using var probe = SmallDisk.Start("true");
            var said = probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            return probe.ExitCode == 0 ? null : $"Nobody may mount a disk here: {said.Trim()}";
        }
        catch (Win32Exception)
        {
            return "There is no program unshare.";
        }
    });

    public SmallDiskFactAttribute() => Skip = WhyMissing.Value;
}

/// <summary>A disk of 8 MB in memory, which only the processes that are started on it see. It goes with the last of them.</summary>
internal static class SmallDisk
{
    /// <summary>Where it is. Everybody has that folder, and what else is in it is hidden from those processes alone.</summary>
    public const string Folder = "/mnt";

    /// <summary>Runs a line of a shell on it.</summary>
    public static Process Start(string line) => Process.Start(new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", $"mount -t tmpfs -o size=8m none {Folder} && {line}"])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
