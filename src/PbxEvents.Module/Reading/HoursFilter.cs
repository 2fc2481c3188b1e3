namespace PbxEvents.Module.Reading;

/// <summary>
/// The part of a filter that speaks of business hours: for events and calls alike. What counts is when the call began, of an event that is
/// not about a call when it happened. Immutable.
/// </summary>
internal sealed class HoursFilter(PbxSchedule[]? within, PbxSchedule[]? outside)
{
    /// <summary>Equal for equal filters.</summary>
    public string Text => $"{Join(within)}\u001e{Join(outside)}";

    /// <summary>True when every time fits.</summary>
    public bool IsEmpty => within is null && outside is null;

    public bool IsMatch(PbxEvent e) => IsEmpty || IsMatch(e.Call?.StartedAt ?? e.Time);

    public bool IsMatch(PbxCall call) => IsEmpty || IsMatch(call.StartedAt);

    private bool IsMatch(DateTimeOffset time) =>
        (within is null || Array.Exists(within, s => s.IsOpen(time))) && (outside is null || !Array.Exists(outside, s => s.IsOpen(time)));

    private static string Join(PbxSchedule[]? schedules) => schedules is null ? "" : string.Join('\u001d', schedules.Select(s => s.Key));
}
