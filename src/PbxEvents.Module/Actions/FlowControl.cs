namespace PbxEvents.Module.Actions;

/// <summary>Tells PowerShell's flow-control exceptions from failures. Their types are not public, so their names must do.</summary>
internal static class FlowControl
{
    /// <summary>True for <c>exit</c>: the script is to end, not only the action.</summary>
    public static bool IsExit(Exception e) => e.GetType().Name is "ExitException" or "TerminateException";

    /// <summary>True for <c>break</c> and <c>continue</c> outside a loop.</summary>
    public static bool IsLoopControl(Exception e) => e.GetType().Name is "BreakException" or "ContinueException";
}
