namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// Keeps the rate group Auth (ringcentral.md section 3): never more requests in a sliding window than allowed, and none
/// during a penalty, because each one would start the penalty again. The platform counts a user's requests and not a
/// connection's, so all connections of the process share one limiter. A user is kept while there is something to count: a
/// script that connects anew in a loop is held back as well. Safe from any thread.
/// </summary>
/// <param name="timing">The limits.</param>
internal sealed class RequestLimiter(RingCentralTiming timing)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, Account> _users = new(StringComparer.Ordinal);

    /// <summary>How many users there is something to count for.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _users.Count;
        }
    }

    /// <summary>Waits until a request of the group may go, and counts it.</summary>
    /// <param name="user">Whose request it is.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="waiting">Told how long, when there is a wait.</param>
    /// <param name="cancellationToken">Gives up; nothing is counted then.</param>
    /// <returns>When it may go.</returns>
    public async Task WaitAsync(string user, TimeProvider clock, Action<TimeSpan> waiting, CancellationToken cancellationToken)
    {
        while (TakeTurn(user, clock.GetUtcNow()) is var delay && delay > TimeSpan.Zero)
        {
            waiting(delay);
            await clock.WaitInFullAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a penalty is over; for requests beside the group.</summary>
    /// <param name="user">Whose request it is.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="waiting">Told how long, when there is a wait.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>When it is over.</returns>
    public async Task WaitForPenaltyAsync(string user, TimeProvider clock, Action<TimeSpan> waiting, CancellationToken cancellationToken)
    {
        while (PenaltyLeft(user, clock.GetUtcNow()) is var delay && delay > TimeSpan.Zero)
        {
            waiting(delay);
            await clock.WaitInFullAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The platform asked a user for a pause.</summary>
    /// <param name="user">Whom.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="pause">How long.</param>
    public void Penalize(string user, TimeProvider clock, TimeSpan pause)
    {
        var until = clock.GetUtcNow() + pause;
        lock (_gate)
        {
            var account = Open(user);
            if (until > account.ClosedUntil)
                account.ClosedUntil = until;
        }
    }

    /// <returns>How long to wait before asking again; zero when the request is counted and may go.</returns>
    private TimeSpan TakeTurn(string user, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var (name, other) in _users)
            {
                other.Forget(now - timing.TokenWindow);
                if (other.Sent.Count == 0 && other.ClosedUntil <= now)
                    _users.Remove(name);
            }
            var account = Open(user);
            var free = account.Sent.Count < timing.TokensPerWindow ? now : account.Sent.Peek() + timing.TokenWindow;
            if (account.ClosedUntil > free)
                free = account.ClosedUntil;
            if (free <= now)
                account.Sent.Enqueue(now);
            return free - now;
        }
    }

    private TimeSpan PenaltyLeft(string user, DateTimeOffset now)
    {
        lock (_gate)
            return _users.TryGetValue(user, out var account) ? account.ClosedUntil - now : TimeSpan.Zero;
    }

    private Account Open(string user)
    {
        if (!_users.TryGetValue(user, out var account))
            _users.Add(user, account = new Account());
        return account;
    }

    private sealed class Account
    {
        public Queue<DateTimeOffset> Sent { get; } = new();

        public DateTimeOffset ClosedUntil { get; set; }

        public void Forget(DateTimeOffset until)
        {
            while (Sent.TryPeek(out var oldest) && oldest <= until)
                Sent.Dequeue();
        }
    }
}
