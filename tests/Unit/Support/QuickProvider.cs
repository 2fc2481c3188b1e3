using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>A platform whose driver a test makes, with moments for call records that it can wait for.</summary>
/// <param name="platform">The platform.</param>
/// <param name="create">Makes the driver.</param>
internal sealed class QuickProvider(string platform, Func<DriverContext, PlatformDriver> create) : PbxProvider
{
    private readonly PbxProvider _real = PbxProviders.Get(platform);

    public override string Name => _real.Name;

    public override IReadOnlyList<PbxEventType> EventTypes => _real.EventTypes;

    public override IReadOnlyList<string> Topics => _real.Topics;

    public override IReadOnlySet<string> OptionNames => _real.OptionNames;

    internal override PlatformDriver CreateDriver(DriverContext context) => create(context);
}
