using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers;

/// <summary>The platforms. Immutable.</summary>
public static class PbxProviders
{
    /// <summary>All platforms, by name.</summary>
    public static IReadOnlyList<PbxProvider> All { get; } =
    [
        new Platforms.OneCloud.OneCloudProvider(),
        new Platforms.PortSip.PortSipProvider(),
        new Platforms.RingCentral.RingCentralProvider(),
        new Platforms.TelecomX.TelecomXProvider(),
        new Platforms.Yeastar.YeastarProvider(),
    ];

    /// <summary>Finds a platform.</summary>
    /// <param name="name">Its name, without regard to case.</param>
    /// <returns>The platform.</returns>
    /// <exception cref="PbxException">There is none of that name.</exception>
    public static PbxProvider Get(string name) =>
        All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new PbxException(PbxErrorKind.InvalidOption, $"There is no provider '{name}'.",
            $"Use one of: {string.Join(", ", All.Select(p => p.Name))}.")
        { Target = name, IsPermanent = true };
}
