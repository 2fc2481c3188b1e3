namespace PbxEvents.Journal.Postgres;

/// <summary>Into how many parts events are dealt out, and which is whose. It stands in databases: it never changes.</summary>
internal static class Part
{
    /// <summary>How many there are: no more can work on one reaction at once.</summary>
    public const int Count = 64;

    /// <summary>The part of an event.</summary>
    /// <param name="orderKey">Its order; null for an event that waits for no other.</param>
    /// <param name="seq">Its number.</param>
    public static short Of(string? orderKey, long seq)
    {
        if (orderKey is null)
            return (short)(seq % Count);
        var hash = Fnv.Of(orderKey);
        return (short)((hash ^ (hash >> 16)) % Count);
    }
}
