using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>Asks a connection's platform for its call records, one reading at a time, beside the loop; what is found comes back to the loop.</summary>
/// <param name="connection">The connection.</param>
internal sealed class RecordAsker(ConnectionSupervisor connection) : IDisposable
{
    /// <summary>So few that the loop does not stop for them.</summary>
    private const int EventsAtATime = 100;

    private readonly SemaphoreSlim _reading = new(1);
    private readonly List<Task> _works = [];
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>True when the platform has said that this credential may not see the records.</summary>
    private bool _isRefused;

    /// <summary>True when records can be asked for, whoever wants them. Loop only.</summary>
    public bool CanAsk => !_isRefused && connection.Driver.Records is not null && connection.Options.HistoryLimit > TimeSpan.Zero;

    /// <summary>Runs something beside the loop, until it is over or the connection is. Loop only.</summary>
    /// <param name="work">What. It ends when its token says so.</param>
    public void Run(Func<CancellationToken, Task> work)
    {
        _works.RemoveAll(w => w.IsCompleted);
        _works.Add(Task.Run(() => work(_stopping.Token)));
    }

    /// <summary>Reads the calls that ended in a window. Beside the loop.</summary>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    /// <param name="take">Gets each, on the loop.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>Why they could not be read; null when they were.</returns>
    /// <exception cref="OperationCanceledException">The connection ends.</exception>
    public async Task<PbxException?> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, Action<CallRecord> take, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RecallAsync(from, cancellationToken).ConfigureAwait(false);
            await foreach (var record in connection.Driver.Records!.ReadAsync(from, to, cancellationToken).ConfigureAwait(false))
                await connection.TellAsync(() => take(record), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            var fault = e as PbxException ?? Faults.Unexpected("reading the call records", e);
            connection.Activity.Write($"The call records could not be read: {fault.Message}", ActivityLevel.Warning);
            if (fault.IsPermanent)
                connection.Post(() => Refuse(fault));
            return fault;
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Ends what runs beside the loop.</summary>
    /// <returns>When nothing runs any more.</returns>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_works).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>After <see cref="StopAsync"/>.</summary>
    public void Dispose()
    {
        _stopping.Dispose();
        _reading.Dispose();
    }

    /// <summary>
    /// Of a connection that several listeners could have, the one before may have been ended with events on its own disk, which come into the journal
    /// only when it runs again. What it told then is not to get another id here.
    /// </summary>
    private async Task RecallAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (!connection.IsHeld)
            return;
        try
        {
            foreach (var events in (connection.Journal?.ReadSince(connection.Name, since) ?? []).Chunk(EventsAtATime))
            {
                await connection.TellAsync(
                    () =>
                    {
                        foreach (var e in events)
                            connection.Driver.Recall(e);
                    },
                    cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PbxException e)
        {
            connection.Activity.Write($"What other listeners kept could not be read: {e.Message}");
        }
    }

    /// <summary>Told once, and not asked for again.</summary>
    private void Refuse(PbxException fault)
    {
        if (_isRefused || connection.IsOver)
            return;
        _isRefused = true;
        connection.Warn(fault);
        connection.HeldEnds.ReleaseAll();
    }
}
