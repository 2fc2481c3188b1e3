using PbxEvents.Providers;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>A client with a state file that can be killed. What it leaves is its file and what it has told.</summary>
internal interface ILostCallsClient : IAsyncDisposable
{
    /// <summary>The ends of calls that it has told.</summary>
    IReadOnlyList<ToldEnd> Told { get; }

    /// <summary>True when it is connected and no gap waits to be filled.</summary>
    bool IsFilled { get; }

    /// <summary>The gaps that it has told, as far as they may hide a part of a call.</summary>
    IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Gaps { get; }

    /// <summary>What it did last, for people.</summary>
    string Describe();

    /// <summary>Kills it, as far as a process can be killed; what it does afterwards nobody sees.</summary>
    ValueTask KillAsync();
}

/// <summary>The end of a call as a client told it.</summary>
/// <param name="CallId">The call.</param>
/// <param name="Outcome">How it went; null when the client does not know.</param>
/// <param name="Origin">Live, or from records.</param>
/// <param name="At">When, by the simulator's clock.</param>
/// <param name="Story">What the client saw of the call, for people.</param>
internal sealed record ToldEnd(string CallId, PbxOutcome? Outcome, PbxCallOrigin Origin, DateTimeOffset At, string Story)
{
    /// <summary>The end that an event tells.</summary>
    public static ToldEnd Of(PbxEvent e) => new(e.CallId!, e.Outcome, e.Call?.Origin ?? PbxCallOrigin.Live, e.ReceivedUtc,
        string.Join(Environment.NewLine, e.Call?.Events.Select(h => $"    {h.ReceivedUtc:HH:mm:ss.fff} {h.Name} {h.CallState} {h.Raw}") ?? []));

    public override string ToString() => $"{CallId} {Outcome} {Origin} at {At:HH:mm:ss.fff}";
}

/// <summary>A client in this process. Killed, it goes on for a moment, but nobody looks at its file or its events any more.</summary>
/// <param name="client">The client.</param>
internal sealed class AbandonedClient(PbxClient client) : ILostCallsClient
{
    /// <summary>What a busy machine takes to subscribe, by the fast clock.</summary>
    private static readonly TimeSpan SubscribeTime = TimeSpan.FromSeconds(30);

    public IReadOnlyList<ToldEnd> Told => [.. ClientEvents.Ended(client).Select(ToldEnd.Of)];

    public bool IsFilled => client.State == PbxConnectionState.Connected && client.Gaps.All(g => g.Recovery != PbxGapRecovery.Pending);

    /// <summary>A gap ends with the link; the first subscriptions, without which nothing is seen, come after it.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Gaps => [.. client.Gaps.Select(g => (g.From, g.To + SubscribeTime))];

    /// <summary>Starts one and subscribes.</summary>
    public static async Task<ILostCallsClient> StartAsync(LostCallsPlatform platform, SimulatorLogin login, FastClock clock, string statePath) =>
        new AbandonedClient(await platform.ConnectAsync(login, clock, statePath, Limits.Patience));

    public string Describe()
    {
        var position = 0L;
        return string.Join(Environment.NewLine, client.Activity.Read(ref position).TakeLast(40).Select(l => $"{l.Time:HH:mm:ss.fff} {l.Text}"));
    }

    public ValueTask KillAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
