using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator;

/// <summary>
/// A simulated PBX on 127.0.0.1: the server's side of one platform, with scenarios and faults on demand and a log of
/// everything it did. Members may be called from any thread.
/// </summary>
public abstract class PbxSimulator : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<PbxSimulator, byte> Running = new();

    private static readonly TimeSpan DefaultRefusal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DefaultOutage = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<int, SimulatorLink> _links = new();
    private readonly ConcurrentDictionary<Task, bool> _background = new();
    private readonly ConcurrentDictionary<int, SimulatedCall> _calls = new();
    private readonly SemaphoreSlim _publishing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly X509Certificate2? _ownCertificate;
    private int _lastLink;
    private int _lastCall;
    private int _outage;
    private int _disposed;

    private protected PbxSimulator(SimulatorOptions options)
    {
        Options = options;
        Clock = options.Clock;
        Log = new SimulatorLog(options.LogSize);
        Ids = new SimulatedIds(options.Seed, 0);
        Faults = new FaultState(Clock);
        Tokens = new TokenStore(Ids, Clock);
        Calls = new CallBook(Faults, Clock, () => ActiveCalls);
        var certificate = options.Certificate;
        if (certificate is null && options.UseTls)
            certificate = _ownCertificate = SimulatorCertificate.Create();
        CertificateThumbprint = certificate?.Thumbprint;
        Host = new LoopbackServer(AnswerAsync, options.Port, certificate, Clock)
        {
            Refused = () => Record(SimulatorLogKind.Refused, "connection", ""),
        };
        Name = options.Name ?? $"{options.Provider}-{Host.Port}";
        Password = options.Password ?? Ids.Hex("password", 20);
    }

    /// <summary>A name for people.</summary>
    public string Name { get; }

    /// <summary>The platform; pipes into <c>Connect-PbxEvents -Provider</c>.</summary>
    public abstract string Provider { get; }

    /// <summary>The address; pipes into <c>Connect-PbxEvents -Server</c>. <c>http</c> without TLS, <c>https</c> with it.</summary>
    public Uri Server => Host.Address;

    /// <summary>The user name, or client id, that is accepted.</summary>
    public abstract string UserName { get; }

    /// <summary>The password, or client secret, that goes with <see cref="UserName"/>.</summary>
    public string Password { get; }

    /// <summary>The domain, customer or tenant; null when the platform has none or tells it at login.</summary>
    public virtual string? Domain => null;

    /// <summary>The id of the client application that is accepted; null on platforms without one.</summary>
    public virtual string? ClientId => null;

    /// <summary>The secret of the client application; null on platforms without one.</summary>
    public virtual string? ClientSecret => null;

    /// <summary>A ready token that lives as long as the simulator; null on platforms without such tokens.</summary>
    public virtual string? AccessToken => null;

    /// <summary>The JWT credential that is accepted; null on platforms without one.</summary>
    public virtual string? Jwt => null;

    /// <summary>The thumbprint (SHA-1) of the certificate; null without TLS. Pipes into <c>-CertificateThumbprint</c>.</summary>
    public string? CertificateThumbprint { get; }

    /// <summary>Everything it did.</summary>
    public SimulatorLog Log { get; }

    /// <summary>How many clients are connected.</summary>
    public int LinkCount => _links.Count;

    /// <summary>
    /// What the simulator holds for its clients at this moment: one entry for each thing that a client is subscribed to, and two
    /// when it would be sent twice. In the order of the links' numbers; what a half-open link was subscribed to is not there.
    /// </summary>
    public IReadOnlyList<SimulatorSubscription> Subscriptions =>
        [.. HeldTopics.Where(h => !h.Link.IsSilent).OrderBy(h => h.Link.Number).Select(h => new SimulatorSubscription(h.Link.Number, h.Topic))];

    /// <summary>The calls that are being played, oldest first.</summary>
    public IReadOnlyList<SimulatedCall> ActiveCalls => [.. _calls.Values.OrderBy(c => c.Number)];

    /// <summary>The scenarios it can play.</summary>
    public IReadOnlyList<string> ScenarioNames => [.. Scenarios.Select(s => s.Name)];

    /// <summary>The faults it can be given.</summary>
    public virtual IReadOnlyList<string> FaultNames => SimulatorFaults.Names;

    /// <summary>The names of extensions and queues, for the platform's directory.</summary>
    internal DirectoryBook Directory { get; } = new();

    private protected SimulatorOptions Options { get; }

    private protected TimeProvider Clock { get; }

    /// <summary>Ids of the simulator itself: tokens, employees, queues.</summary>
    private protected SimulatedIds Ids { get; }

    private protected FaultState Faults { get; }

    private protected TokenStore Tokens { get; }

    /// <summary>The calls, for the platform's call records.</summary>
    private protected CallBook Calls { get; }

    /// <summary>The server. Its handler asks <see cref="Routes"/>.</summary>
    private protected LoopbackServer Host { get; }

    /// <summary>Where the platform maps its HTTP end points and WebSocket paths, in its constructor.</summary>
    private protected HttpRouter Routes { get; } = new();

    /// <summary>Cancelled when the simulator ends.</summary>
    private protected CancellationToken Stopping => _stopping.Token;

    /// <summary>The clients that are connected, oldest first.</summary>
    private protected IReadOnlyList<SimulatorLink> Links => [.. _links.Values.OrderBy(l => l.Number)];

    /// <summary>What each client is subscribed to, for <see cref="Subscriptions"/>.</summary>
    private protected abstract IEnumerable<(SimulatorLink Link, string Topic)> HeldTopics { get; }

    /// <summary>The scenarios it can play. Default the whole book.</summary>
    private protected virtual IReadOnlyList<Scenario> Scenarios => ScenarioBook.All;

    /// <summary>Who takes part in a scenario when the caller does not say.</summary>
    private protected virtual ScenarioOptions DefaultParties { get; } = new()
    {
        From = "+4511111111",
        FromName = "Ann Caller",
        To = "+4522222222",
        Extension = "1001",
        OtherExtension = "1002",
        ForwardTo = "+4533333333",
        Queue = "4020",
    };

    /// <summary>The kinds of garbage that the Malformed fault sends: texts of WebSocket messages, or of Socket.IO packets.</summary>
    private protected virtual IReadOnlyList<string> Garbage => GarbageBook.Texts;

    /// <summary>Starts a simulated PBX.</summary>
    /// <param name="options">Which platform, and how.</param>
    /// <returns>The simulator; it accepts connections already. Dispose it to end it.</returns>
    /// <exception cref="PbxException">The platform is not known, or the port is taken.</exception>
    public static PbxSimulator Start(SimulatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Start(PbxSimulators.Create(options));
    }

    /// <summary>True when a simulator of this process has that name. Any thread.</summary>
    internal static bool IsNameOfOne(string name) => Running.Keys.Any(s => s.Name == name);

    /// <summary>Starts one that was made already.</summary>
    internal static PbxSimulator Start(PbxSimulator simulator)
    {
        simulator.Host.Open();
        Running.TryAdd(simulator, 0);
        simulator.Record(SimulatorLogKind.Server, "started", simulator.Server.ToString());
        return simulator;
    }

    /// <summary>Plays a scenario.</summary>
    /// <param name="scenario">Its name; see <see cref="ScenarioNames"/>. Case does not matter.</param>
    /// <param name="options">Parties and pace; null for the defaults.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <returns>The calls that were played, in order, one for each of <see cref="ScenarioOptions.Count"/>. Their events are queued for the clients.</returns>
    /// <exception cref="PbxException">The platform has no such scenario.</exception>
    public async Task<IReadOnlyList<SimulatedCall>> PlayAsync(
        string scenario, ScenarioOptions? options = null, CancellationToken cancellationToken = default)
    {
        var chosen = Scenarios.FirstOrDefault(s => s.Name.Equals(scenario, StringComparison.OrdinalIgnoreCase))
            ?? throw new PbxException(PbxErrorKind.InvalidOption, $"The {Provider} simulator has no scenario '{scenario}'.",
                $"Use one of: {string.Join(", ", ScenarioNames)}.")
            { Target = scenario, IsPermanent = true };
        var wanted = options ?? new ScenarioOptions();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        if (wanted.Interval is { } interval)
            return await PlayOverlappingAsync(chosen, wanted, interval, stop.Token);
        var calls = new List<SimulatedCall>();
        for (var i = 0; i < wanted.Count; i++)
        {
            if (i > 0)
                await PauseAsync(wanted.Pace, stop.Token);
            calls.Add(await PlayOnceAsync(chosen, wanted, stop.Token));
        }

        return calls;
    }

    /// <summary>Injects a fault. Faults that last end by themselves, or with <see cref="ClearFaults"/>.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="cancellationToken">Stops waiting for it to take hold.</param>
    /// <returns>When it has taken hold, not when it ends.</returns>
    /// <exception cref="PbxException">The platform has no such fault.</exception>
    public async Task InjectAsync(SimulatorFault fault, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var name = FaultNames.FirstOrDefault(n => n.Equals(fault.Name, StringComparison.OrdinalIgnoreCase))
            ?? throw new PbxException(PbxErrorKind.InvalidOption, $"The {Provider} simulator has no fault '{fault.Name}'.",
                $"Use one of: {string.Join(", ", FaultNames)}.")
            { Target = fault.Name, IsPermanent = true };
        Log.Add(new SimulatorLogEntry(SimulatorLogKind.Fault, Clock.GetUtcNow(), name)
        {
            Link = fault.Link,
            Text = $"{(fault.Duration is { } d ? $"{d.TotalSeconds} s " : "")}{(fault.Count is { } c ? $"{c} times" : "")}".TrimEnd(),
        });
        await ApplyFaultAsync(fault with { Name = name }, cancellationToken);
    }

    /// <summary>Ends every fault that lasts, and brings a server that is down back.</summary>
    public void ClearFaults()
    {
        Faults.Clear();
        Host.RefuseNext(0);
        if (!Stopping.IsCancellationRequested)
            Host.Open();
    }

    /// <summary>Ends it: every connection, task and timer. The log stays.</summary>
    /// <returns>When nothing is left.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        Running.TryRemove(this, out _);
        await _stopping.CancelAsync();
        foreach (var link in _links.Values)
            link.Drop();
        await Host.DisposeAsync();
        await StopCoreAsync();
        await Task.WhenAll(_background.Keys);
        _ownCertificate?.Dispose();
        Record(SimulatorLogKind.Server, "ended", "");
        GC.SuppressFinalize(this);
    }

    /// <summary>Name and address.</summary>
    /// <returns>Text for people.</returns>
    public override string ToString() => $"{Name} {Server}";

    /// <summary>The call's id as a client will see it. The call's ids are there already.</summary>
    private protected abstract string CreateCallId(SimulatedCall call);

    /// <summary>Says a step in the platform's frames, by PublishAsync. The call stands as it is after the step.</summary>
    private protected abstract Task RenderAsync(SimulatedCall call, ScenarioStep step, CancellationToken cancellationToken);

    /// <summary>Ends what the platform runs besides the server, which has ended already.</summary>
    private protected virtual Task StopCoreAsync() => Task.CompletedTask;

    /// <summary>Forgets the sessions that a restarted server would not know any more. The links are dropped already.</summary>
    private protected virtual Task ForgetSessionsAsync() => Task.CompletedTask;

    /// <summary>The answer to a request over the rate limit. Default 429 with Retry-After.</summary>
    private protected virtual ServerResponse RateLimited(ServerRequest request, TimeSpan retryAfter) =>
        ServerResponse.Json(429, """{"error":"too_many_requests"}""") with
        {
            Headers = new Dictionary<string, string> { ["Retry-After"] = Math.Ceiling(retryAfter.TotalSeconds).ToString("0") },
        };

    /// <summary>True when the rate limit counts this request. Default all but WebSocket and Socket.IO.</summary>
    private protected virtual bool IsRateLimited(ServerRequest request) =>
        !request.IsWebSocket && !request.Path.StartsWith("/socket.io", StringComparison.Ordinal);

    /// <summary>Lets a fault take hold. A platform handles its own and passes the others on to this.</summary>
    private protected virtual async Task ApplyFaultAsync(SimulatorFault fault, CancellationToken cancellationToken)
    {
        switch (fault.Name)
        {
            case SimulatorFaults.Drop:
                foreach (var link in LinksOf(fault))
                    link.Drop();
                if (fault.Link is null)
                    Host.DropAll();
                break;
            case SimulatorFaults.HalfOpen:
                foreach (var link in LinksOf(fault))
                    link.GoSilent();
                if (fault.Link is null)
                    Host.SilenceAll();
                break;
            case SimulatorFaults.Refuse when fault.Count is { } count:
                Host.RefuseNext(count);
                break;
            case SimulatorFaults.Refuse:
                Host.RefuseFor(fault.Duration ?? DefaultRefusal);
                break;
            case SimulatorFaults.ExpireToken:
                Tokens.Expire(_ => true);
                break;
            case SimulatorFaults.Delay:
                Faults.Delay = fault.Duration ?? TimeSpan.FromSeconds(1);
                break;
            case SimulatorFaults.Duplicate:
                Faults.DuplicateNext(fault.Count ?? 1);
                break;
            case SimulatorFaults.Malformed:
                SendGarbage(fault);
                break;
            case SimulatorFaults.BrokenFraming:
                foreach (var link in LinksOf(fault))
                    link.WriteRaw(GarbageBook.BrokenFrame);
                break;
            case SimulatorFaults.Restart:
                var outage = await GoDownAsync();
                RunInBackground(() => ComeBackAsync(outage, fault.Duration ?? DefaultOutage));
                break;
            case SimulatorFaults.Stop:
                await GoDownAsync();
                break;
            case SimulatorFaults.SilentSubscribe:
                Faults.SetSubscribe(new SubscribeAnswer(SubscribeKind.Silent, TimeSpan.Zero), fault.Count ?? 1);
                break;
            case SimulatorFaults.LateSubscribe:
                Faults.SetSubscribe(new SubscribeAnswer(SubscribeKind.Normal, fault.Duration ?? TimeSpan.FromSeconds(2)), fault.Count ?? 1);
                break;
            case SimulatorFaults.RefuseSubscribe:
                Faults.SetSubscribe(new SubscribeAnswer(SubscribeKind.Refused, TimeSpan.Zero), fault.Count ?? 1);
                break;
            case SimulatorFaults.RateLimit when fault.Count is { } count:
                Faults.LimitNext(count);
                break;
            case SimulatorFaults.RateLimit:
                Faults.LimitFor(fault.Duration ?? DefaultOutage);
                break;
            case SimulatorFaults.NoRecords:
                Faults.RefusesRecords = true;
                break;
            case SimulatorFaults.LateRecords:
                Faults.RecordDelay = fault.Duration ?? TimeSpan.FromMinutes(1);
                break;
            default:
                throw new InvalidOperationException($"The {Provider} simulator names the fault {fault.Name} but does nothing for it.");
        }
    }

    /// <summary>
    /// Puts an event in the log and queues it for the clients that are subscribed. Events are queued in the log's order on
    /// every link. Waits while a client's queue is full; a client that takes too long is dropped.
    /// </summary>
    /// <param name="simulated">The event.</param>
    /// <param name="frames">The clients and what each is sent; asked once, when it is this event's turn.</param>
    /// <param name="cancellationToken">Stops waiting for room in a queue; the event is not sent then.</param>
    /// <returns>The log's entry.</returns>
    private protected async Task<SimulatorLogEntry> PublishAsync(
        SimulatedEvent simulated, Func<IEnumerable<(SimulatorLink Link, string Text)>> frames, CancellationToken cancellationToken) =>
        await PublishAsync(simulated, _ => frames(), cancellationToken);

    /// <summary>As the other one, for a platform that keeps the event to send it again.</summary>
    private protected async Task<SimulatorLogEntry> PublishAsync(
        SimulatedEvent simulated, Func<SimulatorLogEntry, IEnumerable<(SimulatorLink Link, string Text)>> frames, CancellationToken cancellationToken)
    {
        await _publishing.WaitAsync(cancellationToken);
        try
        {
            foreach (var link in _links.Values)
                await WaitForRoomAsync(link, cancellationToken);
            var entry = new SimulatorLogEntry(SimulatorLogKind.Event, Clock.GetUtcNow(), simulated.Name)
            {
                EventId = simulated.EventId,
                CallId = simulated.CallId,
                Topics = simulated.Topics,
                Category = simulated.Category,
                Text = simulated.Json,
            };
            Log.Add(entry);
            var copies = Faults.TakeCopies();
            foreach (var (link, text) in frames(entry))
            {
                for (var i = 0; i < copies; i++)
                    entry.Follow(link.Number, link.Post(text, Faults.Delay));
            }

            entry.Seal();
            return entry;
        }
        finally
        {
            _publishing.Release();
        }
    }

    /// <summary>Adds a line to the log.</summary>
    private protected SimulatorLogEntry Record(SimulatorLogKind kind, string name, string text, SimulatorLink? link = null) =>
        Log.Add(new SimulatorLogEntry(kind, Clock.GetUtcNow(), name) { Link = link?.Number, Text = text });

    /// <summary>A number for a new link.</summary>
    private protected int NextLinkNumber() => Interlocked.Increment(ref _lastLink);

    /// <summary>A client is connected.</summary>
    private protected void Attach(SimulatorLink link)
    {
        _links[link.Number] = link;
        Record(SimulatorLogKind.Connected, link.Transport, "", link);
        if (Stopping.IsCancellationRequested)
            link.Drop();
    }

    /// <summary>A client is gone.</summary>
    private protected void Detach(SimulatorLink link, string reason)
    {
        if (_links.TryRemove(link.Number, out _))
            Record(SimulatorLogKind.Disconnected, link.Transport, reason, link);
    }

    /// <summary>Accepts a plain WebSocket as a client and serves it until it ends.</summary>
    /// <param name="opened">Called once, before the first message.</param>
    /// <param name="onMessage">Called for each message, one at a time.</param>
    /// <param name="closed">Called once, when the client is gone.</param>
    /// <returns>The answer to the upgrade request.</returns>
    private protected ServerResponse AcceptLink(
        Action<PlainSocket> opened, Func<PlainSocket, ReceivedMessage, Task> onMessage, Action<PlainSocket> closed) =>
        ServerResponse.Upgrade(async channel =>
        {
            var link = new PlainSocket(NextLinkNumber(), channel, Clock);
            Attach(link);
            try
            {
                opened(link);
                await link.RunAsync(message => onMessage(link, message));
            }
            finally
            {
                Detach(link, channel.CloseCode is { } code ? $"closed with {code}" : "lost");
                closed(link);
            }
        });

    /// <summary>Runs something beside everything else; the end of the simulator waits for it. Its exceptions are logged.</summary>
    private protected void RunInBackground(Func<Task> work)
    {
        var task = RunAsync();
        _background[task] = true;
        if (task.IsCompleted)
            _background.TryRemove(task, out _);
        else
            _ = task.ContinueWith(t => _background.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

        async Task RunAsync()
        {
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
            {
                // The simulator ends.
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Record(SimulatorLogKind.Unexpected, e.GetType().Name, e.Message);
            }
        }
    }

    /// <summary>Does something: at once when there is no delay, else beside everything else.</summary>
    private protected void After(TimeSpan delay, Action work)
    {
        if (delay <= TimeSpan.Zero)
        {
            work();
            return;
        }

        RunInBackground(async () =>
        {
            await PauseAsync(delay, Stopping);
            work();
        });
    }

    /// <summary>Waits by the simulator's clock.</summary>
    private protected Task PauseAsync(TimeSpan time, CancellationToken cancellationToken) =>
        time <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(time, Clock, cancellationToken);

    private async Task<IReadOnlyList<SimulatedCall>> PlayOverlappingAsync(
        Scenario scenario, ScenarioOptions options, TimeSpan interval, CancellationToken cancellationToken)
    {
        var calls = new List<Task<SimulatedCall>>();
        for (var i = 0; i < options.Count; i++)
        {
            if (i > 0)
                await PauseAsync(interval, cancellationToken);
            calls.Add(PlayOnceAsync(scenario, options, cancellationToken));
        }

        return await Task.WhenAll(calls);
    }

    private async Task<SimulatedCall> PlayOnceAsync(Scenario scenario, ScenarioOptions options, CancellationToken cancellationToken)
    {
        var ids = new SimulatedIds(Options.Seed, Interlocked.Increment(ref _lastCall));
        var call = new SimulatedCall(ids, scenario.Name, PartiesOf(scenario, options), scenario.Direction, Clock.GetUtcNow())
        {
            IsCallerHidden = scenario.HidesCaller,
        };
        if (scenario.HasCall)
        {
            call.CallId = CreateCallId(call);
            _calls[call.Number] = call;
        }

        try
        {
            var first = true;
            foreach (var step in scenario.Steps(call))
            {
                if (!first)
                    await PauseAsync(options.Pace, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                first = false;
                call.Apply(step, Clock.GetUtcNow());
                await RenderAsync(call, step, cancellationToken);
            }
        }
        finally
        {
            if (scenario.HasCall)
                Calls.Add(call);
            _calls.TryRemove(call.Number, out _);
        }

        return call;
    }

    private ScenarioOptions PartiesOf(Scenario scenario, ScenarioOptions options)
    {
        var defaults = DefaultParties;
        var (extension, other) = (options.Extension ?? defaults.Extension, options.OtherExtension ?? defaults.OtherExtension);
        return new ScenarioOptions
        {
            Extension = extension,
            OtherExtension = other,
            Queue = options.Queue ?? defaults.Queue,
            ForwardTo = options.ForwardTo ?? defaults.ForwardTo,
            From = options.From ?? scenario.Direction switch
            {
                PbxDirection.Outbound => extension,
                PbxDirection.Internal => other,
                _ => defaults.From,
            },
            FromName = options.FromName ?? defaults.FromName,
            To = options.To ?? scenario.To ?? scenario.Direction switch
            {
                PbxDirection.Outbound => defaults.From,
                PbxDirection.Internal => extension,
                _ => defaults.To,
            },
        };
    }

    private async Task<ServerResponse> AnswerAsync(ServerRequest request, CancellationToken cancellationToken)
    {
        var response = IsRateLimited(request) && Faults.TakeLimit() is { } wait
            ? RateLimited(request, wait)
            : await Routes.HandleAsync(request, cancellationToken);
        if (!request.Path.StartsWith("/socket.io", StringComparison.Ordinal))
        {
            Record(SimulatorLogKind.Http, $"{request.Method} {request.Path}", response.Status.ToString());
        }

        return response;
    }

    private IEnumerable<SimulatorLink> LinksOf(SimulatorFault fault) => Links.Where(l => fault.Link is null || fault.Link == l.Number);

    private void SendGarbage(SimulatorFault fault)
    {
        foreach (var link in LinksOf(fault))
        {
            foreach (var text in Garbage.Take(fault.Count ?? int.MaxValue))
                link.PostGarbage(text);
        }
    }

    private async Task WaitForRoomAsync(SimulatorLink link, CancellationToken cancellationToken)
    {
        try
        {
            await link.WaitForRoomAsync(cancellationToken).WaitAsync(Options.SlowClientTimeout, Clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            Record(SimulatorLogKind.Unexpected, "slow client", "dropped", link);
            link.Drop();
        }
    }

    private async Task<int> GoDownAsync()
    {
        var outage = Interlocked.Increment(ref _outage);
        await Host.CloseAsync();
        foreach (var link in Links)
            link.Drop();
        Host.DropAll();
        await ForgetSessionsAsync();
        Record(SimulatorLogKind.Server, "down", "");
        return outage;
    }

    private async Task ComeBackAsync(int outage, TimeSpan after)
    {
        await PauseAsync(after, Stopping);
        // Somebody took the server down again, or stopped it: that decides.
        var current = Volatile.Read(ref _outage) == outage;
        if (current)
            Host.Open();
        Record(SimulatorLogKind.Server, current ? "up" : "stays down", "");
    }
}
