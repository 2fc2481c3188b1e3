using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>TelecomX: Socket.IO, one token, one channel for each kind of event. Specification: telecomx.md.</summary>
internal sealed class TelecomXProvider : PbxProvider
{
    /// <inheritdoc/>
    public override string Name => "TelecomX";

    /// <inheritdoc/>
    public override IReadOnlyList<PbxEventType> EventTypes => TelecomXCatalogue.All.Events;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Topics => TelecomXTopics.All;

    /// <inheritdoc/>
    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string>
    {
        nameof(PbxConnectOptions.Server),
        nameof(PbxConnectOptions.Domain),
        nameof(PbxConnectOptions.UserName),
        nameof(PbxConnectOptions.AccessToken),
        nameof(PbxConnectOptions.TokenProvider),
    };

    /// <inheritdoc/>
    /// <remarks>telecomx.md section 9.</remarks>
    internal override IReadOnlyDictionary<string, IReadOnlyList<string>> PresenceFields { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        ["EMPLOYEE_PRESENCE_CHANGED"] = ["data.state"],
    };

    /// <inheritdoc/>
    internal override PlatformDriver CreateDriver(DriverContext context) => new TelecomXDriver(context);
}
