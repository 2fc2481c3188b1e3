using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>RingCentral: WebSocket with one merged subscription and session recovery. Specification: ringcentral.md.</summary>
internal sealed class RingCentralProvider(RingCentralTiming timing) : PbxProvider
{
    private readonly RateGroups _groups = new(timing);

    public RingCentralProvider()
        : this(RingCentralTiming.Default)
    {
    }

    /// <inheritdoc/>
    public override string Name => "RingCentral";

    /// <inheritdoc/>
    public override IReadOnlyList<PbxEventType> EventTypes => RingCentralCatalogue.All.Events;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Topics => RingCentralTopics.All;

    /// <inheritdoc/>
    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string>
    {
        nameof(PbxConnectOptions.Server),
        nameof(PbxConnectOptions.UserName),
        nameof(PbxConnectOptions.ClientId),
        nameof(PbxConnectOptions.Jwt),
        nameof(PbxConnectOptions.AccessToken),
        nameof(PbxConnectOptions.TokenProvider),
        nameof(PbxConnectOptions.Sandbox),
    };

    /// <inheritdoc/>
    /// <remarks>ringcentral.md section 8.3.</remarks>
    internal override IReadOnlyDictionary<string, IReadOnlyList<string>> PresenceFields { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["presence"] = ["body.presenceStatus"],
        ["presence/line/presence"] = ["body.presenceStatus"],
        ["favorite/presence"] = ["body.presenceStatus"],
    };

    /// <inheritdoc/>
    internal override PlatformDriver CreateDriver(DriverContext context) => new RingCentralDriver(context, timing, _groups);
}
