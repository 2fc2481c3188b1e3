namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// The numbers of a domain that are no person's: a queue is also a user with its number (history/directory.md), and its answer is not a
/// person's. Immutable.
/// </summary>
/// <param name="queues">The queues.</param>
/// <param name="menus">The automatic attendants.</param>
internal sealed class OneCloudServices(IReadOnlySet<string> queues, IReadOnlySet<string> menus)
{
    /// <summary>Of a domain that tells none.</summary>
    public static OneCloudServices None { get; } = new(new HashSet<string>(), new HashSet<string>());

    public bool IsQueue(string? number) => number is not null && queues.Contains(number);

    public bool IsMenu(string? number) => number is not null && menus.Contains(number);
}
