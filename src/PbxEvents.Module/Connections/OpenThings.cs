using PbxEvents.Module.Alerts;
using PbxEvents.Module.Durable;
using PbxEvents.Providers;

namespace PbxEvents.Module.Connections;

/// <summary>What a session listens with: all that it has open at one moment, or what it opened since another. Immutable.</summary>
internal sealed record OpenThings(
    IReadOnlyList<RunningAlert> Alerts, IReadOnlyList<RunningReaction> Reactions, IReadOnlyList<PbxClient> Connections, IReadOnlyList<PbxJournal> Journals)
{
    /// <summary>How long the action of a durable reaction has to come to its end.</summary>
    private static readonly TimeSpan ActionPatience = TimeSpan.FromSeconds(1);

    /// <summary>What was not open before.</summary>
    public OpenThings Since(OpenThings before) => new(
        [.. Alerts.Except(before.Alerts)], [.. Reactions.Except(before.Reactions)], [.. Connections.Except(before.Connections)], [.. Journals.Except(before.Journals)]);

    /// <summary>Closes it. Any thread.</summary>
    public async Task CloseAsync()
    {
        // First: that the rest is closed is no trouble.
        await Task.WhenAll(Alerts.Select(a => a.DisposeAsync().AsTask())).ConfigureAwait(false);

        // Before their journals. What an action was at counts as tried.
        await Task.WhenAll(Reactions.Select(r => r.StopAsync(ActionPatience))).ConfigureAwait(false);
        await Task.WhenAll(Connections.Select(c => c.DisposeAsync().AsTask())).ConfigureAwait(false);

        // With what the connections said last.
        await Task.WhenAll(Journals.OfType<IAsyncDisposable>().Select(j => j.DisposeAsync().AsTask())).ConfigureAwait(false);
    }
}
