using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace PbxEvents.Module.Watching;

/// <summary>Tells whether a cmdlet may take the user's screen, and with colours or without.</summary>
internal static class LiveHost
{
    /// <summary>True when this process was started with -NonInteractive: nobody is at its prompt.</summary>
    public static bool IsUnattended => Array.Exists(Environment.GetCommandLineArgs(), a => a.StartsWith("-noni", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// True when a person sits at the terminal that this process writes to, and nobody wants the cmdlet's output: the
    /// terminal is not redirected, knows escape sequences, and belongs to this runspace; the cmdlet is the last of its pipeline.
    /// </summary>
    public static bool CanDraw(PSHost host, InvocationInfo invocation) =>
        invocation.PipelinePosition == invocation.PipelineLength
        && !Console.IsOutputRedirected
        && !Console.IsInputRedirected
        && host.UI is { SupportsVirtualTerminal: true }
        && IsInteractive(host);

    /// <summary>False when the user wants no colours.</summary>
    /// <param name="style">The session's <c>$PSStyle</c>.</param>
    public static bool WantsColours(object? style) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && style is not null
        && PSObject.AsPSObject(style).Properties["OutputRendering"]?.Value?.ToString() != "PlainText";

    /// <summary>A job or a parallel loop can have the user's host, but the terminal is not its own.</summary>
    private static bool IsInteractive(PSHost host)
    {
        if (IsUnattended)
            return false;
        try
        {
            return host is IHostSupportsInteractiveSession { IsRunspacePushed: false } session
                && ReferenceEquals(session.Runspace, Runspace.DefaultRunspace);
        }
        catch (PSNotImplementedException)
        {
            return false;
        }
    }
}
