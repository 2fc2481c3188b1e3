namespace PbxEvents.Module.Actions;

/// <summary>
/// Ctrl+C while an action runs at the idle prompt. There PSReadLine takes it as a key, which nobody reads before the action ends: a hung action
/// would hold the prompt for good.
/// </summary>
internal static class StopKey
{
    /// <summary>True while Ctrl+C is a key that somebody reads, not a signal. Any thread.</summary>
    public static bool IsRead => !Console.IsInputRedirected && Console.TreatControlCAsInput;

    /// <summary>Makes it a signal, or a key that somebody reads. Only where it was the other before.</summary>
    public static void Read(bool isRead) => Console.TreatControlCAsInput = isRead;
}
