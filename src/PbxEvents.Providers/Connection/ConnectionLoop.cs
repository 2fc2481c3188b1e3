namespace PbxEvents.Providers.Connection;

/// <summary>
/// One connection's ordered loop: a bounded mailbox whose items are handled one after the other on one task. Nothing that runs on it
/// locks, waits or does I/O.
/// </summary>
/// <param name="handle">Handles one item.</param>
/// <param name="failed">Is told of an exception that <paramref name="handle"/> let through; the loop goes on.</param>
internal sealed class ConnectionLoop(Action<LoopItem> handle, Action<LoopItem, Exception> failed)
{
    /// <summary>A full mailbox holds back the socket's reader, never the loop.</summary>
    private const int MailboxSize = 4096;

    private readonly Mailbox<LoopItem> _mailbox = new(MailboxSize);
    private bool _isStopped;

    /// <summary>Handles items until <see cref="Stop"/> was called by one of them.</summary>
    public async Task RunAsync()
    {
        while (!_isStopped && await _mailbox.WaitAsync().ConfigureAwait(false))
        {
            while (!_isStopped && _mailbox.TryRead(out var item))
            {
                try
                {
                    handle(item);
                }
                catch (Exception e)
                {
                    failed(item, e);
                }
            }
        }
    }

    /// <summary>The item at hand is the last one. Loop only.</summary>
    public void Stop() => _isStopped = true;

    /// <summary>Adds an item; waits while the mailbox is full. Nobody waits for it any more when the connection is over.</summary>
    public ValueTask WriteAsync(in LoopItem item) => _mailbox.TryWrite(item) ? ValueTask.CompletedTask : WaitAndWriteAsync(item);

    /// <summary>Runs something on the loop, some time.</summary>
    /// <param name="action">What to run.</param>
    /// <param name="named">Whose name it has in the report of a mistake; null for its own.</param>
    public void Post(Action action, Delegate? named = null)
    {
        var isWritten = WriteAsync(LoopItem.Run(action, named));
        if (!isWritten.IsCompleted)
            _ = isWritten.AsTask();
    }

    /// <summary>Runs something on the loop and waits for its end. What it throws is thrown here.</summary>
    /// <returns>False when no more items are taken.</returns>
    public async Task<bool> InvokeAsync(Action action, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isTaken = await _mailbox.WriteAsync(LoopItem.Run(() =>
        {
            try
            {
                action();
                done.TrySetResult();
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        }, action), cancellationToken).ConfigureAwait(false);
        if (isTaken)
            await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return isTaken;
    }

    /// <summary>
    /// After the end: waits for work that was begun, and reads the mailbox meanwhile, because a link that tells its end must not
    /// wait for a full one.
    /// </summary>
    public async Task DrainUntilAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            Drain();
            await Task.WhenAny(work, _mailbox.WaitAsync().AsTask()).ConfigureAwait(false);
        }
        Drain();
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Takes no more items, and runs what was posted before.</summary>
    public void Complete()
    {
        _mailbox.Complete();
        Drain();
    }

    private async ValueTask WaitAndWriteAsync(LoopItem item) =>
        await _mailbox.WriteAsync(item, CancellationToken.None).ConfigureAwait(false);

    /// <summary>What was posted before the end came: a user waits for it, or a link was just opened.</summary>
    private void Drain()
    {
        while (_mailbox.TryRead(out var item))
        {
            if (item.Kind == LoopItemKind.Run)
                RunLate(((LoopItem.Posted)item.State!).Action);
        }
    }

    private static void RunLate(Action action)
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            // The one who posted it is told through its own task.
        }
    }
}
