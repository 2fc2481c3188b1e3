using PbxEvents.Tool.CommandLine;
using PbxEvents.Tool.Demo;

namespace PbxEvents.Tool.Commands;

/// <summary><c>pbxevents demo</c>.</summary>
internal static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Definition { get; } = new(
        "demo", "A simulated PBX, a few calls, and a ticket for the one that is missed.", [], (_, stop) => MissedCallDemo.RunAsync(stop));
}
