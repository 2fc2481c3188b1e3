namespace PbxEvents.Tool.Output;

/// <summary>Events in one line for people.</summary>
internal static class EventText
{
    /// <summary>Time, name, state and outcome, who calls whom.</summary>
    public static string Write(PbxEvent pbxEvent)
    {
        var state = pbxEvent.Outcome is { } outcome ? $"{pbxEvent.CallState} {outcome}" : $"{pbxEvent.CallState}";
        var parties = pbxEvent.From is null && pbxEvent.To is null ? "" : $"{pbxEvent.From} -> {pbxEvent.To}";
        var extension = pbxEvent.Extension is null ? "" : $"  extension {pbxEvent.Extension}";
        var queue = pbxEvent.Queue is null ? "" : $"  queue {pbxEvent.Queue}";
        return $"  {pbxEvent.Time.ToLocalTime():HH:mm:ss.fff}  {pbxEvent.Name,-16} {state,-18} {parties}{extension}{queue}".TrimEnd();
    }
}
