namespace PbxEvents.Module.Watching;

/// <summary>The running times of a call.</summary>
internal static class CallTimes
{
    /// <summary>
    /// What the platform's clock shows now: its time at the call's newest event, and what has passed here since. Its clock
    /// and ours need not agree.
    /// </summary>
    public static DateTimeOffset PlatformNow(PbxCall call, DateTimeOffset now) =>
        call.Events.Count > 0 && call.Events[^1] is var last ? last.Time + (now - last.ReceivedAt) : now;

    /// <summary>How long people have talked, up to now while they do; null when nobody answered.</summary>
    public static TimeSpan? Talk(PbxCall call, DateTimeOffset now) =>
        call.TalkTime ?? (call.State == PbxCallState.Ended ? null : PlatformNow(call, now) - call.AnsweredAt);

    /// <summary>How long the call has been in its state.</summary>
    public static TimeSpan InState(PbxCall call, DateTimeOffset now)
    {
        var since = call.EndedAt ?? call.StartedAt;
        for (var i = call.Events.Count - 1; i >= 0 && call.EndedAt is null; i--)
        {
            if (!call.Events[i].IsCallNews)
                continue;
            since = call.Events[i].Time;
            break;
        }
        return PlatformNow(call, now) - since;
    }
}
