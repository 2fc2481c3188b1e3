namespace PbxEvents.Providers.Contracts;

/// <summary>
/// Asks a platform for the calls of a past time (docs/protocols/history). One request at a time, page by page, in slices of at most a
/// day, obeying rate limits and growing pauses. Off the connection's loop; one reading at a time.
/// </summary>
internal abstract class RecordReader
{
    /// <summary>
    /// So long before its end a call, or a part of it, may have begun (the sheets' longest call): looking begins earlier by it, since windows go
    /// by starts, or may.
    /// </summary>
    public static readonly TimeSpan LongestCall = TimeSpan.FromHours(4);

    /// <summary>When to ask after a gap, counted from its end, for records come late: the sheet's section on delays.</summary>
    public abstract IReadOnlyList<TimeSpan> Asks { get; }

    /// <summary>
    /// How far apart the clocks of PBX and client, and the moment of an end in a record and on the link, may be: records that ended so
    /// much before a gap are looked at, too.
    /// </summary>
    public abstract TimeSpan Overlap { get; }

    /// <summary>
    /// The topic of the events that are made of records, as live events of calls have it, for subscriptions that name topics; null when
    /// topics do not matter.
    /// </summary>
    public virtual string? Topic => null;

    /// <summary>
    /// What the records that this credential may see leave out, as a sentence; null for nothing. A gap that is filled from them is Partial.
    /// Said by the newest reading.
    /// </summary>
    public virtual string? Omission => null;

    /// <summary>
    /// The calls whose end lies in a window, in the order of their ends as far as the platform lets one know. The reader begins to look
    /// early enough for calls that began long before (<see cref="LongestCall"/>), and leaves out calls that still go on.
    /// </summary>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The calls, as they are read.</returns>
    /// <exception cref="PbxException">
    /// The platform did not tell them: <see cref="PbxErrorKind.PermissionDenied"/> names the right that is missing and is permanent.
    /// </exception>
    public abstract IAsyncEnumerable<CallRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Logs in and asks for the records of one moment: what is wrong with login or rights shows before anybody needs them.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>When the platform has answered.</returns>
    /// <exception cref="PbxException">As <see cref="ReadAsync"/>.</exception>
    public async Task CheckAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await foreach (var _ in ReadAsync(now, now, cancellationToken).ConfigureAwait(false))
            return;
    }
}
