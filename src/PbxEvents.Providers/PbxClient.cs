using System.Runtime.CompilerServices;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Connection.Keeping;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;

namespace PbxEvents.Providers;

/// <summary>
/// One connection to a platform and everything that can be done with it. All members may be called from any thread. It
/// reconnects by itself until it is disposed, or until an answer comes that trying again cannot change.
/// </summary>
public sealed class PbxClient : PbxConnection, IAsyncDisposable
{
    private static int _lastNumber;
    private static int _lastSubscription;

    /// <summary>How long a subscription waits for a link before it fails. The sessions' own limits are shorter.</summary>
    private static readonly TimeSpan SubscribeTimeout = TimeSpan.FromSeconds(60);

    private readonly ConnectionSupervisor _supervisor;
    private readonly PlatformDriver _driver;
    private readonly PbxConnectOptions _options;

    private PbxClient(
        string name, PbxProvider provider, DriverContext context, ILinkFactory links, ActivityLog activity, Func<double> random, StateFile? state, IEventJournal? journal,
        IConnectionHold? hold)
    {
        Name = name;
        Platform = provider;
        _options = context.Options;
        _driver = provider.CreateDriver(context);
        _supervisor = new ConnectionSupervisor(name, provider, context, _driver, links, activity, random, state, journal, hold);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <summary>What is known of the platform.</summary>
    internal PbxProvider Platform { get; }

    /// <inheritdoc/>
    public override string Provider => Platform.Name;

    /// <inheritdoc/>
    public override string Server => _driver.Server;

    /// <inheritdoc/>
    public override PbxConnectionState State => _supervisor.Status.State;

    /// <inheritdoc/>
    public override DateTimeOffset? ConnectedAt => _supervisor.Status.ConnectedAt;

    /// <inheritdoc/>
    public override DateTimeOffset? LastFrameAt => _supervisor.Status.LastFrameAt;

    /// <inheritdoc/>
    public override int ReconnectCount => _supervisor.Status.ReconnectCount;

    /// <inheritdoc/>
    public override long Received => _supervisor.Status.Received;

    /// <inheritdoc/>
    public override long Dropped => _supervisor.Status.Dropped;

    /// <inheritdoc/>
    public override IReadOnlyList<PbxGap> Gaps => _supervisor.Status.Gaps;

    /// <inheritdoc/>
    public override DateTimeOffset? CallsSince =>
        _options.NoEvents ? null : _supervisor.Pipeline.Calls.DroppedUntil ?? _supervisor.Status.FirstConnectedAt;

    /// <inheritdoc/>
    public override PbxException? LastError => _supervisor.Status.LastError;

    /// <inheritdoc/>
    public override IReadOnlyList<PbxSubscription> Subscriptions => _supervisor.Subscriptions.All;

    /// <summary>
    /// The events. As all that is no state, this is no public property: PowerShell lists the properties of an object, and ConvertTo-Json
    /// writes them out.
    /// </summary>
    internal EventLog Events => _supervisor.Pipeline.Log;

    /// <summary>What the connection did, line by line.</summary>
    internal ActivityLog Activity => _supervisor.Activity;

    /// <summary>Where its events are stored beyond the process; null for nowhere.</summary>
    internal IEventJournal? Journal => _supervisor.Journal;

    /// <summary>How many gaps there were, also those that <see cref="Gaps"/> does not have any more.</summary>
    internal long GapCount => _supervisor.Status.GapCount;

    /// <summary>What was wrong with the file of <see cref="PbxConnectOptions.StatePath"/>, in whose place a new one begins; null when nothing was.</summary>
    internal PbxException? StateProblem => _supervisor.Keeper?.Problem;

    /// <summary>How many events of a category the platform sent: a part of <see cref="Received"/>.</summary>
    internal long ReceivedOf(PbxCategory category) => _supervisor.Status.ReceivedOf(category);

    /// <summary>How many calls were reported as ended with an outcome.</summary>
    internal long CountEnded(PbxOutcome outcome) => _supervisor.Pipeline.Calls.CountEnded(outcome);

    /// <summary>Ends when the connection's loop has come by: proof that it advances. At once when the connection is over.</summary>
    internal Task PassAsync(CancellationToken cancellationToken) => _supervisor.TellAsync(static () => { }, cancellationToken);

    /// <summary>
    /// The calls in progress and the last ended ones, <see cref="PbxConnectOptions.CallHistorySize"/> of them, in the order they were first
    /// seen. Of more than a thousand ended calls the older ones have no <see cref="PbxCall.Events"/>.
    /// </summary>
    /// <returns>The calls as they stand.</returns>
    public IReadOnlyList<PbxCall> GetCalls() => _supervisor.Pipeline.Calls.GetCalls();

    /// <summary>The events, to read them at one's own pace.</summary>
    /// <returns>The log of this connection.</returns>
    public EventLog GetEvents() => Events;

    /// <summary>What the connection did, line by line.</summary>
    /// <returns>The log of its activity.</returns>
    public ActivityLog GetActivity() => Activity;

    /// <summary>The queues that events or calls spoke of, by number.</summary>
    /// <returns>The queues as they stand.</returns>
    public IReadOnlyList<PbxQueue> GetQueues() => _supervisor.Pipeline.Queues.GetQueues();

    /// <summary>
    /// The names read from the platform's directory so far. Where it has not been requested yet (<see cref="PbxConnectOptions.NoEvents"/>) it
    /// is read from now on, and a later call has them.
    /// </summary>
    internal IReadOnlyCollection<DirectoryName> GetNames(DirectoryKind kind)
    {
        if (_options.NoEvents)
            _supervisor.Post(_supervisor.Names.Ask);
        return _supervisor.Pipeline.Names.All(kind);
    }

    /// <summary>The presence of people, as last reported by events, by extension.</summary>
    /// <returns>What is known now.</returns>
    public IReadOnlyList<PbxPresence> GetPresence() => _supervisor.Pipeline.Extensions.GetPresence();

    /// <summary>Which phones and trunks are registered, as last reported by events, by extension.</summary>
    /// <returns>What is known now.</returns>
    public IReadOnlyList<PbxRegistration> GetRegistrations() => _supervisor.Pipeline.Extensions.GetRegistrations();

    /// <summary>Starts a connection without waiting for it; see <see cref="WaitUntilConnectedAsync"/>.</summary>
    /// <param name="options">What to connect to, and how.</param>
    /// <returns>The connection, in state Connecting.</returns>
    /// <exception cref="PbxException">The options do not fit the platform.</exception>
    public static PbxClient Start(PbxConnectOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Start(options, null);
    }

    /// <summary>Starts a connection and waits until it is authenticated and ready.</summary>
    /// <param name="options">What to connect to, and how.</param>
    /// <param name="cancellationToken">Gives up at once, leaving nothing open.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="PbxException">It cannot be, or not within the time-out of the options.</exception>
    public static async Task<PbxClient> ConnectAsync(PbxConnectOptions options, CancellationToken cancellationToken)
    {
        var client = Start(options);
        try
        {
            await client.WaitUntilConnectedAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch (Exception)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the connection is ready for the first time.</summary>
    /// <param name="cancellationToken">Ends the wait, not the connection.</param>
    /// <returns>When it is ready.</returns>
    /// <exception cref="PbxException">It cannot be, or not within the time-out of the options.</exception>
    public async Task WaitUntilConnectedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _supervisor.Connected.WaitAsync(_options.Timeout, _options.Transport.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var position = 0L;
            var lines = Activity.Read(ref position);
            throw Faults.ConnectTimeout(Server, _options.Timeout, lines.Count == 0 ? null : lines[^1].Text);
        }
    }

    /// <summary>Subscribes and waits for the platform's confirmation.</summary>
    /// <param name="filter">What to subscribe to.</param>
    /// <param name="cancellationToken">Gives up; the subscription is withdrawn.</param>
    /// <returns>The active subscription. It is restored after every reconnect until it is unsubscribed.</returns>
    /// <exception cref="PbxException">The platform refused it, or did not confirm it in its documented time.</exception>
    public async Task<PbxSubscription> SubscribeAsync(PbxSubscriptionFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var subscription = new PbxSubscription
        {
            Id = Interlocked.Increment(ref _lastSubscription),
            Connection = Name,
            Filter = filter,
            StartSequence = Events.Head,
        };
        var waiter = new TaskCompletionSource<PbxSubscription>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _supervisor.InvokeAsync(() => _supervisor.Subscribe(subscription, waiter), cancellationToken).ConfigureAwait(false);
            return await waiter.Task.WaitAsync(SubscribeTimeout, _options.Transport.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await UnsubscribeAsync(subscription, CancellationToken.None).ConfigureAwait(false);
            throw Faults.SubscriptionPending(subscription, SubscribeTimeout);
        }
        catch (Exception)
        {
            await UnsubscribeAsync(subscription, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Withdraws a subscription. Nothing happens when it is gone already.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the platform was notified.</returns>
    public async Task UnsubscribeAsync(PbxSubscription subscription, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        try
        {
            await _supervisor.InvokeAsync(() => _supervisor.Unsubscribe(subscription), cancellationToken).ConfigureAwait(false);
        }
        catch (PbxException e) when (e.Kind == PbxErrorKind.Disconnected)
        {
            // It ended with its connection.
        }
    }

    /// <summary>Sends a request and gives the replies as they come.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeout">How long to wait in all; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the link lives.</param>
    /// <param name="maxReplies">Ends after this many replies.</param>
    /// <param name="cancellationToken">Ends at once.</param>
    /// <returns>The replies, or the acknowledgement of a request that expects none. It ends at the time-out when there was at least one.</returns>
    /// <exception cref="PbxException">Refused, link lost, or nobody answered in time.</exception>
    public async IAsyncEnumerable<PbxReply> RequestAsync(
        PbxRequest request, TimeSpan timeout, int maxReplies, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var pending = new PendingRequest(request);
        var token = 0;
        using var deadline = new CancellationTokenSource(timeout, _options.Transport.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _supervisor.InvokeAsync(() => token = _supervisor.SendRequest(pending), cancellationToken).ConfigureAwait(false);
            var count = 0;
            if (!request.ExpectsReply)
            {
                await NextAsync(count).ConfigureAwait(false);
                yield return new PbxReply
                {
                    Connection = Name,
                    RequestId = await pending.Accepted.ConfigureAwait(false),
                    Request = request.Request,
                    IsAcknowledgement = true,
                    ReceivedAt = _options.Transport.Clock.GetLocalNow(),
                };
                yield break;
            }
            while (count < maxReplies)
            {
                var hasMore = await NextAsync(count).ConfigureAwait(false);
                if (!hasMore)
                    yield break;
                while (count < maxReplies && pending.Replies.TryRead(out var reply))
                {
                    count++;
                    yield return reply;
                }
            }
        }
        finally
        {
            await ForgetAsync().ConfigureAwait(false);
        }

        async Task<bool> NextAsync(int count)
        {
            try
            {
                await pending.Accepted.WaitAsync(either.Token).ConfigureAwait(false);
                return request.ExpectsReply && await pending.Replies.WaitToReadAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return count > 0 ? false : throw Faults.NoReply(request.Request, request.To, timeout);
            }
        }

        async Task ForgetAsync()
        {
            try
            {
                await _supervisor.InvokeAsync(() => _supervisor.ForgetRequest(token), CancellationToken.None).ConfigureAwait(false);
            }
            catch (PbxException)
            {
                // The connection is over and with it the request.
            }
        }
    }

    /// <summary>Asks the platform's call records for the calls that ended in a past time.</summary>
    /// <param name="from">The beginning.</param>
    /// <param name="to">The end.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The calls as they are read, ended, with <see cref="PbxCallOrigin.Record"/>.</returns>
    /// <exception cref="PbxException">The platform has no records, does not show them, or could not be asked.</exception>
    public async IAsyncEnumerable<PbxCall> ReadCallRecordsAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (State is PbxConnectionState.Disconnected or PbxConnectionState.Faulted)
            throw Faults.IsOver(Name, LastError);
        var reader = _driver.Records ?? throw Faults.NoRecords(Provider);
        await foreach (var record in reader.ReadAsync(from, to, cancellationToken).ConfigureAwait(false))
            yield return record.ToTrackedEvent(null, Name, Provider, _supervisor.Pipeline.Names).Call!;
    }

    /// <summary>Answers a request that another client sent here.</summary>
    /// <param name="request">The event that brought it.</param>
    /// <param name="json">The answer's data as UTF-8 JSON; empty for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When the reply is on its way.</returns>
    /// <exception cref="PbxException">The event is no request, or the link is down.</exception>
    public Task ReplyAsync(PbxEvent request, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _supervisor.InvokeAsync(() => _supervisor.SendReply(request, json), cancellationToken);
    }

    /// <summary>Ends the connection in order: unsubscribes, closes, gives back tokens. Safe to call more than once.</summary>
    /// <param name="cancellationToken">Ends the wait, not the ending.</param>
    /// <returns>When nothing of it is left.</returns>
    public Task DisconnectAsync(CancellationToken cancellationToken) => _supervisor.StopAsync(cancellationToken);

    /// <summary>Ends the connection in order.</summary>
    /// <returns>When nothing of it is left.</returns>
    public async ValueTask DisposeAsync() => await DisconnectAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Tells a problem that is not the link's in the stream. Any thread.</summary>
    internal void Warn(PbxException problem) => _supervisor.Post(() => _supervisor.Warn(problem));

    /// <summary>As the public one; its events are kept in a journal, and its state beside them.</summary>
    /// <param name="options">What to connect to, and how.</param>
    /// <param name="journal">The journal.</param>
    /// <param name="hold">What makes it this process's, which is given back with the connection's end; null when no other could have it.</param>
    internal static PbxClient Start(PbxConnectOptions options, IEventJournal? journal, IConnectionHold? hold = null) =>
        Start(options, PbxProviders.Get(options.Provider), null, null, null, journal, hold);

    /// <summary>As the public one, with a fake platform, network, HTTP or chance in the place of the real ones.</summary>
    internal static PbxClient Start(
        PbxConnectOptions options, PbxProvider provider, ILinkFactory? links, IHttpClient? http, Func<double>? random = null, IEventJournal? journal = null,
        IConnectionHold? hold = null)
    {
        OptionRules.Check(options, provider);
        var name = options.Name ?? $"{provider.Name}-{Interlocked.Increment(ref _lastNumber)}";
        var activity = new ActivityLog(options.Transport.Clock);
        links ??= new LinkFactory(options.Transport);
        http ??= new HttpTransport(options.Transport);
        var context = new DriverContext(options, http, activity.Write);
        var state = (options.StatePath ?? journal?.StatePathOf(name)) is { } path ? StateFile.Open(path) : null;
        try
        {
            var client = new PbxClient(name, provider, context, links, activity, random ?? Random.Shared.NextDouble, state, journal, hold);
            client._supervisor.Start();
            return client;
        }
        catch (Exception)
        {
            state?.Dispose();
            throw;
        }
    }
}
