namespace PbxEvents;

/// <summary>A person or company with telephone numbers. Immutable.</summary>
public sealed record PbxContact
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The company; null when it is not known.</summary>
    public string? Company { get; init; }

    /// <summary>The mail address; null when it is not known.</summary>
    public string? Email { get; init; }

    /// <summary>The numbers: in E.164 format if possible, otherwise as they were found.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];

    /// <summary>Its source: the file, or the lookup.</summary>
    public string? Source { get; init; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
