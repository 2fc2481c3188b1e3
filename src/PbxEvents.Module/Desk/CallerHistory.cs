namespace PbxEvents.Module.Desk;

/// <summary>What a journal knows of a caller since a time, to tell whether somebody still waits.</summary>
/// <param name="read">Reads what arrived since a time.</param>
/// <param name="keyOf">What makes two notations of a number one.</param>
internal sealed class CallerHistory(Func<DateTimeOffset, IEnumerable<PbxEvent>> read, Func<string, string> keyOf)
{
    /// <summary>A platform's clock may be behind ours.</summary>
    private static readonly TimeSpan ClockMargin = TimeSpan.FromMinutes(5);

    /// <summary>The last talk with a number that was answered at or after a time; null for none.</summary>
    public PbxCall? FindTalk(string key, DateTimeOffset since) => CallsOf(key, since).Where(c => c.IsReached && OutsideParty.HeardAt(c) >= since).MaxBy(OutsideParty.HeardAt);

    /// <summary>True when a number called after a time, and reached nobody.</summary>
    public bool WasMissedAfter(string key, DateTimeOffset time) => CallsOf(key, time).Any(c => c.IsUnreached && c.StartedAt > time);

    private IEnumerable<PbxCall> CallsOf(string key, DateTimeOffset since) => LatestCalls
        .Of(read(since - ClockMargin).Where(e => e.CallState is PbxCallState.Answered or PbxCallState.Ended).Select(e => e.Call).OfType<PbxCall>())
        .Where(c => OutsideParty.IsIn(c) && OutsideParty.NumberOf(c) is { } number && keyOf(number) == key);
}
