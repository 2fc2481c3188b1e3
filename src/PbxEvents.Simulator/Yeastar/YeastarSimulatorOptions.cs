using System.Diagnostics.CodeAnalysis;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>
/// A Yeastar simulator's settings. <see cref="SimulatorOptions.TokenLifetime"/> is the access token's life (1800 s by
/// default); <see cref="SimulatorOptions.HeartbeatTimeout"/> the time without a word from the client after which the PBX
/// closes (60 s).
/// </summary>
public sealed record YeastarSimulatorOptions : SimulatorOptions
{
    /// <summary>The defaults.</summary>
    public YeastarSimulatorOptions()
    {
    }

    /// <summary>What holds for every platform, with the defaults of this one.</summary>
    [SetsRequiredMembers]
    internal YeastarSimulatorOptions(SimulatorOptions options)
        : base(options)
    {
    }

    /// <summary>How many access tokens may be valid at a time (yeastar.md section 3.2). Default 8.</summary>
    public int MaxTokens { get; init; } = 8;

    /// <summary>How many failed authentications block the client until <see cref="YeastarSimulator.Unblock"/>. Default 5.</summary>
    public int MaxFailures { get; init; } = 5;

    /// <summary>How long a refresh token lives. Default a day.</summary>
    public TimeSpan RefreshLifetime { get; init; } = TimeSpan.FromSeconds(86400);

    /// <summary>True ends the old access token when it is refreshed; reports differ on that. Default false.</summary>
    public bool RefreshEndsOldToken { get; init; }

    /// <summary>False is a PBX whose monitoring switches are off: it accepts every topic and sends no 30007 to 30009 and 30011. Default true.</summary>
    public bool IsMonitored { get; init; } = true;

    /// <summary>True sends <c>msg</c> as an object with every event, which clients have to accept as well. Default false: as documented.</summary>
    public bool SendsObjects { get; init; }

    /// <summary>The number of the menu that answers in scenarios. Default 6500.</summary>
    public string Menu { get; init; } = "6500";

    /// <summary>The zone of the PBX's local times. Default UTC.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>True for older firmware, whose search for call records takes times only as the PBX shows them. Default false.</summary>
    internal bool TakesShownTimesOnly { get; init; }
}
