using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>OneCloud (NetSapiens): Socket.IO, a token in every subscription, one subscription for each extension or queue. Specification: onecloud.md.</summary>
internal sealed class OneCloudProvider : PbxProvider
{
    /// <inheritdoc/>
    public override string Name => "OneCloud";

    /// <inheritdoc/>
    public override IReadOnlyList<PbxEventType> EventTypes => OneCloudCatalogue.All.Events;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Topics => OneCloudTopics.All;

    /// <inheritdoc/>
    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string>
    {
        nameof(PbxConnectOptions.Server),
        nameof(PbxConnectOptions.Domain),
        nameof(PbxConnectOptions.UserName),
        nameof(PbxConnectOptions.ClientId),
        nameof(PbxConnectOptions.AccessToken),
        nameof(PbxConnectOptions.TokenProvider),
        nameof(PbxConnectOptions.TimeZone),
    };

    /// <inheritdoc/>
    internal override PlatformDriver CreateDriver(DriverContext context) => new OneCloudDriver(context);
}
