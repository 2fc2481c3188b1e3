using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// The names of extensions and queues as the platform's directory last told them. Written on the loop, a whole list at a time; read
/// anywhere. A look-up gives the same text object each time and costs the collector nothing.
/// </summary>
internal sealed class NameBook
{
    /// <summary>More than any PBX has of a kind; further ones are left out.</summary>
    public const int MaxNames = 20_000;

    private static readonly Dictionary<string, DirectoryName> None = [];

    private volatile Dictionary<string, DirectoryName> _extensions = None;
    private volatile Dictionary<string, DirectoryName> _queues = None;

    /// <summary>The names of a kind. Any thread.</summary>
    public IReadOnlyCollection<DirectoryName> All(DirectoryKind kind) => Of(kind).Values;

    /// <summary>The name of an extension; null when none is known. Any thread.</summary>
    /// <param name="key">What events call it.</param>
    public string? OfExtension(string? key) => Find(_extensions, key);

    /// <summary>The name of a queue; null when none is known. Any thread.</summary>
    /// <param name="key">What events call it.</param>
    public string? OfQueue(string? key) => Find(_queues, key);

    /// <summary>Puts a list in the place of the one before.</summary>
    /// <param name="kind">Of what.</param>
    /// <param name="names">The names by key; not touched afterwards.</param>
    public void Replace(DirectoryKind kind, Dictionary<string, DirectoryName> names)
    {
        if (kind == DirectoryKind.Queue)
            _queues = names;
        else
            _extensions = names;
    }

    private Dictionary<string, DirectoryName> Of(DirectoryKind kind) => kind == DirectoryKind.Queue ? _queues : _extensions;

    private static string? Find(Dictionary<string, DirectoryName> names, string? key) =>
        key is not null && names.TryGetValue(key, out var found) ? found.Name : null;
}
