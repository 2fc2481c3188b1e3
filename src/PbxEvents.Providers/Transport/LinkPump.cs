using System.Threading.Channels;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport;

/// <summary>
/// The life of a link, whatever it speaks: opened, started, ended once. One task reads, one task writes from a bounded queue,
/// and whoever ends it first says why.
/// </summary>
/// <typeparam name="TOut">What is queued for sending.</typeparam>
/// <param name="id">Its number in the connection.</param>
/// <param name="target">Where it leads.</param>
/// <param name="sink">Who it delivers to.</param>
/// <param name="options">Limits and clock.</param>
internal abstract class LinkPump<TOut>(int id, LinkTarget target, ILinkSink sink, TransportOptions options) : ILink
{
    /// <summary>Room for what is said at once after a reconnect: ten thousand subscriptions are restored in one go.</summary>
    private const int QueueLength = 16 * 1024;

    /// <summary>A peer that is gone answers no goodbye: ending a connection, tokens given back included, takes less than 2 s.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromMilliseconds(800);

    private readonly object _gate = new();
    private readonly List<IDisposable> _held = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<TOut> _queue = Channel.CreateBounded<TOut>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private Ending? _ending;
    private Task? _writer;
    private int _isStarted;

    public int Id { get; } = id;

    public abstract DateTimeOffset? LastReceivedAt { get; }

    /// <summary>Limits and clock.</summary>
    protected TransportOptions Options { get; } = options;

    /// <summary>Where it leads.</summary>
    protected LinkTarget Target { get; } = target;

    /// <summary>Who it delivers to.</summary>
    protected ILinkSink Sink { get; } = sink;

    /// <summary>True once it was closed, aborted, or broke. Any thread.</summary>
    protected bool HasEnded => Volatile.Read(ref _ending) is not null;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Options.ConnectTimeout, Options.Clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token, _ended.Token);
        try
        {
            any.Token.ThrowIfCancellationRequested();
            await OpenCoreAsync(any.Token).ConfigureAwait(false);
            any.Token.ThrowIfCancellationRequested();
        }
        catch (Exception error)
        {
            var ending = Volatile.Read(ref _ending);
            End(null);
            cancellationToken.ThrowIfCancellationRequested();
            if (ending is not null)
                throw ending.Fault ?? Closed();
            if (limit.IsCancellationRequested)
                throw LinkFaults.TimedOut(Target.Display, Target.Uri.Host, Options.ConnectTimeout);
            if (error is PbxException)
                throw;
            throw LinkFaults.NoSense(error, Target.Display, Target.Uri.Host);
        }
    }

    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
            _ = Task.Run(ReadAsync);
    }

    public abstract void Send(OutFrame frame);

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        Interlocked.CompareExchange(ref _ending, new Ending(null), null);
        _queue.Writer.TryComplete();
        if (_writer is not null && !_ended.IsCancellationRequested)
        {
            // The writer drains and says goodbye, the reader sees the server's answer. Nobody waits for long.
            var goodbye = Volatile.Read(ref _isStarted) == 0 ? _writer : Task.WhenAll(_writer, _done.Task);
            await WaitAsync(goodbye, cancellationToken).ConfigureAwait(false);
        }

        End(null);
        // A sink that does not come back must not hold the caller; it is told of the end when it does.
        if (Volatile.Read(ref _isStarted) != 0)
            await WaitAsync(_done.Task, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>It may be called any number of times; the first reason counts.</remarks>
    public void Abort(PbxException fault) => End(fault);

    /// <summary>As <see cref="CloseAsync"/>.</summary>
    /// <returns>When nothing is left of it.</returns>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync(CancellationToken.None).ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens what is below, then calls <see cref="StartWriting"/>.</summary>
    /// <param name="cancellationToken">Cancelled also by <see cref="Abort"/> and the time-out.</param>
    /// <returns>When the handshake is complete.</returns>
    protected abstract Task OpenCoreAsync(CancellationToken cancellationToken);

    /// <summary>Reads and delivers one message.</summary>
    /// <returns>False when the server ended it and <see cref="CloseAsync"/> asked for that.</returns>
    /// <exception cref="PbxException">The link broke or cannot be trusted any more.</exception>
    protected abstract ValueTask<bool> ReadOneAsync();

    /// <summary>Sends one item. One call at a time.</summary>
    /// <param name="item">The item.</param>
    /// <param name="isMoreWaiting">True when another one follows at once.</param>
    /// <returns>When it is sent.</returns>
    protected abstract ValueTask WriteOneAsync(TOut item, bool isMoreWaiting);

    /// <summary>Says goodbye after the last item.</summary>
    /// <returns>When it is sent.</returns>
    protected abstract Task SayGoodbyeAsync();

    /// <summary>Queues something to send; a full queue ends the link. Any thread.</summary>
    /// <param name="item">What to send.</param>
    protected void Post(TOut item)
    {
        if (!_queue.Writer.TryWrite(item) && !HasEnded)
            Abort(LinkFaults.Slow(Target.Display, QueueLength));
    }

    /// <summary>Closes something when the link ends; at once when it has ended already. Any thread.</summary>
    /// <param name="below">A socket, a timer.</param>
    protected void Hold(IDisposable below)
    {
        lock (_gate)
        {
            if (!_ended.IsCancellationRequested)
                _held.Add(below);
            else
                below.Dispose();
        }
    }

    /// <summary>Ends the link when nothing arrives for too long.</summary>
    /// <param name="silence">How long nothing has come in while somebody was reading.</param>
    /// <param name="limit">The longest silence.</param>
    protected void Watch(Func<TimeSpan> silence, TimeSpan limit) => Hold(new SilenceWatch(Options.Clock, limit, silence,
        longest => Abort(LinkFaults.Lost(Target.Display, $"nothing has come in for {longest.TotalSeconds:0.#} s"))));

    /// <summary>Starts the task that sends what is queued; nothing happens when it runs already.</summary>
    protected void StartWriting() => _writer ??= Task.Run(WriteAsync);

    private PbxException Closed() =>
        new(PbxErrorKind.Disconnected, $"The link to {Target.Display} is closed.", "Connect again.");

    private async Task WaitAsync(Task task, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(CloseLimit, Options.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            // Closing goes on without what did not come.
        }
    }

    private void End(PbxException? fault)
    {
        Interlocked.CompareExchange(ref _ending, new Ending(fault), null);
        _queue.Writer.TryComplete();
        if (!_ended.IsCancellationRequested)
            _ended.Cancel();
        lock (_gate)
        {
            foreach (var below in _held)
                below.Dispose();
            _held.Clear();
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            var reader = _queue.Reader;
            while (await reader.WaitToReadAsync(_ended.Token).ConfigureAwait(false))
            {
                while (reader.TryRead(out var item))
                    await WriteOneAsync(item, reader.TryPeek(out _)).ConfigureAwait(false);
            }

            await SayGoodbyeAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            End(error as PbxException ?? LinkFaults.Lost(Target.Display, "sending failed", error));
        }
    }

    private async Task ReadAsync()
    {
        PbxException fault;
        try
        {
            while (await ReadOneAsync().ConfigureAwait(false))
            {
            }

            fault = LinkFaults.Lost(Target.Display, "the server closed it");
        }
        catch (Exception error)
        {
            fault = error as PbxException ?? LinkFaults.Lost(Target.Display, "the connection broke", error);
        }

        End(fault);
        try
        {
            await Sink.OnClosedAsync(this, _ending!.Fault).ConfigureAwait(false);
        }
        finally
        {
            _done.TrySetResult();
        }
    }

    private sealed record Ending(PbxException? Fault);
}
