namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What one chaos run was, in figures. Times are the simulator's, which pass faster than real ones.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Seed">What every choice came from.</param>
internal sealed record ChaosFigures(string Platform, int Seed)
{
    /// <summary>Events of the subscriptions that the simulator made.</summary>
    public int Sent { get; init; }

    /// <summary>How many of them came, each once.</summary>
    public int Delivered { get; init; }

    /// <summary>How many were replayed to a new link and came, or were asked for after a gap.</summary>
    public int Recovered { get; init; }

    /// <summary>How many did not come and lie in a gap.</summary>
    public int InGaps { get; init; }

    /// <summary>How many came more than once.</summary>
    public int Duplicates { get; init; }

    /// <summary>How many neither came nor lie in a gap.</summary>
    public int LostSilently { get; init; }

    /// <summary>The gaps that were told.</summary>
    public int Gaps { get; init; }

    public TimeSpan LongestGap { get; init; }

    /// <summary>The longest that an event was on its way, the Delay fault included.</summary>
    public TimeSpan LongestTransit { get; init; }

    public int Reconnects { get; init; }

    /// <summary>Calls that ended.</summary>
    public int Calls { get; init; }

    /// <summary>How many of them were told neither live nor from records.</summary>
    public int CallsUnaccounted { get; init; }

    /// <summary>How many were told more than once.</summary>
    public int CallsTwice { get; init; }

    /// <summary>How often each kind of fault was injected.</summary>
    public IReadOnlyDictionary<string, int> Injected { get; init; } = new Dictionary<string, int>();

    /// <summary>What was wrong, a line each; empty when all was well.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public override string ToString() =>
        $"{Platform} seed {Seed}: {Sent} events, {Delivered} came, {Recovered} recovered, {InGaps} in {Gaps} gaps (longest {LongestGap.TotalSeconds:0.0} s), "
        + $"{Duplicates} twice, {LostSilently} lost in silence, {Reconnects} reconnects, {Injected.Values.Sum()} faults, transit {LongestTransit.TotalSeconds:0.0} s, "
        + $"{Calls} calls, {CallsUnaccounted} not told, {CallsTwice} twice";
}
