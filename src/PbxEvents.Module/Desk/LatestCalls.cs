namespace PbxEvents.Module.Desk;

/// <summary>Of several states of a call the last counts: what looked like a talk for a moment may have been the menu.</summary>
internal static class LatestCalls
{
    /// <summary>Each call as it stood last.</summary>
    /// <param name="calls">The calls, the older state first.</param>
    public static IReadOnlyCollection<PbxCall> Of(IEnumerable<PbxCall> calls)
    {
        var latest = new Dictionary<(string, string), PbxCall>();
        foreach (var call in calls)
            latest[(call.Connection, call.CallId)] = call;
        return latest.Values;
    }
}
