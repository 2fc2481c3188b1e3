namespace PbxEvents;

/// <summary>An alert of this session, as it was when it was read. Immutable.</summary>
public sealed record PbxAlert
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How long a link may be down; null when that is not watched.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>How long a connection may be without a frame; null when that is not watched.</summary>
    public TimeSpan? MaxSilence { get; init; }

    /// <summary>How many events a reaction or a journal may be behind; null when that is not watched.</summary>
    public long? MaxLag { get; init; }

    /// <summary>How many dead letters a reaction may have; null when that is not watched.</summary>
    public long? MaxDeadLetters { get; init; }

    /// <summary>True when refused subscriptions are reported.</summary>
    public bool SubscriptionRefused { get; init; }

    /// <summary>The shortest time between two notices that something is wrong with the same connection or reaction. Default 5 minutes.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What is wrong now and was reported.</summary>
    public IReadOnlyList<PbxAlertNotice> Active { get; init; } = [];

    /// <summary>How many notices were sent.</summary>
    public long Told { get; init; }

    /// <summary>How many notices wait to be sent, because their action has failed so far.</summary>
    public int Waiting { get; init; }

    /// <summary>Why the action last failed; null when it has not, or has succeeded since.</summary>
    public string? LastError { get; init; }
}
