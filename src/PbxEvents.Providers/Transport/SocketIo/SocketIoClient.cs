using System.Threading.Channels;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>
/// A Socket.IO client for one connection to one namespace, revisions 3 and 4 (clients v2, v3 and v4). It is used once: it does
/// not reconnect by itself, because only its user knows what has to be restored. Any thread.
/// </summary>
internal sealed class SocketIoClient : IAsyncDisposable
{
    private readonly SocketIoClientOptions _options;
    private readonly LinkTarget _target;
    private readonly Engine _engine;
    private readonly AckTable _acks = new();
    private readonly Channel<SocketIoEvent> _events;

    /// <summary>Makes a client; nothing is opened yet.</summary>
    /// <param name="target">Where to: address, namespace, auth, query, headers, the revision to try first.</param>
    /// <param name="options">The rest; null for the defaults.</param>
    public SocketIoClient(LinkTarget target, SocketIoClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _options = options ?? new SocketIoClientOptions();
        _engine = new Engine(this);
        _events = Channel.CreateBounded<SocketIoEvent>(
            new BoundedChannelOptions(_options.EventCapacity) { SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>
    /// The received events, in order. It ends with the connection: without a word after <see cref="CloseAsync"/>, with a
    /// <see cref="PbxException"/> when the connection was lost.
    /// </summary>
    public ChannelReader<SocketIoEvent> Events => _events.Reader;

    /// <summary>The Engine.IO revision in use, 3 or 4; 0 before <see cref="ConnectAsync"/>.</summary>
    public int Revision => _engine.Revision;

    /// <summary>True when WebSocket did not get through and long-polling took its place.</summary>
    public bool IsPolling => _engine.IsPolling;

    /// <summary>When the last byte arrived, heartbeats included; null before the first.</summary>
    public DateTimeOffset? LastReceivedAt => _engine.LastReceivedAt;

    /// <summary>Connects and joins the namespace.</summary>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>When the server has confirmed the namespace.</returns>
    /// <exception cref="PbxException">It cannot be; the kind says why.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        await _engine.OpenAsync(cancellationToken).ConfigureAwait(false);
        _engine.Start();
    }

    /// <summary>Sends an event. Waits for room when much is queued.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="arguments">Any number: <c>byte[]</c> and <c>ReadOnlyMemory&lt;byte&gt;</c> travel as binary, the rest as JSON.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>When it is queued.</returns>
    /// <exception cref="PbxException">The connection is over.</exception>
    public ValueTask EmitAsync(string name, IEnumerable<object?> arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(arguments);
        return _engine.SendAsync(false, SocketIoPayload.Write(name, arguments), -1, cancellationToken);
    }

    /// <summary>Sends an event. Waits for room when much is queued.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="arguments">Any number: <c>byte[]</c> and <c>ReadOnlyMemory&lt;byte&gt;</c> travel as binary, the rest as JSON.</param>
    /// <returns>When it is queued.</returns>
    /// <exception cref="PbxException">The connection is over.</exception>
    public ValueTask EmitAsync(string name, params object?[] arguments) => EmitAsync(name, arguments, CancellationToken.None);

    /// <summary>Sends an event and waits for the server's acknowledgement.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="arguments">As with <see cref="EmitAsync(string, object?[])"/>.</param>
    /// <param name="timeout">How long to wait; null for the options' <see cref="SocketIoClientOptions.AckTimeout"/>.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The acknowledgement.</returns>
    /// <exception cref="PbxException">It did not come in time, or the connection is over: then every wait ends at once.</exception>
    public async Task<SocketIoReply> EmitWithAckAsync(string name, IEnumerable<object?> arguments, TimeSpan? timeout = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(arguments);
        var (id, reply) = _acks.Add();
        var limit = timeout ?? _options.AckTimeout;
        try
        {
            await _engine.SendAsync(false, SocketIoPayload.Write(name, arguments), id, cancellationToken).ConfigureAwait(false);
            return await reply.WaitAsync(limit, _options.Transport.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new PbxException(PbxErrorKind.NoReply, $"{_target.Display} did not acknowledge '{name}' within {limit.TotalSeconds:0.#} s.",
                "Check that the server knows this event and acknowledges it.", error) { Target = name };
        }
        finally
        {
            _acks.Remove(id);
        }
    }

    /// <summary>Acknowledges a received event.</summary>
    /// <param name="received">The event; nothing happens when it wants no acknowledgement.</param>
    /// <param name="arguments">As with <see cref="EmitAsync(string, object?[])"/>.</param>
    /// <returns>When it is queued.</returns>
    /// <exception cref="PbxException">The connection is over.</exception>
    public ValueTask AcknowledgeAsync(SocketIoEvent received, params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(received);
        ArgumentNullException.ThrowIfNull(arguments);
        return received.WantsAck
            ? _engine.SendAsync(true, SocketIoPayload.Write(null, arguments), received.AckId, CancellationToken.None)
            : ValueTask.CompletedTask;
    }

    /// <summary>Sends what is queued, says goodbye and closes, within a few seconds in any case.</summary>
    /// <param name="cancellationToken">Closes at once.</param>
    /// <returns>When nothing is left of it.</returns>
    public async Task CloseAsync(CancellationToken cancellationToken = default)
    {
        await _engine.CloseAsync(cancellationToken).ConfigureAwait(false);
        End(null);
    }

    /// <summary>As <see cref="CloseAsync"/>.</summary>
    /// <returns>When nothing is left of it.</returns>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
    }

    private void End(PbxException? fault)
    {
        _acks.FailAll(fault ?? new PbxException(PbxErrorKind.Disconnected, $"The connection to {_target.Display} was closed.", "Connect again."));
        _events.Writer.TryComplete(fault);
    }

    private sealed class Engine(SocketIoClient owner) : SocketIoEngine(owner._options.Transport, owner._target)
    {
        public ValueTask SendAsync(bool isAck, (ReadOnlyMemory<byte> Json, IReadOnlyList<ReadOnlyMemory<byte>> Attachments) payload, long ackId,
            CancellationToken cancellationToken) => PostAsync(MessageOf(isAck, payload.Json, ackId, payload.Attachments), cancellationToken);

        protected override ValueTask OnEventAsync(in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
            owner._events.Writer.WriteAsync(new SocketIoEvent(packet.Namespace, packet.Payload.ToArray(), attachments, packet.AckId), Ended);

        protected override ValueTask OnAckAsync(in SocketPacket packet, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
            owner._acks.Complete(packet.AckId, new SocketIoReply(packet.Payload.ToArray(), attachments))
                ? ValueTask.CompletedTask
                : OnUnreadableAsync(default, $"an acknowledgement came that nobody waits for (id {packet.AckId})");

        protected override ValueTask OnUnreadableAsync(ReadOnlyMemory<byte> excerpt, string why)
        {
            owner._options.OnUnreadable?.Invoke(why);
            return ValueTask.CompletedTask;
        }

        protected override ValueTask OnEndedAsync(PbxException? fault)
        {
            owner.End(fault);
            return ValueTask.CompletedTask;
        }
    }
}
