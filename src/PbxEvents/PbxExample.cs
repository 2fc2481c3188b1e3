namespace PbxEvents;

/// <summary>An example script that comes with the module. Immutable.</summary>
public sealed record PbxExample
{
    /// <summary>Its name, without the extension.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Synopsis { get; init; }

    /// <summary>Where it is.</summary>
    public required string Path { get; init; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
