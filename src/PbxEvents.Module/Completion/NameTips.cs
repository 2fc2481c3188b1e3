using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Completion;

/// <summary>The names that a connection's directory has, for the lines about numbers.</summary>
internal sealed class NameTips
{
    private readonly Dictionary<string, DirectoryName> _names;

    /// <param name="client">The connection.</param>
    /// <param name="kind">Of what.</param>
    public NameTips(PbxClient client, DirectoryKind kind) =>
        _names = client.GetNames(kind).DistinctBy(n => n.Key).ToDictionary(n => n.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>What can be completed, in order.</summary>
    public IEnumerable<(string Key, string Tip)> All => _names.Values.OrderBy(n => n.Number ?? n.Key, StringComparer.Ordinal).Select(n => (n.Key, TipOf(n)));

    /// <summary>Number and name of what events call so; the text itself when it has no name.</summary>
    public string Of(string key) => _names.TryGetValue(key, out var name) ? TipOf(name) : key;

    private static string TipOf(DirectoryName name) => $"{name.Number ?? name.Key} {name.Name}";
}
