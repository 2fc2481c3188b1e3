using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.OneCloud;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>OneCloud with moments for its records that a test can wait for.</summary>
/// <param name="times">The moments.</param>
internal sealed class QuickOneCloud(RecordTimes times) : PbxProvider
{
    private readonly PbxProvider _real = PbxProviders.Get("OneCloud");

    public override string Name => _real.Name;

    public override IReadOnlyList<PbxEventType> EventTypes => _real.EventTypes;

    public override IReadOnlyList<string> Topics => _real.Topics;

    public override IReadOnlySet<string> OptionNames => _real.OptionNames;

    internal override PlatformDriver CreateDriver(DriverContext context) => new OneCloudDriver(context) { RecordTimes = times };
}
