namespace PbxEvents.Providers.Protocol.RingCentral;

/// <summary>
/// Keeps the rate group Auth (ringcentral.md section 3): never more requests in a sliding window than allowed, and none
/// during a penalty, because each one would start the penalty again. One caller at a time.
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="timing">The limits.</param>
internal sealed class RequestLimiter(TimeProvider clock, RingCentralTiming timing)
{
    private readonly Queue<DateTimeOffset> _sent = new();
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;

    /// <summary>How long the next request has to wait; zero when it may go now.</summary>
    public TimeSpan Delay
    {
        get
        {
            var now = clock.GetUtcNow();
            while (_sent.TryPeek(out var oldest) && now - oldest >= timing.TokenWindow)
                _sent.Dequeue();
            var free = _sent.Count < timing.TokensPerWindow ? now : _sent.Peek() + timing.TokenWindow;
            var due = free > _closedUntil ? free : _closedUntil;
            return due > now ? due - now : TimeSpan.Zero;
        }
    }

    /// <summary>Waits until a request may go, and counts it.</summary>
    /// <param name="waiting">Told how long, when there is a wait.</param>
    /// <param name="cancellationToken">Gives up; nothing is counted then.</param>
    /// <returns>When it may go.</returns>
    public async Task WaitAsync(Action<TimeSpan> waiting, CancellationToken cancellationToken)
    {
        while (Delay is var delay && delay > TimeSpan.Zero)
        {
            waiting(delay);
            await Task.Delay(delay, clock, cancellationToken).ConfigureAwait(false);
        }
        _sent.Enqueue(clock.GetUtcNow());
    }

    /// <summary>The platform asked for a pause.</summary>
    /// <param name="pause">How long; null when it did not say.</param>
    /// <returns>The pause that is kept.</returns>
    public TimeSpan Penalize(TimeSpan? pause)
    {
        var kept = pause ?? timing.Penalty;
        var until = clock.GetUtcNow() + kept;
        if (until > _closedUntil)
            _closedUntil = until;
        return kept;
    }
}
