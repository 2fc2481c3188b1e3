namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The extensions of an account that are no person's (history/directory.md): a queue and a menu take calls as well, and their answer is
/// not a person's. Immutable.
/// </summary>
/// <param name="queues">The ids of the queues.</param>
/// <param name="menus">The ids of the menus.</param>
internal sealed class CallLogServices(IReadOnlySet<string> queues, IReadOnlySet<string> menus)
{
    /// <summary>Of an account that tells none.</summary>
    public static CallLogServices None { get; } = new(new HashSet<string>(), new HashSet<string>());

    public bool IsQueue(string? extension) => extension is not null && queues.Contains(extension);

    public bool IsService(string? extension) => IsQueue(extension) || (extension is not null && menus.Contains(extension));
}
