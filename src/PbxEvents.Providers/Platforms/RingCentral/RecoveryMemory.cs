using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What one process leaves to the next with <c>-StatePath</c>: a session, and the tokens of its OAuth session.</summary>
/// <param name="context">What the driver works with.</param>
/// <param name="tokens">The tokens of the connection.</param>
internal sealed class RecoveryMemory(DriverContext context, TokenHolder<RingCentralTicket> tokens)
{
    /// <summary>The name of the key.</summary>
    public const string Key = "session";

    private volatile KeptSession? _session;
    private long _version;

    /// <summary>The session of an earlier process; null when it left none.</summary>
    public KeptSession? Inherited { get; private set; }

    /// <summary>Grows with each change. Any thread.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Keeps a session. Loop only.</summary>
    public void Keep(KeptSession session)
    {
        _session = session;
        Interlocked.Increment(ref _version);
    }

    /// <summary>What a later process needs, as JSON; null when there is nothing to go on with. Any thread.</summary>
    public string? Export()
    {
        // A token of another grant would only be refused (ringcentral.md section 11 H).
        if (_session is not { } session || tokens.Current is not { } ticket || ticket.Grant != session.Grant)
            return null;
        return JsonSerializer.Serialize(new RecoveryState
        {
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

    /// <summary>Takes what an earlier process left: its tokens become the connection's. Before the first link.</summary>
    /// <param name="json">The value of the key.</param>
    public void Import(string json)
    {
        if (Read(json) is not { } state)
        {
            context.Log("What an earlier process left of its session cannot be read; starting fresh.");
            return;
        }
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
            return;
        Inherited = new KeptSession(
            new RecoveryToken(state.Token, state.Sequence),
            new WireSubscription(id, state.Filters.ToHashSet(StringComparer.Ordinal)),
            TimeSpan.FromSeconds(Math.Clamp(state.RecoverySeconds, 0, 86400)),
            state.LastFrameAt,
            FirstGrant);
        var isInTime = Inherited.IsInTime(context.Clock.GetUtcNow());
        context.Log($"An earlier process left its session at {state.LastFrameAt.ToLocalTime():yyyy-MM-dd HH:mm:ss}{(isInTime ? "" : ", too long ago to recover it")}.");
    }

    private static RecoveryState? Read(string json) => KeptJson.Read<RecoveryState>(json) is { Token: not null, Filters: not null } state ? state : null;
}
