using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.PortSip;
using PbxEvents.Simulator;
using PbxEvents.Simulator.PortSip;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>A simulated PortSIP and clients with moments for records that a test can wait for.</summary>
internal static class PortSipGaps
{
    public static readonly RecordTimes Quick = new() { Asks = [TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(1)], Breath = TimeSpan.Zero };

    public static readonly PbxSubscriptionFilter[] Calls =
    [
        new() { Type = PbxSubscriptionType.Call, Extension = ["1001", "1002", "1003", "1004"] }, new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },

        // Who gives up in a menu has reached no extension.
        new() { Type = PbxSubscriptionType.Call },
    ];

    public static int Asked(PortSipSimulator simulator, string path) =>
        simulator.Log.Of(SimulatorLogKind.Http).Count(e => e.Name.Contains(path, StringComparison.Ordinal) && !e.Text.Contains("404", StringComparison.Ordinal));

    public static PortSipSimulator Start(PortSipVersion version = PortSipVersion.V22, TimeProvider? clock = null) =>
        (PortSipSimulator)PbxSimulator.Start(new PortSipSimulatorOptions { Provider = "PortSIP", Version = version, Clock = clock ?? TimeProvider.System });

    public static Task<PbxClient> ConnectAsync(PortSipSimulator simulator, RecordTimes? times = null, TimeProvider? clock = null,
        Func<PbxConnectOptions, PbxConnectOptions>? change = null, params PbxSubscriptionFilter[] filters) =>
        LostLink.ConnectAsync(simulator, new QuickProvider("PortSIP", c => new PortSipDriver(c) { RecordTimes = times ?? Quick }),
            filters.Length > 0 ? filters : Calls, clock, change);
}
