using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>
/// What a connection leaves to the next process in its <see cref="StateFile"/>, and when: as soon as a call was told as ended, else every
/// two seconds while something changes, and now and then when only time passes. It is gathered on the loop, which costs a few copies,
/// and written beside it, one writing after the other. Loop only, but for what is said otherwise.
/// </summary>
internal sealed class StateKeeper : IAsyncDisposable
{
    /// <summary>While very many calls have to be known, the file is large, and the disk is spared.</summary>
    private const double MaxBytesPerSecond = 1_000_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>When nothing has changed but the time up to which everything was seen.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(5);

    /// <summary>Calls that end one right after the other are written together.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(100);

    /// <summary>A disk that hangs must not hold up the end of a connection.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, string> NoKeys = [];

    private readonly ConnectionSupervisor _connection;
    private readonly StateFile _file;
    private readonly KeptState? _last;
    private readonly string _server;
    private readonly SessionTimer _timer;
    private readonly SessionTimer _restTimer;
    private Task _writing = Task.CompletedTask;
    private bool _isWriting;

    /// <summary>A call was told as ended and is not on its way to the disk yet.</summary>
    private bool _isUrgent;

    /// <summary>A tick came while something was written.</summary>
    private bool _isDue;
    private bool _isBegun;
    private bool _hasWarned;
    private DateTimeOffset _seenUntil;
    private DateTimeOffset _sampled;
    private Draft? _kept;
    private DateTimeOffset _keptAt;
    private DateTimeOffset _restUntil;

    /// <param name="connection">The connection.</param>
    /// <param name="file">Its file, which is closed with the connection.</param>
    /// <exception cref="PbxException">There is a file and it may not be read.</exception>
    public StateKeeper(ConnectionSupervisor connection, StateFile file)
    {
        _connection = connection;
        _file = file;
        _server = connection.Driver.Server;
        _timer = connection.Timers.New(Tick);
        _restTimer = connection.Timers.New(WriteUrgent);
        var last = file.Read(out var problem);
        if (last is not null && WhyForeign(last) is { } why)
        {
            problem = Faults.StateIsForeign(file.Path, why, file.SetAside("foreign"));
            last = null;
        }
        _last = last;
        Problem = problem;
    }

    /// <summary>What was wrong with the file that was found; null when nothing was. Any thread.</summary>
    public PbxException? Problem { get; }

    /// <summary>Since when nobody has listened, when an earlier process left a state and this one has not connected yet; else null.</summary>
    public DateTimeOffset? DownSince => _isBegun || _last is null ? null : Earlier(_last.WholeUntil, Now);

    /// <summary>True when the earlier process left a gap behind that it had not filled.</summary>
    public bool HasOlderGap => _last is { } last && last.WholeUntil < last.SeenUntil;

    /// <summary>Since when not everything has come into the journal: the next process asks the call records for it, as far back as they are asked.</summary>
    public DateTimeOffset? UnkeptSince => _connection.Keeping?.Unkept is { } unkept && Now - unkept.To < _connection.Options.HistoryLimit ? unkept.From : null;

    private DateTimeOffset Now => _connection.Pipeline.Now;

    private CallTracker Calls => _connection.Pipeline.Calls;

    /// <summary>Before the first attempt: goes on where the earlier process stopped.</summary>
    public void Restore()
    {
        if (Problem is not null)
            _connection.Warn(Problem);
        if (_last is not { } last)
            return;
        _connection.Activity.Write($"An earlier process left its {last}.");
        Calls.Restore(last);
        _connection.Driver.ImportKeys(last.Keys);
        Recall(Later(last.SeenUntil, Now - _connection.Options.HistoryLimit));
    }

    /// <summary>
    /// The journal has more than the state when the process was killed in between. What it told then is told again from the records, and must
    /// have the same id there, or a reaction would take it for another call. Records are not asked for what is longer ago.
    /// </summary>
    private void Recall(DateTimeOffset since)
    {
        try
        {
            foreach (var e in _connection.Journal?.ReadSince(_connection.Name, since) ?? [])
                _connection.Driver.Recall(e);
        }
        catch (PbxException e)
        {
            _connection.Activity.Write($"The last state of the earlier process could not be read: {e.Message}");
        }
    }

    /// <summary>The connection is ready for the first time: from now on there is something to keep.</summary>
    public void Begin()
    {
        if (_isBegun)
            return;
        _isBegun = true;
        _seenUntil = _sampled = Now;
        _timer.Set(Interval);
        Write(Gather());
    }

    /// <summary>A call was told as ended: it is not to be told again by the next process.</summary>
    public void CallEnded()
    {
        if (_isUrgent || !_isBegun)
            return;
        _isUrgent = true;
        _connection.Post(WriteUrgent);
    }

    /// <summary>The connection ends: takes the last state of it.</summary>
    public void End()
    {
        if (_isBegun)
            _kept = Gather();
    }

    /// <summary>Writes the last state, and lets other processes have the file. After <see cref="End"/>.</summary>
    /// <returns>When done; within two seconds in any case.</returns>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(Task.Run(CloseAsync), Task.Delay(FarewellTimeout)).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        await _writing.ConfigureAwait(false);
        if (_kept is { } last && (await WriteAsync(last).ConfigureAwait(false)).Fault is { } fault)
            _connection.Activity.Write(fault.Message);
        _file.Dispose();
    }

    private void Tick()
    {
        if (_connection.IsOver)
            return;
        _timer.Set(Interval);

        // What came before the last tick has been handled by now; what came since may wait in the mailbox.
        _seenUntil = _sampled;
        _sampled = Later(_sampled, _connection.Status.LastFrameAt ?? _connection.Status.ConnectedAt ?? _sampled);
        if (_isWriting)
            _isDue = true;
        else if (Now >= _restUntil)
            WriteWhatChanged();
    }

    private void WriteWhatChanged()
    {
        var next = Gather();
        if (_kept is { } kept && (next.Calls, next.Keys) == (kept.Calls, kept.Keys)
            && (next.State.WholeUntil == kept.State.WholeUntil || Now - _keptAt < IdleInterval))
        {
            return;
        }
        Write(next);
    }

    private void WriteUrgent()
    {
        if (!_isUrgent || _isWriting || _connection.IsOver)
            return;
        if (Now < _restUntil)
            _restTimer.Set(_restUntil - Now);
        else
            Write(Gather());
    }

    private Draft Gather()
    {
        var wholeUntil = Earlier(Earlier(_connection.Gaps.UnfilledSince ?? _seenUntil, UnkeptSince ?? _seenUntil), _seenUntil);
        var since = _connection.Gaps.RememberSince(wholeUntil);
        var keys = _connection.Driver.KeysVersion;
        if (_kept is { } kept && kept.Calls == Calls.Changes)
            return new Draft(kept.State with { WholeUntil = wholeUntil, SeenUntil = _seenUntil }, kept.Calls, keys, since, _connection.Pipeline.Log.Head);
        var state = new KeptState
        {
            Provider = _connection.Provider,
            Server = _server,
            Account = _connection.Driver.Account,
            WholeUntil = wholeUntil,
            SeenUntil = _seenUntil,
            Told = Calls.Told.Since(since),
            Open = Calls.KeepOpen(),
            Keys = NoKeys,
        };
        return new Draft(state, Calls.Changes, keys, since, _connection.Pipeline.Log.Head);
    }

    private void Write(Draft draft)
    {
        _isWriting = true;
        _isUrgent = _isDue = false;
        (_kept, _keptAt, _restUntil) = (draft, Now, Now + Breath);
        _writing = Task.Run(async () =>
        {
            var (fault, size) = await WriteAsync(draft).ConfigureAwait(false);
            _connection.Post(() => Written(fault, size));
        });
    }

    private void Written(PbxException? fault, long size)
    {
        _isWriting = false;
        if (_connection.IsOver)
            return;
        _restUntil = Later(_restUntil, _keptAt + TimeSpan.FromSeconds(size / MaxBytesPerSecond));
        if (fault is null)
        {
            _hasWarned = false;
            if (_isUrgent)
                WriteUrgent();
            else if (_isDue && Now >= _keptAt + Interval)
                WriteWhatChanged();
            return;
        }

        // It is tried again at the next tick, as if nothing had been written yet.
        _kept = null;
        _isUrgent = false;
        if (!_hasWarned)
            _connection.Warn(fault);
        _hasWarned = true;
    }

    private async Task<(PbxException? Fault, long Size)> WriteAsync(Draft draft)
    {
        // What the state says was told must be in the journal first: else a process killed in between would lose it. A journal that was
        // closed keeps nothing more, and then the next process has to be told of everything since.
        if (_connection.Keeping is { } journal && !await journal.KeptAsync(draft.Head, CancellationToken.None).ConfigureAwait(false))
            return (null, 0);
        try
        {
            return (null, _file.Write(WithoutUnkept(draft.State) with { Keys = _connection.Driver.ExportKeys(draft.Since) }));
        }
        catch (Exception e)
        {
            return (Faults.StateNotWritten(_file.Path, e), 0);
        }
    }

    /// <summary>A call whose end the journal does not have is told again, by the next process: what keeps to the journal has not seen it.</summary>
    private KeptState WithoutUnkept(KeptState state) => UnkeptSince is not { } since || _connection.Keeping!.Unkept is not { } unkept ? state
        : state with { WholeUntil = Earlier(state.WholeUntil, since), Told = [.. state.Told.Where(t => t.At < unkept.From || t.At > unkept.To)] };

    private string? WhyForeign(KeptState state)
    {
        var (provider, account) = (_connection.Provider, _connection.Driver.Account);
        return state.Provider != provider ? $"It belongs to the platform {state.Provider}, not {provider}."
            : state.Server != _server ? $"It belongs to the server {state.Server}, not {_server}."
            : state.Account != account ? $"It belongs to the account '{state.Account}', not '{account}'."
            : null;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>What is to be written, but for the keys, which the driver gives when it is.</summary>
    /// <param name="State">The state.</param>
    /// <param name="Calls">How many words about calls it has in it.</param>
    /// <param name="Keys">The version of the keys.</param>
    /// <param name="Since">Since when calls and keys have to be known.</param>
    /// <param name="Head">The last event that is in it.</param>
    private sealed record Draft(KeptState State, long Calls, long Keys, DateTimeOffset Since, long Head);
}
