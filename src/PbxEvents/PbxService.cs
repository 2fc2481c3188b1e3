namespace PbxEvents;

/// <summary>A listener that runs as a service, as it was when it was read. Immutable.</summary>
public sealed record PbxService
{
    /// <summary>The name of the unit or task.</summary>
    public required string Name { get; init; }

    /// <summary>Its state.</summary>
    public PbxServiceState State { get; init; }

    /// <summary>What it runs.</summary>
    public required string FilePath { get; init; }

    /// <summary>The user it runs as.</summary>
    public required string User { get; init; }

    /// <summary>The status that the listener reports; null when it reports none.</summary>
    public string? Status { get; init; }

    /// <summary>The exit code of its last process; null while none has ended, or if unknown. about_PbxEvents_Service lists them.</summary>
    public int? ExitCode { get; init; }

    /// <summary>How often it was restarted since the last manual start or boot; null where that is not counted.</summary>
    public int? Restarts { get; init; }

    /// <summary>The file of the unit, or the path of the task.</summary>
    public required string Path { get; init; }

    /// <summary>The unit or task as it is written.</summary>
    public required string Definition { get; init; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
