namespace PbxEvents;

/// <summary>The notice of an alert: something is wrong, or it is over. Immutable.</summary>
public sealed record PbxAlertNotice
{
    /// <summary>The name of the alert.</summary>
    public required string Alert { get; init; }

    /// <summary>What it is about.</summary>
    public required PbxAlertKind Kind { get; init; }

    /// <summary>The connection, journal or reaction that it happened to.</summary>
    public required string Source { get; init; }

    /// <summary>What is wrong, or was, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>True when it is over.</summary>
    public bool IsOver { get; init; }

    /// <summary>Since when; local time.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When this was found; local time.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How long it has lasted.</summary>
    public TimeSpan Duration => Time - Since;

    /// <summary>How often it came and went since the previous notice without being reported, to avoid a flood.</summary>
    public int Untold { get; init; }

    /// <summary>All of it in one line, for a person.</summary>
    public string Text => ToString();

    /// <inheritdoc cref="Text"/>
    public override string ToString()
    {
        var lasted = Duration.TotalSeconds >= 1 ? $" {(IsOver ? "It lasted" : "It lasts")} {TimeSpan.FromSeconds(Math.Round(Duration.TotalSeconds)):c}." : "";
        var untold = Untold > 0 ? $" It came and went {Untold} times since the last notice." : "";
        return IsOver ? $"{Source} is healthy again. The problem was: {Reason}{lasted}{untold}" : $"{Source}: {Reason}{lasted}{untold}";
    }
}
