namespace PbxEvents;

/// <summary>Somebody who waits in a queue. Immutable.</summary>
public sealed record PbxQueueCaller
{
    private readonly string? _fromName;
    private readonly string? _from;
    private readonly string _callId = "";

    /// <summary>The platform's id of the call.</summary>
    public required string CallId
    {
        get => _callId;
        init => _callId = VisibleText.OfValue(value);
    }

    /// <summary>The calling number or address.</summary>
    public string? From
    {
        get => _from;
        init => _from = VisibleText.OfValue(value);
    }

    /// <summary>The calling party's name, where the platform gives one.</summary>
    public string? FromName
    {
        get => _fromName;
        init => _fromName = VisibleText.OfValue(value);
    }

    /// <summary>The position in the queue as reported when the caller came, the first is 1; null when it does not say.</summary>
    public int? Position { get; init; }

    /// <summary>When the caller came, by the platform's clock.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>How far this machine's clock was ahead of the platform's when the caller came.</summary>
    internal TimeSpan Lag { get; init; }

    /// <summary>When this was reported, by this machine's clock.</summary>
    internal DateTimeOffset ToldAt { get; init; }

    /// <summary>The caller in one line.</summary>
    /// <returns>Text for a list.</returns>
    public override string ToString() => $"{From ?? CallId} since {EnteredAt:HH:mm:ss}";
}
