namespace PbxEvents;

/// <summary>An answer to a request sent with <c>Send-PbxRequest</c>.</summary>
public sealed class PbxReply
{
    private readonly string? _from;

    /// <summary>The connection's name.</summary>
    public string Connection { get; internal set; } = "";

    /// <summary>The platform's id of the request.</summary>
    public required string RequestId { get; init; }

    /// <summary>The request, in the platform's terms.</summary>
    public required string Request { get; init; }

    /// <summary>
    /// True when this is not an answer but the platform's acknowledgement of the request (<c>Send-PbxRequest -NoReply</c>).
    /// </summary>
    public bool IsAcknowledgement { get; init; }

    /// <summary>Who answered; null where the platform does not say.</summary>
    public string? From
    {
        get => _from;
        init => _from = VisibleText.OfValue(value);
    }

    /// <summary>The platform's status (an HTTP status on RingCentral); null where there is none.</summary>
    public int? Status { get; init; }

    /// <summary>When it arrived.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The answer as JSON text; empty when there is none.</summary>
    public string Raw { get; init; } = "";

    /// <summary>What the module built for <c>Data</c> on first use.</summary>
    internal object? DataCache { get; set; }
}
