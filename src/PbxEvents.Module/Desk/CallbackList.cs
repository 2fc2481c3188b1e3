namespace PbxEvents.Module.Desk;

/// <summary>Finds out of calls who still waits to be called back.</summary>
internal static class CallbackList
{
    /// <summary>
    /// Who still waits, the longest first. A caller is off the list once somebody of the house has talked with that number, whoever called
    /// whom, and on it again with the next call that reaches nobody.
    /// </summary>
    /// <param name="calls">The calls; of several states of one the last counts.</param>
    /// <param name="isTry">Which of the calls that reached nobody count.</param>
    /// <param name="keyOf">What makes two notations of a number one.</param>
    /// <param name="nameOf">The caller's name; null when nobody knows it.</param>
    public static IEnumerable<PbxCallback> Make(IEnumerable<PbxCall> calls, Func<PbxCall, bool> isTry, Func<string, string> keyOf, Func<PbxCall, string?> nameOf) =>
        LatestCalls.Of(calls)
            .Where(c => OutsideParty.IsIn(c) && OutsideParty.NumberOf(c) is not null)
            .GroupBy(c => keyOf(OutsideParty.NumberOf(c)!))
            .Select(g => Make(g, isTry, nameOf))
            .OfType<PbxCallback>()
            .OrderBy(c => c.Since)
            .ToArray();

    private static PbxCallback? Make(IGrouping<string, PbxCall> calls, Func<PbxCall, bool> isTry, Func<PbxCall, string?> nameOf)
    {
        var talked = calls.Where(c => c.IsReached).Max(c => (DateTimeOffset?)OutsideParty.HeardAt(c));
        var tries = calls.Where(c => c.IsUnreached && !(c.StartedAt <= talked) && isTry(c)).OrderBy(c => c.StartedAt).ToArray();
        return tries.Length == 0 ? null : new PbxCallback
        {
            Number = calls.Key,
            Name = tries.Reverse().Select(nameOf).FirstOrDefault(n => !string.IsNullOrEmpty(n)),
            Calls = tries,
        };
    }
}
