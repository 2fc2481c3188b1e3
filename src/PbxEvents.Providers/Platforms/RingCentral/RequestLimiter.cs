namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// Keeps a rate group (ringcentral.md section 3): never more requests in a sliding window than allowed, and none
/// during a penalty, because each one would start the penalty again. The platform counts a user's requests and not a
/// connection's, so all connections of the process share one limiter. A user is kept while there is something to count: a
/// script that connects anew in a loop is held back as well. Safe from any thread.
/// </summary>
/// <param name="most">How many requests.</param>
/// <param name="window">In how long.</param>
internal sealed class RequestLimiter(int most, TimeSpan window)
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

    /// <summary>Waits until a request of the group may go, and counts it. <c>waiting</c> is told how long, when there is a wait.</summary>
    public Task WaitAsync(string user, TimeProvider clock, Action<TimeSpan> waiting, CancellationToken cancellationToken) =>
        WaitAsync(() => TakeTurn(user, clock.GetUtcNow()), clock, waiting, cancellationToken);

    /// <summary>Waits until a penalty is over; for requests beside the group.</summary>
    public Task WaitForPenaltyAsync(string user, TimeProvider clock, Action<TimeSpan> waiting, CancellationToken cancellationToken) =>
        WaitAsync(() => PenaltyLeft(user, clock.GetUtcNow()), clock, waiting, cancellationToken);

    private static async Task WaitAsync(
        Func<TimeSpan> left, TimeProvider clock, Action<TimeSpan> waiting, CancellationToken cancellationToken)
    {
        while (left() is var delay && delay > TimeSpan.Zero)
        {
            waiting(delay);
            await clock.WaitInFullAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The platform asked a user for a pause.</summary>
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
                other.Forget(now - window);
                if (other.Sent.Count == 0 && other.ClosedUntil <= now)
                    _users.Remove(name);
            }
            var account = Open(user);
            var free = account.Sent.Count < most ? now : account.Sent.Peek() + window;
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
