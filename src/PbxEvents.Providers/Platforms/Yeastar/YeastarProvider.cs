using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>Yeastar P-Series: tokens over HTTP, events over one WebSocket. Specification: yeastar.md.</summary>
internal sealed class YeastarProvider : PbxProvider
{
    /// <inheritdoc/>
    public override string Name => "Yeastar";

    /// <inheritdoc/>
    public override IReadOnlyList<PbxEventType> EventTypes => YeastarCatalogue.All.Events;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Topics => YeastarTopics.All;

    /// <inheritdoc/>
    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string>
    {
        nameof(PbxConnectOptions.Server),
        nameof(PbxConnectOptions.UserName),
        nameof(PbxConnectOptions.TimeZone),
    };

    /// <inheritdoc/>
    /// <remarks>yeastar.md: event 30009; 30008 tells of calls.</remarks>
    internal override IReadOnlyDictionary<string, IReadOnlyList<string>> PresenceFields { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["30009"] = ["status"],
    };

    /// <inheritdoc/>
    internal override PlatformDriver CreateDriver(DriverContext context) => new YeastarDriver(context, YeastarTokens.OfProcess);
}
