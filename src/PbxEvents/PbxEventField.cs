namespace PbxEvents;

/// <summary>One field of an event's payload.</summary>
/// <param name="Name">The field's name on the wire.</param>
/// <param name="Type">Its type in the platform's words.</param>
/// <param name="Description">What it means.</param>
public sealed record PbxEventField(string Name, string Type, string Description)
{
    /// <summary>The documented values; empty when they are open.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>The field's name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
