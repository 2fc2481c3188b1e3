namespace PbxEvents.Module.Listener;

/// <summary>One table of a listener file: a connection, a subscription, a reaction. Immutable.</summary>
/// <param name="Section">What it is.</param>
/// <param name="Place">Where it stands, as <c>Connections[0]</c>.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Values">What it says, by key; keys have no case.</param>
internal sealed record ListenerItem(ListenerSection Section, string Place, int Line, IReadOnlyDictionary<string, ListenerValue> Values)
{
    /// <summary>What the user calls it; null where it has no name.</summary>
    public string? Name => TextOf("Name");

    /// <summary>The notifier that it tells; null for none.</summary>
    public string? Notify => Section.MayNotify ? TextOf(ListenerSection.Notify) : null;

    /// <summary>What it says under a key; null when that is no text, or nothing.</summary>
    public string? TextOf(string key) => Values.GetValueOrDefault(key)?.Value as string;
}

/// <summary>One value of a listener file.</summary>
/// <param name="Key">Its key, as it stands there.</param>
/// <param name="Value">The value: text, a number, true or false, a list, a table, code; null for $null.</param>
/// <param name="Line">The line, from 1.</param>
internal sealed record ListenerValue(string Key, object? Value, int Line);
