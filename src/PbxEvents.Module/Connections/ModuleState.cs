using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using PbxEvents.Module.Actions;
using PbxEvents.Module.Alerts;
using PbxEvents.Module.Dashboard;
using PbxEvents.Module.Desk;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Health;
using PbxEvents.Module.Reading;
using PbxEvents.Module.Service;
using PbxEvents.Providers;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Connections;

/// <summary>
/// Everything the module remembers, once per runspace: two runspaces of one process never see each other's connections.
/// Used on the runspace's pipeline thread, except for <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class ModuleState : IAsyncDisposable
{
    /// <summary>How long a closing runspace waits for the goodbyes of its connections.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long the goodbyes may take while the session lives on. The user may have pressed Ctrl+C.</summary>
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(5);

    private static readonly ConditionalWeakTable<Runspace, ModuleState> States = [];

    private readonly object _gate = new();
    private readonly List<PbxClient> _connections = [];
    private readonly List<PbxSimulator> _simulators = [];
    private readonly List<PbxJournal> _journals = [];
    private readonly List<RunningReaction> _durable = [];
    private readonly List<RunningAlert> _alerts = [];
    private readonly HashSet<PbxSubscription> _subscriptions = [];
    private readonly List<EngineEventDispatcher> _dispatchers = [];
    private readonly Dictionary<PbxClient, long> _cleared = [];
    private readonly Runspace _runspace;
    private readonly PSEventManager _events;
    private volatile string? _standingBy;
    private volatile SessionMeter? _meter;
    private volatile DashboardServer? _dashboard;
    private Reactions? _reactions;
    private EngineEventGate? _engineEvents;
    private ScriptBlock? _checkpoint;

    /// <summary>How many engine events were through when a checkpoint let none through: this code runs inside an action.</summary>
    private long _stuckAt = -1;

    private ModuleState(Runspace runspace)
    {
        _runspace = runspace;
        _events = runspace.Events;
        ReactionFigures = new RareLook<IReadOnlyList<PbxReaction>>(() => ListenerState.LookAt(DurableReactions), TimeProvider.System);
        runspace.StateChanged += (_, change) =>
        {
            // A runspace ends without telling the module; what it opened would live on for nobody.
            if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken)
                DisposeAsync().AsTask().Wait(FarewellTimeout);
        };
    }

    /// <summary>The state of the runspace that runs on this thread.</summary>
    public static ModuleState Current => Of(Runspace.DefaultRunspace);

    /// <summary>The try of a durable reaction that runs in this runspace; null for none.</summary>
    public ReactionTry? Attempt { get; set; }

    /// <summary>Where the session writes what happens; null when nobody asked for a log.</summary>
    public ServiceLog? Log { get; set; }

    /// <summary>The connection that stands by until another listener gives it up; null for none. Any thread.</summary>
    public string? StandingBy
    {
        get => _standingBy;
        set => _standingBy = value;
    }

    /// <summary>What the supervisor of this process is told; null when none asks.</summary>
    public SupervisorTalk? Talk { get; private set; }

    /// <summary>What the journals say of the durable reactions that this session runs. Any thread.</summary>
    public RareLook<IReadOnlyList<PbxReaction>> ReactionFigures { get; }

    /// <summary>The figures of this session for who listens to them. Any thread.</summary>
    public SessionMeter Meter
    {
        get
        {
            if (_meter is { } meter)
                return meter;

            // Outside of the lock: who listens hears of it at once, and may look at what the lock guards.
            var made = new SessionMeter(
                () => ListenerState.Of(this),
                () => DurableReactions.Select(r => (r.Name, r.Journal.Name, r.Failures)),
                TimeProvider.System);
            if (Interlocked.CompareExchange(ref _meter, made, null) is not { } other)
                return made;
            made.Dispose();
            return other;
        }
    }

    /// <summary>The durable reactions that this session runs, in the order in which they were registered: a copy.</summary>
    public IReadOnlyList<RunningReaction> DurableReactions
    {
        get
        {
            lock (_gate)
                return _durable.ToArray();
        }
    }

    /// <summary>The alerts, in the order in which they were registered: a copy.</summary>
    public IReadOnlyList<RunningAlert> Alerts
    {
        get
        {
            lock (_gate)
                return _alerts.ToArray();
        }
    }

    /// <summary>The connections, in the order they were opened: a copy.</summary>
    public IReadOnlyList<PbxClient> Connections
    {
        get
        {
            lock (_gate)
                return _connections.ToArray();
        }
    }

    /// <summary>The simulators, in the order they were started: a copy.</summary>
    public IReadOnlyList<PbxSimulator> Simulators
    {
        get
        {
            lock (_gate)
                return _simulators.ToArray();
        }
    }

    /// <summary>The open journals, in the order they were opened: a copy.</summary>
    public IReadOnlyList<PbxJournal> Journals
    {
        get
        {
            lock (_gate)
                return _journals.ToArray();
        }
    }

    /// <summary>All of it that listens.</summary>
    public OpenThings Open
    {
        get
        {
            lock (_gate)
                return new OpenThings([.. _alerts], [.. _durable], [.. _connections], [.. _journals]);
        }
    }

    /// <summary>The journal that connections write to when none is named; null before the first and after it was closed.</summary>
    public PbxJournal? DefaultJournal { get; private set; }

    /// <summary>The connection that commands without <c>-Connection</c> use; null before the first and after it was closed.</summary>
    public PbxClient? Default { get; set; }

    /// <summary>Warnings of waits that were given since the last connection was opened, each of which is given once. Pipeline thread.</summary>
    public HashSet<string> Told { get; } = [];

    /// <summary>Where the waits of this runspace go on.</summary>
    public WaitCursors Cursors { get; } = new();

    /// <summary>Whose numbers are known. The runspaces of durable actions have those of the session that registered them.</summary>
    public ContactBook Contacts { get; set; } = new();

    /// <summary>The page that shows what happens now; null while there is none. Any thread.</summary>
    public DashboardServer? Dashboard
    {
        get => _dashboard;
        set => _dashboard = value;
    }

    /// <summary>The actions of this runspace.</summary>
    public Reactions Reactions
    {
        get
        {
            var meter = Meter;
            lock (_gate)
                return _reactions ??= new Reactions(_runspace, meter);
        }
    }

    /// <summary>Set while something waits for the pipeline thread: an action, or an engine event. Nothing inside an action. Pipeline thread only.</summary>
    public IEnumerable<WaitHandle> WorkForThisThread
    {
        get
        {
            if (Reactions.IsRunning)
                yield break;
            yield return Reactions.Waiting;
            if (_engineEvents is { } gate && gate.Passed != _stuckAt)
                yield return gate.Queued;
        }
    }

    /// <summary>The state of a runspace.</summary>
    public static ModuleState Of(Runspace runspace) => States.GetValue(runspace, r => new ModuleState(r));

    /// <summary>
    /// Runs the actions that wait, and lets PowerShell handle its own queued events, for one short turn each: whoever waits
    /// looks at its deadline in between. Pipeline thread only.
    /// </summary>
    /// <param name="length">The longest time for PowerShell's events; an action that runs then is waited for.</param>
    /// <param name="isStopped">True when the turn is to end before.</param>
    public void GiveTurn(TimeSpan length, Func<bool> isStopped)
    {
        var reactions = Reactions;
        var wasInWait = reactions.IsInWait;
        reactions.IsInWait = true;
        try
        {
            RunReactions();
            PumpEngineEvents(length, () => isStopped() || reactions is { MayHaveWork: true, IsRunning: false });
        }
        finally
        {
            reactions.IsInWait = wasInWait;
        }
    }

    /// <summary>Runs the actions that wait, for one turn; nothing inside an action. Pipeline thread only.</summary>
    public void RunReactions()
    {
        if (Reactions is { MayHaveWork: true, IsRunning: false, Doorbell: { } doorbell })
            doorbell.RunTurn();
    }

    /// <summary>What others queued at one checkpoint, and the engine events of our connections as long as they come and the turn lasts.</summary>
    private void PumpEngineEvents(TimeSpan length, Func<bool> isOver)
    {
        // Each turn of a loop is a checkpoint; sleeping in .NET is none.
        _checkpoint ??= ScriptBlock.Create("for ($i = 0; $i -lt 1; $i++) { }");
        if (!_events.Subscribers.Any(s => s.Action is not null))
            return;
        var started = Stopwatch.GetTimestamp();
        do
        {
            var (passed, wasQueued) = (_engineEvents?.Passed ?? 0, _engineEvents?.WaitQueued(TimeSpan.Zero) == true);
            _checkpoint.InvokeReturnAsIs();
            _stuckAt = wasQueued && _engineEvents?.Passed == passed ? passed : -1;
        }
        while (_stuckAt < 0 && _engineEvents is { HasWork: true } gate && Stopwatch.GetElapsedTime(started) < length && !isOver() && gate.WaitQueued(length));
    }

    /// <summary>Tells the supervisor of this process, if one asks, how the session stands, from now to its end.</summary>
    public void TellSupervisor()
    {
        if (Talk is null && NotifySocket.Open() is { } socket)
            Talk = new SupervisorTalk(this, socket, TimeProvider.System);
    }

    /// <summary>A name that no connection of this runspace has.</summary>
    public string FreeName(string provider)
    {
        var names = Connections.Select(c => c.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var number = 1;
        while (names.Contains($"{provider}-{number}"))
            number++;
        return $"{provider}-{number}";
    }

    /// <summary>The open connection of that name; a connection that has ended has given its name back.</summary>
    public PbxClient? FindOpen(string name) => Connections.FirstOrDefault(c =>
        c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
        && c.State is not (PbxConnectionState.Faulted or PbxConnectionState.Disconnected));

    /// <summary>Keeps a connection and makes it the default. One of the same name that has ended gives way.</summary>
    public void Add(PbxClient connection)
    {
        // From the first connection on others may listen to it.
        _ = Meter;
        foreach (var ended in Connections.Where(c => c.Name.Equals(connection.Name, StringComparison.OrdinalIgnoreCase)))
            Remove(ended);
        lock (_gate)
        {
            _connections.Add(connection);
            Told.Clear();
            _engineEvents ??= new EngineEventGate(_runspace);
            _dispatchers.Add(new EngineEventDispatcher(_events, _engineEvents, connection));
        }
        Default = connection;
    }

    /// <summary>Forgets a connection.</summary>
    public void Remove(PbxClient connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
            foreach (var dispatcher in _dispatchers.Where(d => ReferenceEquals(d.Client, connection)))
                dispatcher.Dispose();
            _dispatchers.RemoveAll(d => ReferenceEquals(d.Client, connection));
            _reactions?.Remove(connection);
            _subscriptions.RemoveWhere(s => connection.Subscriptions.Contains(s));
        }
        Cursors.Forget(connection);
        _cleared.Remove(connection);
        if (ReferenceEquals(Default, connection))
            Default = null;
    }

    /// <summary>Remembers that a subscription was made here: a first wait starts with the oldest of them.</summary>
    public void Add(PbxSubscription subscription) => _subscriptions.Add(subscription);

    /// <summary>Forgets a subscription.</summary>
    public void Remove(PbxSubscription subscription) => _subscriptions.Remove(subscription);

    /// <summary>Keeps a journal. One that can be written to becomes the default.</summary>
    public void Add(PbxJournal journal)
    {
        lock (_gate)
            _journals.Add(journal);
        if (!journal.IsReadOnly)
            DefaultJournal = journal;
    }

    /// <summary>Forgets a journal.</summary>
    public void Remove(PbxJournal journal)
    {
        lock (_gate)
            _journals.Remove(journal);
        if (ReferenceEquals(DefaultJournal, journal))
            DefaultJournal = null;
    }

    /// <summary>Keeps a durable reaction.</summary>
    public void Add(RunningReaction reaction)
    {
        lock (_gate)
            _durable.Add(reaction);
        ReactionFigures.Forget();
    }

    /// <summary>Forgets a durable reaction.</summary>
    public void Remove(RunningReaction reaction)
    {
        lock (_gate)
            _durable.Remove(reaction);
    }

    /// <summary>Keeps an alert.</summary>
    public void Add(RunningAlert alert)
    {
        lock (_gate)
            _alerts.Add(alert);
    }

    /// <summary>Forgets an alert.</summary>
    public void Remove(RunningAlert alert)
    {
        lock (_gate)
            _alerts.Remove(alert);
    }

    /// <summary>Keeps a simulator.</summary>
    public void Add(PbxSimulator simulator)
    {
        lock (_gate)
            _simulators.Add(simulator);
    }

    /// <summary>Forgets a simulator.</summary>
    public void Remove(PbxSimulator simulator)
    {
        lock (_gate)
            _simulators.Remove(simulator);
    }

    /// <summary>
    /// Where the first wait on a connection starts: with the oldest subscription that was made here and still stands, so
    /// that nothing between registering and waiting is lost; without one at the beginning of the connection. Never before
    /// what was cleared.
    /// </summary>
    public long StartOf(PbxClient connection)
    {
        var own = connection.Subscriptions.Where(_subscriptions.Contains).ToArray();
        return Math.Max(ClearedUpTo(connection), own.Length == 0 ? 0 : own.Min(s => s.StartSequence));
    }

    /// <summary>The sequence up to which this session does not want to see a connection's events any more; 0 for none.</summary>
    public long ClearedUpTo(PbxClient connection) => _cleared.GetValueOrDefault(connection);

    /// <summary>Begins afresh with the events of a connection.</summary>
    public void Clear(PbxClient connection)
    {
        _cleared[connection] = connection.Events.Head;
        Cursors.Forget(connection);
    }

    /// <summary>Closes what was opened since. Pipeline thread.</summary>
    public void CloseSince(OpenThings before)
    {
        var since = Open.Since(before);
        foreach (var alert in since.Alerts)
            Remove(alert);
        foreach (var reaction in since.Reactions)
            Remove(reaction);
        foreach (var connection in since.Connections)
            Remove(connection);
        foreach (var journal in since.Journals)
            Remove(journal);
        since.CloseAsync().Wait(GoodbyePatience);
    }

    /// <summary>Closes what is open. Any thread; safe to call more than once.</summary>
    public async ValueTask DisposeAsync()
    {
        OpenThings open;
        PbxSimulator[] simulators;
        SessionMeter? meter;
        lock (_gate)
        {
            open = Open;
            simulators = _simulators.ToArray();
            _durable.Clear();
            _alerts.Clear();
            _reactions?.Dispose();
            _reactions = null;
            foreach (var dispatcher in _dispatchers)
                dispatcher.Dispose();
            _dispatchers.Clear();
            _engineEvents?.Dispose();
            _engineEvents = null;
            _connections.Clear();
            _simulators.Clear();
            _journals.Clear();
            meter = _meter;
            _meter = null;
        }
        Default = null;
        DefaultJournal = null;

        // It reads what is closed below.
        if (Interlocked.Exchange(ref _dashboard, null) is { } dashboard)
            await dashboard.DisposeAsync().ConfigureAwait(false);
        await open.CloseAsync().ConfigureAwait(false);

        // After the connections, which say goodbye to them.
        await Task.WhenAll(simulators.Select(s => s.DisposeAsync().AsTask())).ConfigureAwait(false);

        // With what all of them did last.
        Log?.Dispose();
        Talk?.Dispose();
        meter?.Dispose();
    }
}
