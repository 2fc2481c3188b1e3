namespace PbxEvents.Providers.Platforms.RingCentral;

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

    /// <summary>Waits until a request of the group may go, and counts it.</summary>
    /// <param name="waiting">Told how long, when there is a wait.</param>
    /// <param name="cancellationToken">Gives up; nothing is counted then.</param>
    /// <returns>When it may go.</returns>
    public async Task WaitAsync(Action<TimeSpan> waiting, CancellationToken cancellationToken)
    {
        await WaitUntilAsync(FindTurn, waiting, cancellationToken).ConfigureAwait(false);
        _sent.Enqueue(clock.GetUtcNow());
    }

    /// <summary>Waits until a penalty is over; for requests beside the group.</summary>
    /// <param name="waiting">Told how long, when there is a wait.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>When it is over.</returns>
    public Task WaitForPenaltyAsync(Action<TimeSpan> waiting, CancellationToken cancellationToken) =>
        WaitUntilAsync(() => _closedUntil, waiting, cancellationToken);

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

    private DateTimeOffset FindTurn()
    {
        var now = clock.GetUtcNow();
        while (_sent.TryPeek(out var oldest) && now - oldest >= timing.TokenWindow)
            _sent.Dequeue();
        var free = _sent.Count < timing.TokensPerWindow ? now : _sent.Peek() + timing.TokenWindow;
        return free > _closedUntil ? free : _closedUntil;
    }

    private async Task WaitUntilAsync(Func<DateTimeOffset> due, Action<TimeSpan> waiting, CancellationToken cancellationToken)
    {
        while (due() - clock.GetUtcNow() is var delay && delay > TimeSpan.Zero)
        {
            waiting(delay);
            await clock.WaitInFullAsync(delay, cancellationToken).ConfigureAwait(false);
        }
    }
}
