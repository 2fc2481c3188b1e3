namespace PbxEvents.Providers.Protocol.Yeastar;

/// <summary>Yeastar P-Series: tokens over HTTP, events over one WebSocket. Specification: yeastar.md.</summary>
internal sealed class YeastarProvider : PbxProvider
{
    /// <inheritdoc/>
    public override string Name => "Yeastar";

    /// <inheritdoc/>
    public override IReadOnlyList<PbxEventType> EventTypes => YeastarCatalogue.Instance.Events;

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
    public override PlatformDriver CreateDriver(DriverContext context) => new YeastarDriver(context, YeastarTokens.OfProcess);
}
