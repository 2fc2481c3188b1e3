namespace PbxEvents.Simulator;

/// <summary>The platforms that can be simulated. Immutable.</summary>
public static class PbxSimulators
{
    private static readonly Dictionary<string, Func<SimulatorOptions, PbxSimulator>> Platforms = new(StringComparer.OrdinalIgnoreCase)
    {
        ["OneCloud"] = o => new OneCloud.OneCloudSimulator(o),
        ["PortSIP"] = o => new PortSip.PortSipSimulator(o),
        ["RingCentral"] = o => new RingCentral.RingCentralSimulator(o),
        ["TelecomX"] = o => new TelecomX.TelecomXSimulator(o),
        ["Yeastar"] = o => new Yeastar.YeastarSimulator(o),
    };

    /// <summary>Their names, the same as the providers'.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Platforms.Keys];

    internal static PbxSimulator Create(SimulatorOptions options) =>
        Platforms.TryGetValue(options.Provider, out var create)
            ? create(options)
            : throw new PbxException(PbxErrorKind.InvalidOption, $"There is no simulator for '{options.Provider}'.",
                $"Use one of: {string.Join(", ", Names)}.")
            { Target = options.Provider, IsPermanent = true };
}
