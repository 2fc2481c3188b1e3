namespace PbxEvents.Providers.Contracts;

/// <summary>The name of an extension or a queue. Immutable.</summary>
/// <param name="Key">What events call it: its number, or the platform's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Number">Its number, where events have an id in its place; else null.</param>
internal sealed record DirectoryName(string Key, string Name, string? Number = null)
{
    /// <summary>No directory has longer ones; a server that invents them must not fill the memory.</summary>
    private const int MaxLength = 200;

    /// <summary>What events call it: its number, or the platform's id.</summary>
    public string Key { get; } = VisibleText.OfValue(Key);

    /// <summary>Its name.</summary>
    public string Name { get; } = VisibleText.OfValue(Name.Length > MaxLength ? Name[..MaxLength] : Name);

    /// <summary>Its number, where events have an id in its place; else null.</summary>
    public string? Number { get; } = VisibleText.OfValue(Number);

    /// <summary>Makes one of what a directory tells.</summary>
    /// <returns>Null when it tells no name, or no name but the number again.</returns>
    public static DirectoryName? From(string? key, string? name, string? number = null)
    {
        name = name?.Trim();
        return string.IsNullOrEmpty(key) || string.IsNullOrEmpty(name) || name == key || name == number
            ? null : new DirectoryName(key, name, number == key ? null : number);
    }
}
