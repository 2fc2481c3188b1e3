namespace PbxEvents.Providers.Contracts;

/// <summary>
/// Pauses between attempts: exponential with full jitter, so that a thousand clients of a restarted server do not come
/// back in one second.
/// </summary>
/// <param name="First">The upper bound of the first pause.</param>
/// <param name="Longest">The upper bound of all pauses.</param>
internal sealed record BackoffPolicy(TimeSpan First, TimeSpan Longest)
{
    /// <summary>1 s to 60 s.</summary>
    public static readonly BackoffPolicy Default = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    /// <summary>The shortest pause before any attempt; zero by default. RingCentral's rate limit needs one.</summary>
    public TimeSpan Shortest { get; init; }

    /// <summary>The pause before an attempt.</summary>
    /// <param name="attempt">1 for the first attempt after a loss.</param>
    /// <param name="random">A number from 0 up to, not including, 1.</param>
    /// <param name="retryAfter">What the server asked for; the pause is never shorter. Zero asks for a first attempt at once.</param>
    /// <returns>The pause.</returns>
    public TimeSpan Delay(int attempt, double random, TimeSpan? retryAfter)
    {
        var bound = First * Math.Pow(2, Math.Min(attempt - 1, 30));
        if (bound > Longest)
            bound = Longest;
        var delay = attempt == 1 && retryAfter == TimeSpan.Zero ? TimeSpan.Zero : bound * random;
        if (delay < Shortest)
            delay = Shortest;
        return retryAfter is { } asked && asked > delay ? asked : delay;
    }
}
