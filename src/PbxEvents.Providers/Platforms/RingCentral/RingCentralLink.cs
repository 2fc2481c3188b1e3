using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What a link is about to do.</summary>
internal enum RingCentralPhase
{
    /// <summary>Section 4: nothing may be sent before ConnectionDetails.</summary>
    AwaitingDetails,

    /// <summary>The session was recovered: what was missed comes in, and the subscription is looked at.</summary>
    Verifying,

    /// <summary>The subscription is being put in place.</summary>
    Subscribing,

    /// <summary>Everything is in place.</summary>
    Ready,
}

/// <summary>One link and the session on it. Loop only.</summary>
/// <param name="id">The link's number.</param>
/// <param name="exchange">Its requests.</param>
/// <param name="grant">The number of the OAuth grant it was opened with.</param>
/// <param name="isRotation">True when it is to take over from a link that stands.</param>
internal sealed class RingCentralLink(int id, RingCentralExchange exchange, int grant, bool isRotation)
{
    public int Id => id;

    public RingCentralExchange Exchange => exchange;

    public int Grant => grant;

    public bool IsRotation => isRotation;

    public RingCentralPhase Phase { get; set; }

    /// <summary>When the last frame arrived.</summary>
    public DateTimeOffset LastFrameAt { get; set; }

    /// <summary>True while a heartbeat waits for any frame.</summary>
    public bool AwaitsHeartbeat { get; set; }

    /// <summary>The newest recovery token.</summary>
    public RecoveryToken? Token { get; set; }

    /// <summary>How long a lost session can be recovered.</summary>
    public TimeSpan RecoveryTime { get; set; }

    /// <summary>How many missed notifications the platform keeps.</summary>
    public int BufferSize { get; set; }

    /// <summary>What the new link could save; null while the tally of what is replayed decides.</summary>
    public LinkRecovery? Recovery { get; set; } = LinkRecovery.None;

    /// <summary>The subscription; null when there is none.</summary>
    public WireSubscription? Wire { get; set; }

    /// <summary>The user's subscriptions that were confirmed on this link.</summary>
    public HashSet<PbxSubscription> Placed { get; } = [];

    /// <summary>The filters that the platform was heard to have switched off.</summary>
    public HashSet<string> Disabled { get; } = new(StringComparer.Ordinal);

    /// <summary>True while a request about the subscription is under way, or about to be.</summary>
    public bool IsChanging { get; set; }

    /// <summary>True when more was wished for meanwhile.</summary>
    public bool IsDirty { get; set; }

    /// <summary>True after a refusal of several wishes at once: they are asked for one by one, to see which one it is.</summary>
    public bool AsksSingly { get; set; }

    /// <summary>How many requests about the subscription failed in a row for a reason that may pass.</summary>
    public int Failures { get; set; }

    /// <summary>True once the access token was renewed because a subscription was answered with 401.</summary>
    public bool HasRenewed { get; set; }
}
