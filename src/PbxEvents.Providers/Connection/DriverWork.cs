using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>What the driver does beside the loop, one thing of a kind at a time. Begun on the loop; the answers come back there.</summary>
/// <param name="connection">The connection.</param>
internal sealed class DriverWork(ConnectionSupervisor connection) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _attempt = Task.CompletedTask;
    private Task _renewal = Task.CompletedTask;
    private Task _snapshots = Task.CompletedTask;
    private bool _isRenewing;
    private bool _isAsking;
    private SnapshotRequest? _next;

    /// <summary>
    /// True from the first question about the present state until one was answered to its end: if a link breaks meanwhile, the next
    /// one has to bring the answer, even when that link's own gap was recovered.
    /// </summary>
    public bool IsUnanswered { get; private set; }

    /// <summary>Runs an attempt to open a link. A driver is promised that it prepares and renews one after the other.</summary>
    /// <param name="attempt">The attempt; its token is cancelled when the connection ends.</param>
    public void Attempt(Func<CancellationToken, Task> attempt)
    {
        var renewal = _renewal;
        _attempt = Task.Run(async () =>
        {
            await renewal.ConfigureAwait(false);
            await attempt(_stopping.Token).ConfigureAwait(false);
        });
    }

    /// <summary>Gets a fresh token for the session; nothing happens while one is on its way.</summary>
    public void Renew()
    {
        if (_isRenewing)
            return;
        _isRenewing = true;
        var attempt = _attempt;
        _renewal = Task.Run(async () =>
        {
            await attempt.ConfigureAwait(false);
            var (ticket, failure) = await RenewAsync().ConfigureAwait(false);
            connection.Post(() =>
            {
                _isRenewing = false;
                if (connection.IsOver)
                    return;
                if (failure is null)
                    connection.Session.CredentialRenewed(ticket!);
                else
                    connection.Session.CredentialFailed(failure);
            });
        });
    }

    /// <summary>Looks up the platform's present state for the session; while that is being done, once more afterwards.</summary>
    public void AskFor(SnapshotRequest wanted)
    {
        IsUnanswered = true;
        if (_isAsking)
        {
            _next = wanted;
            return;
        }
        _isAsking = true;
        _snapshots = Task.Run(async () =>
        {
            var isAnswered = false;
            try
            {
                await foreach (var snapshot in connection.Driver.GetSnapshotsAsync(wanted, _stopping.Token).ConfigureAwait(false))
                    PostUnlessOver(() => connection.Session.SnapshotReceived(snapshot));
                isAnswered = true;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The connection ends; nobody needs the rest.
            }
            catch (Exception e)
            {
                var failure = e as PbxException ?? Faults.Unexpected("asking for the present state", e);
                PostUnlessOver(() => connection.Warn(failure));
            }
            connection.Post(() => Asked(isAnswered));
        });
    }

    private void Asked(bool isAnswered)
    {
        _isAsking = false;
        IsUnanswered = !isAnswered;
        if (_next is not { } next || connection.IsOver)
            return;
        _next = null;
        AskFor(next);
    }

    /// <summary>Ends all of it.</summary>
    /// <returns>When nothing runs any more.</returns>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_attempt, _renewal, _snapshots).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>After <see cref="StopAsync"/>.</summary>
    public void Dispose() => _stopping.Dispose();

    private async Task<(LinkTicket? Ticket, PbxException? Failure)> RenewAsync()
    {
        try
        {
            return (await connection.Driver.RenewCredentialAsync(_stopping.Token).ConfigureAwait(false), null);
        }
        catch (Exception e)
        {
            return (null, e as PbxException ?? Faults.Unexpected("renewing the token", e));
        }
    }

    private void PostUnlessOver(Action action) => connection.Post(() =>
    {
        if (!connection.IsOver)
            action();
    });
}
