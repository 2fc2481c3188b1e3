using System.Collections.Concurrent;

namespace PbxEvents.Simulator.Core;

/// <summary>What the extensions and queues are called, and who was added to those that the platform has anyway. Safe from any thread.</summary>
internal sealed class DirectoryBook
{
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _extensions = new(StringComparer.Ordinal);

    /// <summary>True while nobody may see the directory.</summary>
    public bool IsRefused { get; set; }

    /// <summary>The extensions that were added, by number.</summary>
    public IEnumerable<string> Added => _extensions.Keys.Order(StringComparer.Ordinal);

    /// <summary>What an extension or a queue is called.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="otherwise">What it is called while nobody has renamed it.</param>
    public string NameOf(string number, string otherwise) => _names.GetValueOrDefault(number, otherwise);

    /// <summary>Gives an extension or a queue another name.</summary>
    public void Rename(string number, string name) => _names[number] = name;

    /// <summary>A person's name in two parts, as some platforms have it.</summary>
    public static (string First, string Last) Split(string name) =>
        name.IndexOf(' ', StringComparison.Ordinal) is >= 0 and var space ? (name[..space], name[(space + 1)..]) : (name, "");

    /// <summary>Adds an extension.</summary>
    public void Add(string number, string name)
    {
        Rename(number, name);
        _extensions[number] = true;
    }
}
