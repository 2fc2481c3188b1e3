using System.Globalization;
using Npgsql;

namespace PbxEvents.Journal.Postgres;

/// <summary>Hears of new events by the server's word, and looks by itself from time to time in case that was lost.</summary>
internal sealed class PostgresNews : IJournalNews
{
    /// <summary>On what the server tells of them.</summary>
    public const string Channel = "pbxevents";

    private const string SelectNewest = "select max(seq) from pbxevents.event";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly PostgresDatabase _database;
    private readonly CancellationTokenSource _end = new();
    private readonly object _gate = new();
    private TaskCompletionSource? _more;
    private long _newest;

    /// <summary>Begins to listen.</summary>
    public PostgresNews(PostgresDatabase database)
    {
        _database = database;
        try
        {
            using var link = database.Open();
            Hear(NewestOf(link.One(SelectNewest)));
        }
        catch (Exception e) when (PostgresFaults.Of(database.Address, e) is not null)
        {
            // It is asked again; who works with the database tells what is wrong with it.
        }
        _ = Task.Run(ListenAsync);
    }

    /// <inheritdoc/>
    public long Newest => Volatile.Read(ref _newest);

    /// <inheritdoc/>
    public Task MoreAsync(long after, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _newest > after ? Task.CompletedTask
                : (_more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Cancel();
        _database.CloseIdle();
    }

    private async Task ListenAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var link = await _database.OpenOwnAsync(_end.Token).ConfigureAwait(false);
                await using (link.ConfigureAwait(false))
                    await ListenAsync(link).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // Who works with the database tells what is wrong with it.
                await Task.Delay(Pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(NpgsqlConnection link)
    {
        link.Notification += (_, told) =>
        {
            if (long.TryParse(told.Payload, CultureInfo.InvariantCulture, out var newest))
                Hear(newest);
        };
        link.Run($"listen {Channel}");
        while (true)
        {
            Hear(NewestOf(link.One(SelectNewest)));
            await link.WaitAsync(Look, _end.Token).ConfigureAwait(false);
        }
    }

    private static long NewestOf(object? value) => value as long? ?? 0;

    private void Hear(long newest)
    {
        lock (_gate)
        {
            if (newest <= _newest)
                return;
            _newest = newest;
            _more?.TrySetResult();
            _more = null;
        }
    }
}
