namespace PbxEvents;

/// <summary>A listener that the machine starts by itself, as it stood when somebody looked. Immutable.</summary>
public sealed record PbxService
{
    /// <summary>The name of the unit or task.</summary>
    public required string Name { get; init; }

    /// <summary>How it stands.</summary>
    public PbxServiceState State { get; init; }

    /// <summary>What it runs.</summary>
    public required string FilePath { get; init; }

    /// <summary>As whom it runs.</summary>
    public required string User { get; init; }

    /// <summary>What the listener says of itself; null when it says nothing.</summary>
    public string? Status { get; init; }

    /// <summary>The code with which its process ended the last time; null while none has, or nobody knows. about_PbxEvents_Service lists them.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How often it was started again since the last start by hand or of the machine; null where nobody counts.</summary>
    public int? Restarts { get; init; }

    /// <summary>The file of the unit, or the path of the task.</summary>
    public required string Path { get; init; }

    /// <summary>The unit or task as it is written.</summary>
    public required string Definition { get; init; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
