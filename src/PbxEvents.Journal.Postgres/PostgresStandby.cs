using Npgsql;
using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal.Postgres;

/// <summary>
/// A connection is whose session has its lock. Who has it puts the state of the connection into the database each second; who takes it over goes on
/// from there, as after a restart. Any thread.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="connection">The connection's name, by which listeners mean the same.</param>
/// <param name="statePath">The file of its state on this machine.</param>
/// <param name="kept">The number of the newest event that is kept on this machine.</param>
/// <param name="sent">The number of the newest of these that is in the database.</param>
internal sealed class PostgresStandby(PostgresDatabase database, string connection, string statePath, Func<long> kept, Func<long> sent) : IStandby
{
    /// <summary>How often who waits looks.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>How often who has it looks whether it still does, and puts the state into the database.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>How often who had it tries to get it again when the link broke.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    /// <summary>Whose link broke waits so long before it tries: who had it comes first.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<PbxException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private Task _holding = Task.CompletedTask;
    private NpgsqlConnection? _link;
    private byte[]? _state;
    private DateTime _stateOf;
    private long _after;
    private bool _isOver;

    /// <inheritdoc/>
    public Task<PbxException> Lost => _lost.Task;

    /// <summary>Of a state that this one left itself, the file is at least as new.</summary>
    private string Own => $"{Environment.MachineName}:{statePath}";

    /// <inheritdoc/>
    public async Task TakeAsync(Action<string> waiting, CancellationToken cancellationToken)
    {
        var said = "";
        while (true)
        {
            var (pause, why) = (Look, "");
            try
            {
                _link ??= await database.OpenOwnAsync(cancellationToken).ConfigureAwait(false);
                if (TryTake(_link))
                {
                    FetchState(_link);
                    _holding = Task.Run(HoldAsync, CancellationToken.None);
                    return;
                }
                why = $"{HolderOf(_link)} has the connection.";
            }
            catch (Exception e) when (PostgresFaults.Of(database.Address, e) is { } fault)
            {
                Close();
                if (fault.IsPermanent)
                    throw fault;
                (pause, why) = (Grace, fault.Message);
            }
            if (why != said)
                waiting(said = why);
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives it back, with the last state.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isOver, true))
            return;
        await _end.CancelAsync().ConfigureAwait(false);
        await _holding.ConfigureAwait(false);
        try
        {
            // Twice: what it was about to send, and what has come since. Who takes over has the one before, if not.
            for (var limit = Environment.TickCount64 + (long)Farewell.TotalMilliseconds; _link is { } link && Environment.TickCount64 < limit;)
            {
                SendState(link);
                if (_state is null && (File.GetLastWriteTimeUtc(statePath) == _stateOf || !File.Exists(statePath)))
                    break;
                await Task.Delay(Retry).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (PostgresFaults.Of(database.Address, e) is not null)
        {
            // The database is away, and so is who would take over.
        }
        Close();
        _end.Dispose();
    }

    private async Task HoldAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var pause = Beat;
            try
            {
                if (_link is null)
                {
                    _link = await database.OpenOwnAsync(_end.Token).ConfigureAwait(false);
                    if (!TryTake(_link))
                    {
                        _lost.TrySetResult(JournalFaults.TakenOver(connection, HolderOf(_link)));
                        Close();
                        return;
                    }
                }
                SendState(_link);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (PostgresFaults.Of(database.Address, e) is not null)
            {
                // Nobody can have it while the database is away.
                Close();
                pause = Retry;
            }
            await Task.Delay(pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool TryTake(NpgsqlConnection link) => (bool)link.One($"select pg_try_advisory_lock({Locks.Standby}, $1)", Locks.OfConnection(connection))!;

    private string HolderOf(NpgsqlConnection link) => Census.HolderOf(link, Locks.Standby, Locks.OfConnection(connection)) ?? "Another listener";

    /// <summary>What the last one left, unless that was this one.</summary>
    private void FetchState(NpgsqlConnection link)
    {
        var left = link.First("select origin, content from pbxevents.state where connection = $1", r => Tuple.Create(r.GetString(0), r.GetFieldValue<byte[]>(1)), connection);
        if (left is null || (left.Item1 == Own && File.Exists(statePath)))
            return;
        var draft = $"{statePath}.taken";
        File.Delete(draft);
        using (var file = OwnerFile.Create(draft))
            file.Write(left.Item2);
        File.Move(draft, statePath, overwrite: true);
    }

    /// <summary>
    /// What the state says was told has to be in the database first, or nobody would tell it. Also when there is nothing to send something is asked:
    /// so it is noticed when the link is lost.
    /// </summary>
    private void SendState(NpgsqlConnection link)
    {
        if (_state is null && File.GetLastWriteTimeUtc(statePath) is var changed && changed != _stateOf && ReadState() is { } state)
            (_state, _stateOf, _after) = (state, changed, kept());
        if (_state is null || sent() < _after)
        {
            link.One("select 1");
            return;
        }
        link.Run(
            "insert into pbxevents.state values($1, $2, $3) on conflict(connection) do update set origin = $2, content = $3", connection, Own, _state);
        _state = null;
    }

    /// <summary>Null while there is none, or while it cannot be read: a disk's trouble must not cost the lock.</summary>
    private byte[]? ReadState()
    {
        try
        {
            return File.Exists(statePath) ? File.ReadAllBytes(statePath) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Close()
    {
        _link?.Dispose();
        _link = null;
    }
}
