using System.Diagnostics.CodeAnalysis;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// The token of a connection: the ready one that was given, the user's own source's, or one that the platform gives for a login. Any
/// thread; tokens are got one at a time.
/// </summary>
/// <typeparam name="TTicket">The platform's ticket.</typeparam>
/// <param name="context">What the driver works with.</param>
/// <param name="wrap">Makes a ticket of a token that came from the user.</param>
/// <param name="logIn">Logs in, or refreshes the token before; null for the first time.</param>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing to release.")]
internal sealed class TokenHolder<TTicket>(
    DriverContext context, Func<Secret, TTicket> wrap, Func<TTicket?, CancellationToken, Task<TTicket>> logIn)
    where TTicket : TokenTicket
{
    /// <summary>A token that ends sooner than this is not worth a link.</summary>
    private static readonly TimeSpan RenewAhead = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile TTicket? _current;

    /// <summary>The newest one; null before the first.</summary>
    public TTicket? Current => _current;

    /// <summary>False when a token that is refused cannot be replaced: it is the one that was given.</summary>
    public bool CanRenew => context.Options.AccessToken is null;

    /// <summary>A token that lives.</summary>
    /// <param name="isRefused">True when the one at hand is known to be refused.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<TTicket> GetAsync(bool isRefused, CancellationToken cancellationToken)
    {
        if (_current is { } current && !isRefused && (current.EndsAt is not { } end || end > context.Clock.GetUtcNow() + RenewAhead))
            return current;
        return await RenewAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on with a token of an earlier process. Before the first is asked for.</summary>
    public void Restore(TTicket ticket) => _current = ticket;

    /// <summary>A fresh token.</summary>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<TTicket> RenewAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await ObtainAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>What takes the place of a token that was refused: a fresh one, unless another caller has got one since.</summary>
    /// <param name="refused">The token.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="PbxException">There is none to be had.</exception>
    public async Task<TTicket> ReplaceAsync(TTicket refused, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _current is { } current && !ReferenceEquals(current, refused) ? current : await ObtainAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<TTicket> ObtainAsync(CancellationToken cancellationToken)
    {
        var options = context.Options;
        return _current = options.AccessToken is { } ready ? wrap(ready)
            : options.TokenProvider is { } provider ? wrap(await provider(cancellationToken).ConfigureAwait(false))
            : await logIn(_current, cancellationToken).ConfigureAwait(false);
    }
}
