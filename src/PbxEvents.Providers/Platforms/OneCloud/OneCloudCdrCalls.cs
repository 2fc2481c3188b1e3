namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>Joins rows into calls (history/onecloud-history.md section 4).</summary>
internal static class OneCloudCdrCalls
{
    /// <summary>
    /// The calls that rows tell of. Rows of one <c>call-orig-call-id</c> are one call; one whose first row came about through a leg of
    /// another continues that one. Only the first row says so: an attended transfer brings a later row through the consultation, which
    /// stays a call of its own, as live.
    /// </summary>
    public static IReadOnlyList<OneCloudCdrCall> Join(IEnumerable<OneCloudCdr> rows, OneCloudServices services)
    {
        var parts = rows.GroupBy(r => r.Origin, StringComparer.Ordinal).ToDictionary(p => p.Key, Sort, StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in parts.Values.SelectMany(p => p))
        {
            if (row.Termination is { } leg)
                owners.TryAdd(leg, row.Origin);
        }
        return [.. parts.GroupBy(p => RootOf(p.Key), p => p.Value, StringComparer.Ordinal).Select(c => new OneCloudCdrCall(c.Key, Sort(c.SelectMany(p => p)), services))];

        string RootOf(string origin)
        {
            // Rows of others may point to each other in a circle.
            for (var steps = 0; steps < 100; steps++)
            {
                var through = parts[origin][0].Through ?? "";
                var earlier = parts.ContainsKey(through) ? through : owners.GetValueOrDefault(through, origin);
                if (earlier == origin)
                    return origin;
                origin = earlier;
            }
            return origin;
        }
    }

    private static OneCloudCdr[] Sort(IEnumerable<OneCloudCdr> rows) => [.. rows.OrderBy(r => r.StartedAt).ThenBy(r => r.Ordinal)];
}
