using System.Diagnostics.CodeAnalysis;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>A RingCentral simulator's settings (ringcentral.md sections 3 and 5.1). Immutable.</summary>
public sealed record RingCentralSimulatorOptions : SimulatorOptions
{
    /// <summary>The defaults.</summary>
    public RingCentralSimulatorOptions()
    {
    }

    /// <summary>What holds for every platform, with the defaults of this one.</summary>
    [SetsRequiredMembers]
    internal RingCentralSimulatorOptions(SimulatorOptions options)
        : base(options)
    {
    }

    /// <summary>How long a lost session can be recovered. Default 180 s.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>How many notifications are kept for a recovery. Default 100.</summary>
    public int RecoveryBufferSize { get; init; } = 100;

    /// <summary>After so long without anything from the client the session ends with WSG-902. Default 30 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>After so long every session ends with WSG-903. Default 24 hours.</summary>
    public TimeSpan AbsoluteTimeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many requests over the socket may be under way. Default 10.</summary>
    public int MaxActiveRequests { get; init; } = 10;

    /// <summary>How many WebSocket tokens may be asked for in <see cref="SocketTokenWindow"/>. Default 5.</summary>
    public int SocketTokenLimit { get; init; } = 5;

    /// <summary>The window of the rate limit; also the penalty for passing it. Default 60 s.</summary>
    public TimeSpan SocketTokenWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a WebSocket token lives. Default 30 s.</summary>
    public TimeSpan SocketTokenLifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True gives out refresh tokens; false is an app whose settings leave that off. Default true.</summary>
    public bool IssuesRefreshTokens { get; init; } = true;

    /// <summary>How many requests for the call log may be made in <see cref="HeavyWindow"/>. Default 10.</summary>
    public int HeavyLimit { get; init; } = 10;

    /// <summary>The window of that rate limit; also the penalty for passing it. Default 60 s.</summary>
    public TimeSpan HeavyWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True lets the user see the own calls in the call log only. Default false.</summary>
    public bool ShowsOwnCallsOnly { get; init; }

    /// <summary>How far its clock is ahead of the real one in what the call log tells. Default zero.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>
    /// True puts a recovery token on every notification, numbered without holes; false only on ConnectionDetails and replies.
    /// Both were seen. Default true.
    /// </summary>
    public bool TokensOnNotifications { get; init; } = true;

    /// <summary>Filters that are taken but not activated, as the platform does without a permission for them. Default none.</summary>
    public IReadOnlyList<string> DisabledFilters { get; init; } = [];
}
