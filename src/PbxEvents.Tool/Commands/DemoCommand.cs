using PbxEvents.Tool.CommandLine;
using PbxEvents.Tool.Demo;

namespace PbxEvents.Tool.Commands;

/// <summary><c>pbxevents demo</c>.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Definition { get; } = new(
        "demo", "Simulate a PBX and a few calls, and file a ticket for the missed one.", [], (_, stop) => MissedCallDemo.RunAsync(stop));
}
