using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Fills gaps from the platform's call records: every call that ended in a gap is told once, with the outcome that the records give it.
/// It asks only after a gap, beside the loop, and again at the moments at which late records are known to come; what it finds comes back
/// to the loop, where it is compared with what was told live.
/// </summary>
/// <param name="connection">The connection.</param>
internal sealed class GapFiller(ConnectionSupervisor connection)
{
    /// <summary>Links may break again and again; older gaps than these are given up first, and say so.</summary>
    private const int MaxPending = 20;

    private readonly List<Filling> _pending = [];

    /// <summary>True when a gap can be filled: the platform has records, the user wants them, and calls are subscribed to.</summary>
    public bool CanFill => connection.Records.CanAsk && connection.Subscriptions.Live.Any(WantsCalls);

    /// <summary>Since when not everything has been told: the beginning of the oldest gap that is still to be filled; null when there is none. Loop only.</summary>
    public DateTimeOffset? UnfilledSince => _pending.Count == 0 ? null : _pending.Min(f => f.Gap.From);

    /// <summary>Begins to fill a gap that was just told. Loop only.</summary>
    /// <param name="gap">The gap, whose recovery is pending.</param>
    /// <param name="otherwise">What became of its events apart from the call records.</param>
    public void Fill(PbxGap gap, PbxGapRecovery otherwise) => Begin(Add(gap, otherwise));

    /// <summary>
    /// Fills a gap as soon as somebody listens: a script connects first and subscribes then, and what is told before goes past its actions.
    /// Loop only.
    /// </summary>
    /// <inheritdoc cref="Fill"/>
    public void FillLater(PbxGap gap, PbxGapRecovery otherwise) => Add(gap, otherwise);

    /// <summary>A link is ready, or the platform has confirmed a subscription. Loop only.</summary>
    public void Listening()
    {
        if (connection.Status.State == PbxConnectionState.Connected && connection.Subscriptions.Live.Any(WantsCalls))
            connection.HeldEnds.Resume();
        if (!_pending.Exists(f => f.IsWaiting) || !connection.Subscriptions.Live.Any(s => s.State == PbxSubscriptionState.Active && WantsCalls(s)))
            return;
        foreach (var filling in _pending.Where(f => f.IsWaiting).ToArray())
            Begin(filling);
    }

    /// <summary>
    /// Since when calls that were told as ended have to be known, lest a record tells them again: a reading begins by the overlap earlier,
    /// and by the overlap the end in a record may be later than it was told. Loop only.
    /// </summary>
    /// <param name="wholeUntil">Up to when everything has been told.</param>
    public DateTimeOffset RememberSince(DateTimeOffset wholeUntil) => wholeUntil - (2 * connection.Driver.Records?.Overlap ?? TimeSpan.Zero);

    private Filling Add(PbxGap gap, PbxGapRecovery otherwise)
    {
        var filling = new Filling(gap, otherwise, connection.Driver.Records!);
        _pending.Add(filling);
        if (_pending.Count > MaxPending)
            Close(_pending[0], _pending[0].Otherwise, "Too many later gaps came before it could be filled.");
        return filling;
    }

    private void Begin(Filling filling)
    {
        filling.Begin(connection.Pipeline.Now, connection.Options.HistoryLimit);
        connection.Pipeline.Calls.HearAgain(filling.HeardFrom);
        connection.Records.Run(cancellationToken => FillAsync(filling, cancellationToken));
    }

    /// <summary>The connection is over: what is still open will not be filled. Loop only.</summary>
    public void End()
    {
        foreach (var filling in _pending.ToArray())
            Close(filling, filling.WasRead ? PbxGapRecovery.Partial : filling.Otherwise, "The connection ended before all call records were read.");
    }

    private async Task FillAsync(Filling filling, CancellationToken cancellationToken)
    {
        var earliest = connection.IsHeld && filling.Gap.Reason == PbxGapReason.NotRunning ? TakeoverTimes.Default.FirstAsk : TimeSpan.Zero;
        foreach (var ask in filling.Reader.Asks)
        {
            var left = filling.HeardFrom + (ask > earliest ? ask : earliest) - connection.Clock.GetUtcNow();
            if (left > TimeSpan.Zero)
                await Task.Delay(left, connection.Clock, cancellationToken).ConfigureAwait(false);
            connection.Activity.Write($"Requesting the call records of the gap from {filling.From:yyyy-MM-dd HH:mm:ss}.");
            var fault = await connection.Records.ReadAsync(filling.From, filling.To, r => Take(filling, r), cancellationToken).ConfigureAwait(false);
            connection.Post(() => filling.Asked(fault));
            if (fault is { IsPermanent: true })
                break;
        }
        connection.Post(() => Finish(filling));
    }

    /// <summary>Tells a call of the records, unless it was told already. Loop only.</summary>
    private void Take(Filling filling, CallRecord record)
    {
        if (connection.IsOver || record.EndedAt < filling.From || record.EndedAt > filling.To)
            return;
        var update = record.Update;
        var calls = connection.Pipeline.Calls;
        var known = record.OtherIds.Prepend(update.CallId).Select(calls.Find).FirstOrDefault(c => c is not null);

        // Ended live, or told from an earlier reading, or by an earlier process.
        if (known is { State: PbxCallState.Ended } || (known is null && record.OtherIds.Prepend(update.CallId).Any(calls.Told.Contains)))
            return;
        if (known is not null && calls.HeldEndOf(known.CallId) is not null)
        {
            if (connection.HeldEnds.Take(record, known))
                filling.Gap.CountRecovered();
            return;
        }
        if (known is not null)
        {
            update.Rename(known.CallId);
            update.ReplacesCallees = true;
        }

        // It ended when events came in again, so they may tell it yet: the next asking shows whether they did.
        if (known is null && record.EndedAt > filling.HeardFrom && !filling.WasRead)
            return;
        if (known is null && !IsWanted(record))
            return;
        filling.Gap.CountRecovered();
        connection.Pipeline.Emit(record.ToEvent(filling.Reader.Topic), update);
    }

    /// <summary>Records are of everybody's calls; subscriptions may be of some. Loop only.</summary>
    public bool IsWanted(CallRecord record)
    {
        var seen = record.ToTrackedEvent(connection.Driver.Records!.Topic, connection.Name, connection.Provider, connection.Pipeline.Names);
        return connection.Subscriptions.Live.Any(s => s.Matches(seen) || s.Filter.EventName.Count > 0);
    }

    private static bool WantsCalls(PbxSubscription subscription) =>
        subscription.Type is null or PbxSubscriptionType.Call or PbxSubscriptionType.Queue or PbxSubscriptionType.Cdr;

    private void Finish(Filling filling)
    {
        if (!_pending.Contains(filling) || connection.IsOver)
            return;
        if (!filling.WasRead)
            Close(filling, filling.Otherwise, $"The call records could not be read: {filling.Fault?.Message}");
        else if (filling.Fault is { } fault)
            Close(filling, PbxGapRecovery.Partial, $"The last request for call records failed, so late ones may be missing: {fault.Message}");
        else if (filling.Reader.Omission is { } omission)
            Close(filling, PbxGapRecovery.Partial, omission);
        else if (filling.IsCut)
            Close(filling, PbxGapRecovery.Partial, $"Call records were requested only {connection.Options.HistoryLimit.TotalHours:0.#} h back; the gap began earlier.");
        else
            Close(filling, PbxGapRecovery.Recovered, "Every call that ended in the gap was recovered from the call records; events that are not about calls are lost.");
    }

    private void Close(Filling filling, PbxGapRecovery recovery, string detail)
    {
        _pending.Remove(filling);
        filling.Gap.Close(recovery, filling.Detail is { } before ? $"{before} {detail}" : detail);
        connection.Activity.Write($"Gap filled: {filling.Gap}.");
        connection.Pipeline.EmitConnection("GapFilled", json: ConnectionPayload.From(filling.Gap));
    }

    /// <summary>One gap on its way to be filled. Loop only, but for what never changes.</summary>
    private sealed class Filling
    {
        public Filling(PbxGap gap, PbxGapRecovery otherwise, RecordReader reader)
        {
            Gap = gap;
            Otherwise = otherwise;
            Reader = reader;
            Detail = gap.Detail;
        }

        public PbxGap Gap { get; }

        public PbxGapRecovery Otherwise { get; }

        public RecordReader Reader { get; }

        public string? Detail { get; }

        /// <summary>True while nobody listens to calls.</summary>
        public bool IsWaiting { get; private set; } = true;

        /// <summary>From when on events of calls come in again.</summary>
        public DateTimeOffset HeardFrom { get; private set; }

        public DateTimeOffset From { get; private set; }

        public DateTimeOffset To { get; private set; }

        /// <summary>True when the gap reaches further back than records are asked for.</summary>
        public bool IsCut { get; private set; }

        public bool WasRead { get; private set; }

        public PbxException? Fault { get; private set; }

        /// <summary>From here on it is read. What ended between the gap's end and this moment nobody heard either.</summary>
        public void Begin(DateTimeOffset now, TimeSpan limit)
        {
            IsWaiting = false;
            HeardFrom = now;
            var earliest = now - limit;
            IsCut = Gap.From < earliest;
            From = (IsCut ? earliest : Gap.From) - Reader.Overlap;
            To = now + Reader.Overlap;
        }

        public void Asked(PbxException? fault) => (WasRead, Fault) = (WasRead || fault is null, fault);
    }
}
