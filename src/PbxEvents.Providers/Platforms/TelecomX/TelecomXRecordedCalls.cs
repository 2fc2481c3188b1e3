namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>Joins rows into calls and finds the ids that live events gave them (history/telecomx-history.md sections 4 and 10).</summary>
internal static class TelecomXRecordedCalls
{
    /// <summary>Numbers of the public network are longer.</summary>
    private const int LongestExtension = 6;

    /// <summary>A further row of a call begins no later than this after the end of the one before (section 5, Transferred).</summary>
    public static readonly TimeSpan Seam = TimeSpan.FromSeconds(2);

    /// <summary>Section 4: so close to each other are the starts that events and records tell.</summary>
    private static readonly TimeSpan StartBlur = TimeSpan.FromSeconds(5);

    /// <summary>The calls that rows tell of.</summary>
    /// <param name="rows">The rows, in any order, each once.</param>
    /// <param name="keys">The legs that were seen live.</param>
    public static IReadOnlyList<TelecomXRecordedCall> Join(IReadOnlyList<TelecomXRecord> rows, IReadOnlyList<TelecomXKey> keys)
    {
        var byLeg = keys.ToDictionary(k => k.Leg, StringComparer.Ordinal);
        var byChannel = keys.ToLookup(k => k.Channel, StringComparer.Ordinal);
        var byCallId = keys.Where(k => k.CallId is not null).ToLookup(k => k.CallId!, StringComparer.Ordinal);
        var calls = rows.GroupBy(r => (r.Session, r.Leg)).Select(g => new TelecomXRecordedCall(g) { Key = KeyOf(g.First()) }).ToList();
        foreach (var call in calls)
            call.Session = call.First.Session ?? call.Key?.Session ?? SessionOfCallId(call.First.CallId);
        calls = [.. calls.GroupBy(c => c.Session ?? c.First.Leg, StringComparer.Ordinal).Select(Merge)];
        JoinFurtherRows(calls);
        FindByNumbers(calls, keys);
        return calls;

        // The server may be named in another form than events have it, so it only decides between several (section 4).
        TelecomXKey? KeyOf(TelecomXRecord row) => byLeg.TryGetValue(row.Leg, out var exact) ? exact
            : byChannel[row.Channel].DistinctBy(k => k.Session).ToArray() is [var only] ? only
            : null;

        string? SessionOfCallId(string? callId) => callId is null ? null : OnlyOne(byCallId[callId].Select(k => k.Session));
    }

    /// <summary>The session of a SIP Call-ID (section 4); null when it names none or several.</summary>
    public static string? SessionOf(string? callId, IReadOnlyList<TelecomXKey> keys) =>
        callId is null ? null : OnlyOne(keys.Where(k => k.CallId == callId).Select(k => k.Session));

    private static string? OnlyOne(IEnumerable<string> sessions) => sessions.Distinct().ToArray() is [var only] ? only : null;

    private static TelecomXRecordedCall Merge(IEnumerable<TelecomXRecordedCall> parts)
    {
        var all = parts.ToArray();
        return all.Length == 1 ? all[0] : new TelecomXRecordedCall(all.SelectMany(p => p.Rows))
        {
            Session = all[0].Session,
            Key = all.Select(p => p.Key).FirstOrDefault(k => k is not null),
        };
    }

    /// <summary>
    /// A call may have rows on several channels (section 10). A company shows one number for all its calls, so number and time alone join
    /// nothing: the further row must be one that nobody outside can have dialled.
    /// </summary>
    private static void JoinFurtherRows(List<TelecomXRecordedCall> calls)
    {
        foreach (var later in calls.OrderByDescending(c => c.First.StartedAt).ToArray())
        {
            if (calls.Where(c => c != later && IsContinued(c, later)).ToArray() is not [var earlier])
                continue;
            var whole = Merge([earlier, later]);
            whole.Session = earlier.Session ?? later.Session;
            calls.Remove(later);
            calls[calls.IndexOf(earlier)] = whole;
        }
    }

    private static bool IsContinued(TelecomXRecordedCall earlier, TelecomXRecordedCall later)
    {
        if (earlier.Session is not null && later.Session is not null)
            return false;
        var (last, next) = (earlier.Rows[^1], later.First);
        return (next.CallerType == "SYSTEM" || (next.IsFromOutside && TelecomXJson.Tail(next.CalleeNumber) is { Length: <= LongestExtension }))
            && earlier.First.IsFromOutside && last is { AnsweredAt: not null, EndedAt: { } end }
            && TelecomXJson.Tail(next.CallerNumber) is { } number && number == TelecomXJson.Tail(earlier.First.CallerNumber)
            && next.StartedAt >= last.StartedAt && next.StartedAt <= end + Seam;
    }

    /// <summary>Section 4: the numbers and the start name an open call, when no other fits and no other row wants it.</summary>
    private static void FindByNumbers(List<TelecomXRecordedCall> calls, IReadOnlyList<TelecomXKey> keys)
    {
        var taken = calls.Select(c => c.Session).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var free = keys.GroupBy(k => k.Session, StringComparer.Ordinal).Where(s => !taken.Contains(s.Key)).ToArray();
        var open = free.Where(s => s.Any(k => !k.IsOver)).SelectMany(s => s).ToArray();

        // A link that came up while a call was in a menu or a queue shows its later legs only, not the caller's, whose channel the record has.
        var late = free.Where(s => s.All(k => IsInside(k.Callee))).SelectMany(s => s).ToArray();
        if (open.Length + late.Length == 0)
            return;
        var found = calls.Where(c => c.Session is null)
            .Select(c => (Call: c, Keys: open.Where(k => Fits(c.First, k)).Union(late.Where(k => IsLaterLeg(c, k))).ToArray()))
            .Where(f => f.Keys.Length > 0).ToArray();
        foreach (var (call, fitting) in found)
        {
            var sessions = fitting.Select(k => k.Session).Distinct().ToArray();
            call.IsUnsure = sessions.Length > 1 || found.Count(f => f.Keys.Any(k => k.Session == sessions[0])) > 1;
            if (!call.IsUnsure)
                (call.Session, call.Key) = (sessions[0], fitting[0]);
        }
    }

    private static bool IsInside(string? number) => TelecomXJson.Tail(number) is { Length: <= LongestExtension };

    /// <summary>A leg to an extension, rung while an outside caller with the same number was in the call.</summary>
    private static bool IsLaterLeg(TelecomXRecordedCall call, TelecomXKey key) =>
        call.First.IsFromOutside && TelecomXJson.Tail(key.Caller) is { } caller && caller == TelecomXJson.Tail(call.First.CallerNumber)
        && key.SeenAt >= call.First.StartedAt - Seam && key.SeenAt <= call.EndedAt + Seam;

    private static bool Fits(TelecomXRecord row, TelecomXKey key) =>
        TelecomXJson.Tail(key.Caller) is { } caller && caller == TelecomXJson.Tail(row.CallerNumber)
        && TelecomXJson.Tail(key.Callee) is { } callee && callee == TelecomXJson.Tail(row.CalleeNumber)
        && (key.SeenAt - row.StartedAt).Duration() <= StartBlur;
}
