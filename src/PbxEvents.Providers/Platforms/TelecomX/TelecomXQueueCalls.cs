namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>Finds the calls that stays in queues belong to; rows of calls name no queue (history/telecomx-history.md sections 3 and 4).</summary>
internal static class TelecomXQueueCalls
{
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(2);

    /// <summary>True for a stay that began while a row lasted.</summary>
    public static bool IsWithin(TelecomXQueueCall stay, TelecomXRecord row) =>
        stay.EnteredAt >= row.StartedAt - Blur && (row.EndedAt is null || stay.EnteredAt <= row.EndedAt + Blur);

    /// <summary>
    /// Adds each stay to its call: by the SIP Call-ID where live events have told it, else by the caller's number and the time, and of
    /// several calls of one number to the one that began last before it.
    /// </summary>
    public static void Add(IEnumerable<TelecomXQueueCall> stays, IReadOnlyList<TelecomXRecordedCall> calls, IReadOnlyList<TelecomXKey> keys)
    {
        foreach (var stay in stays)
        {
            var session = TelecomXRecordedCalls.SessionOf(stay.CallId, keys);
            var number = TelecomXJson.Tail(stay.Number);
            var call = calls.FirstOrDefault(c => session is not null && c.Session == session)
                ?? calls.FirstOrDefault(c => stay.CallId is not null && c.Rows.Any(r => r.CallId == stay.CallId))
                ?? (session is not null || number is null ? null : calls.Where(c => TelecomXJson.Tail(c.First.CallerNumber) == number && c.Rows.Any(r => IsWithin(stay, r)))
                    .MaxBy(c => c.First.StartedAt));
            call?.Add(stay);
        }
    }
}
