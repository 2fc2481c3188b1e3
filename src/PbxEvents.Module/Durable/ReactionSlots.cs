using System.Collections.Concurrent;

namespace PbxEvents.Module.Durable;

/// <summary>The runspaces of one reaction: as many as it runs actions at once. Any thread.</summary>
internal sealed class ReactionSlots : IDisposable
{
    private readonly ReactionHost[] _hosts;
    private readonly ConcurrentBag<ReactionHost> _free;

    /// <summary>Makes the runspaces.</summary>
    /// <param name="count">How many.</param>
    /// <param name="make">Makes one.</param>
    public ReactionSlots(int count, Func<ReactionHost> make)
    {
        var made = new List<ReactionHost>(count);
        try
        {
            while (made.Count < count)
                made.Add(make());
        }
        catch (Exception)
        {
            made.ForEach(h => h.Dispose());
            throw;
        }
        _hosts = [.. made];
        _free = [.. made];
    }

    /// <summary>How many there are.</summary>
    public int Count => _hosts.Length;

    /// <summary>Runs an action once, on a thread of its own. Never more at once than there are.</summary>
    /// <inheritdoc cref="ReactionHost.Run"/>
    public Task RunAsync(ReactionTry attempt, Action<object> report, CancellationToken limit)
    {
        if (!_free.TryTake(out var host))
            throw new InvalidOperationException("More actions than runspaces.");
        return Task.Factory.StartNew(
            () =>
            {
                try
                {
                    host.Run(attempt, report, limit);
                }
                finally
                {
                    _free.Add(host);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>Ends what runs. Does not wait.</summary>
    public void Stop() => Array.ForEach(_hosts, h => h.Stop());

    /// <summary>Ends what runs, and the runspaces. Does not wait for an action that does not end.</summary>
    public void Dispose() => Array.ForEach(_hosts, h => h.Dispose());
}
