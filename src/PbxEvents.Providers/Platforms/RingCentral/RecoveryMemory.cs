using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What one process leaves to the next with <c>-RecoveryPath</c>: a session, and the tokens of its OAuth session.</summary>
/// <param name="context">What the driver works with.</param>
/// <param name="file">Where it is.</param>
/// <param name="tokens">The tokens of the connection.</param>
/// <param name="identity">A hash of server and credential.</param>
internal sealed class RecoveryMemory(DriverContext context, RecoveryFile file, TokenHolder<RingCentralTicket> tokens, string identity)
{
    private bool _isLoaded;
    private KeptSession? _inherited;

    /// <summary>Keeps a session; returns at once. Any thread.</summary>
    public void Keep(KeptSession session)
    {
        if (tokens.Current is not { } ticket)
            return;
        file.Save(new RecoveryState
        {
            Identity = identity,
            Token = session.Token.Token,
            Sequence = session.Token.Sequence,
            LastFrameAt = session.At,
            RecoverySeconds = session.RecoveryTime.TotalSeconds,
            SubscriptionId = session.Wire?.Id,
            Filters = [.. session.Wire?.Filters ?? new HashSet<string>()],
            AccessToken = ticket.IsOwn ? ticket.Token.Reveal() : null,
            AccessEndsAt = ticket.EndsAt,
            RefreshToken = ticket.Refresh?.Reveal(),
            RefreshEndsAt = ticket.RefreshEndsAt,
        });
    }

    /// <summary>What an earlier process left. The first time its tokens become the connection's.</summary>
    /// <returns>Its session; null when it left none.</returns>
    /// <exception cref="PbxException">There is a file and it may not be read.</exception>
    public KeptSession? Load()
    {
        if (_isLoaded)
            return _inherited;
        _isLoaded = true;
        if (file.Load() is not { } state || state.Identity != identity)
            return null;
        const int FirstGrant = 1;
        if (state.AccessToken is { } access)
        {
            tokens.Restore(new RingCentralTicket(FirstGrant, new Secret(access))
            {
                EndsAt = state.AccessEndsAt,
                Refresh = state.RefreshToken is { } refresh ? new Secret(refresh) : null,
                RefreshEndsAt = state.RefreshEndsAt,
                IsOwn = true,
            });
        }
        if (state.SubscriptionId is not { } id)
            return null;
        _inherited = new KeptSession(
            new RecoveryToken(state.Token, state.Sequence),
            new WireSubscription(id, state.Filters.ToHashSet(StringComparer.Ordinal)),
            TimeSpan.FromSeconds(Math.Clamp(state.RecoverySeconds, 0, 86400)),
            state.LastFrameAt,
            FirstGrant);
        var isInTime = _inherited.IsInTime(context.Clock.GetUtcNow());
        context.Log($"An earlier process left its session at {state.LastFrameAt:u}{(isInTime ? "" : ", too long ago to recover it")}.");
        return _inherited;
    }

    /// <summary>Waits until the newest state is in the file.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => file.FlushAsync().WaitAsync(cancellationToken);
}
