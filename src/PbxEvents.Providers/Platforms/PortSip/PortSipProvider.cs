using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>PortSIP PBX: plain WebSocket, JSON commands and events. Specification: portsip.md.</summary>
internal sealed class PortSipProvider : PbxProvider
{
    /// <inheritdoc/>
    public override string Name => "PortSIP";

    /// <inheritdoc/>
    public override IReadOnlyList<PbxEventType> EventTypes => PortSipCatalogue.All.Events;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Topics => PortSipTopics.All;

    /// <inheritdoc/>
    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string>
    {
        nameof(PbxConnectOptions.Server),
        nameof(PbxConnectOptions.Domain),
        nameof(PbxConnectOptions.UserName),
        nameof(PbxConnectOptions.Dialect),
    };

    /// <inheritdoc/>
    /// <remarks>portsip.md sections 4.1 and 4.2: the older dialect has the code in <c>note</c>.</remarks>
    internal override IReadOnlyDictionary<string, IReadOnlyList<string>> PresenceFields { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["extension_presence"] = ["presence", "note"],
    };

    /// <inheritdoc/>
    internal override PlatformDriver CreateDriver(DriverContext context) => new PortSipDriver(context);
}
