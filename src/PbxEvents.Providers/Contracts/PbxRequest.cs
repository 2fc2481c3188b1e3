namespace PbxEvents.Providers.Contracts;

/// <summary>A request of <c>Send-PbxRequest</c>. Immutable.</summary>
public sealed record PbxRequest
{
    /// <summary>TelecomX: the request's name. RingCentral: the path, such as <c>/restapi/v1.0/account/~</c>.</summary>
    public required string Request { get; init; }

    /// <summary>RingCentral: the HTTP method. Default GET.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>TelecomX: the employee it goes to.</summary>
    public string? To { get; init; }

    /// <summary>TelecomX: the instance of that employee's client; null for all of them.</summary>
    public string? ToInstance { get; init; }

    /// <summary>The data as UTF-8 JSON; empty for none.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>False when no reply is wanted: the request ends with its acknowledgement. Default true.</summary>
    public bool ExpectsReply { get; init; } = true;
}
