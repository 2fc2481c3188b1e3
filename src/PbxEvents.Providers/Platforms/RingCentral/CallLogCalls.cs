namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>Joins the records of the call log into calls, by the id that live events have (history/ringcentral-history.md section 4).</summary>
internal static class CallLogCalls
{
    /// <summary>The calls that records tell of.</summary>
    /// <param name="rows">The records.</param>
    /// <param name="services">Which extensions are no person's.</param>
    /// <param name="liveIdOf">The id of a call that was seen live, by its older id; null when it was not.</param>
    public static IEnumerable<CallLogCall> Join(IReadOnlyCollection<CallLogRow> rows, CallLogServices services, Func<string, string?> liveIdOf)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row is { SessionId: { } session, TelephonySessionId: { } id })
                told.TryAdd(session, id);
        }
        return rows.Where(r => !r.IsDeleted && !r.IsFax).GroupBy(IdOf, StringComparer.Ordinal).Select(c => new CallLogCall(c.Key, c, services));

        string IdOf(CallLogRow row) => row.TelephonySessionId ?? told.GetValueOrDefault(row.SessionId!) ?? liveIdOf(row.SessionId!) ?? $"log:{row.SessionId}";
    }
}
