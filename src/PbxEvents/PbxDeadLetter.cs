namespace PbxEvents;

/// <summary>An event whose action failed for good. Immutable. It stays until it is restarted or removed.</summary>
public sealed record PbxDeadLetter
{
    /// <summary>The reaction whose action failed.</summary>
    public required string Reaction { get; init; }

    /// <summary>The file of the journal that it is in.</summary>
    public required string Journal { get; init; }

    /// <summary>The event's number in the journal.</summary>
    public required long Number { get; init; }

    /// <summary>The event; null when the journal no longer has it.</summary>
    public PbxEvent? Event { get; init; }

    /// <summary>The event's call as it was then; null for none.</summary>
    public PbxCall? Call => Event?.Call;

    /// <summary>How many attempts it had.</summary>
    public int Attempts { get; init; }

    /// <summary>When it first failed.</summary>
    public DateTimeOffset FirstFailedAt { get; init; }

    /// <summary>When it last failed.</summary>
    public DateTimeOffset LastFailedAt { get; init; }

    /// <summary>Why it last failed, at most 8 kB.</summary>
    public string Error { get; init; } = "";

    /// <summary>The error's id; null when it has none.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Where in the action it failed; null when that is not known.</summary>
    public string? ScriptStackTrace { get; init; }

    /// <summary>The finished steps of the action, which are not run again.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>The letter in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Reaction}: {Event?.ToString() ?? $"event {Number}"}: {Error}";
}
