namespace PbxEvents.Journal.Reactions;

/// <summary>
/// Runs a reaction's action for the events of a journal: a start mark, the action, an end mark. What it was at when its process ended is
/// tried again by the next, alone, and counts as a try: an event that ends its process does so only for itself, and not for ever. Events of
/// one order run one after the other; what failed waits in the journal, not in a thread, and with it what is behind it.
/// </summary>
/// <param name="journal">The journal.</param>
/// <param name="store">How far it is.</param>
/// <param name="held">Keeps it to this process, or to those who share it.</param>
/// <param name="options">How it runs.</param>
/// <param name="action">The action. What it throws is its failure.</param>
internal sealed class ReactionRunner(
    EventJournal journal, IReactionStore store, IDisposable held, ReactionOptions options, Func<Delivery, CancellationToken, Task> action) : IDisposable
{
    private const int MaxErrorLength = 8 * 1024;

    /// <summary>Another process may write the journal, or have changed what is due.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>What is due waits for an older one of its order: no loop without a rest.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(5);

    private readonly Queue<EventRecord> _ahead = new();
    private readonly List<Task<Ended>> _running = [];
    private readonly Replays _replays = new(journal, store, options);
    private IJournalReader? _reader;
    private readonly int _replacements = journal.Replacements;
    private long _place;

    /// <summary>Something runs that nothing else is to run beside, or is to when the rest has ended.</summary>
    private bool _isAlone;

    /// <summary>How far it is.</summary>
    public IReactionStore Store => store;

    /// <summary>Counts what would run again. Any thread.</summary>
    public Replays Replays => new(journal, store, options);

    /// <summary>Runs until it is told to stop; then lets the actions that run come to their end.</summary>
    /// <param name="untilIdle">True to end when all that is there is done or dead.</param>
    /// <param name="stopping">Takes nothing new from then on.</param>
    /// <exception cref="PbxException">The journal cannot be read or written.</exception>
    public async Task RunAsync(bool untilIdle, CancellationToken stopping)
    {
        _place = store.ReadFrom;
        using var reader = _reader = journal.OpenReader();
        while (true)
        {
            if (journal.Replacements != _replacements)
                throw JournalFaults.Replaced(options.Name, journal.Path);
            if (store.Share(options.Clock.GetUtcNow()))
            {
                _ahead.Clear();
                _place = store.ReadFrom;
            }
            var hasMore = !stopping.IsCancellationRequested && _replays.Advance(reader);
            _isAlone &= _running.Count > 0;
            while (_running.Count < options.Concurrency && !_isAlone && !stopping.IsCancellationRequested && !store.IsSuspended && Next() is { } delivery)
                _running.Add(RunOneAsync(delivery));
            if (_running.Count == 0 && (stopping.IsCancellationRequested || (untilIdle && store.CountOpen() == 0 && store.HasSeenAll)))
                return;
            if (!hasMore)
                await WaitAsync(stopping).ConfigureAwait(false);
            foreach (var ended in _running.Where(r => r.IsCompleted).ToArray())
            {
                _running.Remove(ended);
                End(await ended.ConfigureAwait(false));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        store.Dispose();
        held.Dispose();
    }

    /// <summary>The next try, which has begun in the journal.</summary>
    private Delivery? Next()
    {
        var now = options.Clock.GetUtcNow();
        store.BringForward(now + ReactionOptions.LongestDelay, now);
        while (store.NextDue(now) is { } due)
        {
            _isAlone = due.WasCutOff;
            if (_isAlone && _running.Count > 0)
                return null;
            if (_reader!.ReadOne(due.Seq) is not { } record)
            {
                store.Fail(due.Seq, null, now, new Failure("The event is not in the journal any more."));
                continue;
            }
            var e = ToEvent(record);
            if (store.IsDone(options.KeyOf(e), due.Seq))
            {
                // The same came twice, and the other was first.
                store.Succeed(due.Seq, options.KeyOf(e), now);
                continue;
            }
            if (due is { Tries: 0, IsReplay: false } && WhyTooOld(e, now) is { } old)
            {
                store.Fail(due.Seq, null, now, old);
                continue;
            }
            store.Begin(due.Seq);
            return Deliver(e, due.Seq, due.Tries + 1, due.IsReplay);
        }
        _isAlone = false;
        while (NextRecord() is { } record)
        {
            var e = ToEvent(record);
            if (!options.IsMatch(e) || store.IsDone(options.KeyOf(e), record.Seq))
                continue;
            var orderKey = options.OrderKeyOf(e);
            if (WhyTooOld(e, now) is { } old)
            {
                store.Take(record.Seq, orderKey, WorkState.Dead, now, old);
            }
            else if (orderKey is not null && store.HasOpen(orderKey))
            {
                store.Take(record.Seq, orderKey, WorkState.Waits, now);
            }
            else
            {
                store.Take(record.Seq, orderKey, WorkState.Runs, now);
                return Deliver(e, record.Seq, 1);
            }
        }
        return null;
    }

    private Failure? WhyTooOld(PbxEvent e, DateTimeOffset now) => options.MaxEventAge is { } limit && now - e.ReceivedUtc is var age && age > limit
        ? new Failure($"The action was not run: the event arrived {age:d\\.hh\\:mm\\:ss} before its turn came, and the reaction skips events older than {limit}.", nameof(PbxErrorKind.EventTooOld))
        : null;

    private EventRecord? NextRecord()
    {
        if (_ahead.Count == 0)
        {
            var page = _reader!.ReadOn(store.Parts, _place);
            if (page.Dropped > 0)
                TellMissed(page);
            foreach (var record in page.Records)
                _ahead.Enqueue(record);

            // What went by and was not for it need not be looked at again by the next process.
            if (_ahead.Count == 0)
            {
                _place = page.Upto;
                if (_place > store.ReadFrom)
                    store.MoveTo(_place);
            }
        }
        if (!_ahead.TryDequeue(out var next))
            return null;
        _place = next.Seq;
        return next;
    }

    /// <summary>What was dropped for its size before it was read.</summary>
    private void TellMissed(EventPage page)
    {
        var at = page.Records.Count > 0 ? new DateTimeOffset(page.Records[0].Received, TimeSpan.Zero).ToLocalTime() : options.Clock.GetLocalNow();
        options.Missed(new PbxGap
        {
            Connection = journal.Name,
            From = at,
            To = at,
            Reason = PbxGapReason.SlowConsumer,
            Recovery = PbxGapRecovery.Lost,
            EventsLost = page.Dropped,
            Detail = $"The reaction '{options.Name}' fell behind by more than the journal holds.",
        });
    }

    private Delivery Deliver(PbxEvent e, long seq, int attempt, bool isReplay = false) =>
        new(store) { Seq = seq, Key = options.KeyOf(e), Attempt = attempt, IsReplay = isReplay, Event = e };

    private PbxEvent ToEvent(EventRecord record) => journal.ToEvent(_reader!, record);

    private async Task<Ended> RunOneAsync(Delivery delivery)
    {
        using var limit = new CancellationTokenSource(options.Timeout, options.Clock);
        try
        {
            // Off the loop at once, whatever the action does before it waits.
            await Task.Run(() => action(delivery, limit.Token), CancellationToken.None).ConfigureAwait(false);
            return new Ended(delivery, null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new Ended(delivery, new Failure($"It did not finish within {options.Timeout}.", nameof(PbxErrorKind.Timeout)));
        }
        catch (Exception e)
        {
            return new Ended(delivery, e is TryFailedException failed ? failed.Failure : new Failure(e.Message));
        }
    }

    private void End(Ended ended)
    {
        var now = options.Clock.GetUtcNow();
        var (delivery, failure) = ended;
        if (failure is null)
        {
            store.Succeed(delivery.Seq, delivery.Key, now);
            return;
        }
        var due = delivery.Attempt < options.MaxAttempts && !failure.IsPermanent ? now + options.DelayAfter(delivery.Attempt, failure.RetryAfter) : (DateTimeOffset?)null;
        store.Fail(delivery.Seq, due, now, failure with { Error = Cut(failure.Error)!, Stack = Cut(failure.Stack) });
        options.Failed(delivery, failure, due);
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        var wait = Look;
        var mayTake = _running.Count < options.Concurrency && !_isAlone && !stopping.IsCancellationRequested && !store.IsSuspended;
        if (mayTake && store.NextDueAt() is { } due && due - options.Clock.GetUtcNow() is var left && left < wait)
            wait = left > Moment ? left : Moment;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        List<Task> signs = [.. _running, Task.Delay(wait, options.Clock, over.Token)];
        if (mayTake)
            signs.Add(journal.MoreAsync(_place, over.Token));
        if (stopping.IsCancellationRequested && _running.Count > 0)
            await Task.WhenAny(_running).ConfigureAwait(false);
        else
            await Task.WhenAny(signs).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private static string? Cut(string? text) => text?.Length > MaxErrorLength ? text[..MaxErrorLength] : text;

    private sealed record Ended(Delivery Delivery, Failure? Failure);
}
