using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// One frame of ringcentral.md section 5: <c>[meta]</c>, <c>[meta, body]</c>, or, as the answer to a batch request,
/// <c>[meta,--Boundary...]</c>, which is not JSON. One instance is used again for every frame. Not thread-safe.
/// </summary>
/// <param name="pool">Where texts come from.</param>
internal sealed class RingCentralFrame(Utf8Pool pool)
{
    private static readonly FieldNames MetaNames = new(), WscNames = new();
    private static readonly Field
        MetaType = MetaNames.Add("type"), MetaId = MetaNames.Add("messageId"), MetaStatus = MetaNames.Add("status"),
        MetaHeaders = MetaNames.Add("headers"), Wsc = MetaNames.Add("wsc"),
        Token = WscNames.Add("token"), Sequence = WscNames.Add("sequence");

    private readonly JsonFields _meta = new(MetaNames, pool);
    private readonly JsonFields _wsc = new(WscNames, pool);

    /// <summary>What it is: <c>ServerNotification</c> and the like; null when the meta does not say.</summary>
    public string? Type => _meta.Text(MetaType);

    /// <summary>The id that a reply shares with its request.</summary>
    public string? MessageId => _meta.Text(MetaId);

    /// <summary>The HTTP-like status; 0 when there is none.</summary>
    public int Status => (int)(_meta.Number(MetaStatus) ?? 0);

    /// <summary>The headers as JSON; empty when there are none.</summary>
    public ReadOnlyMemory<byte> Headers => _meta.Json(MetaHeaders);

    /// <summary>The recovery token that rides on the frame; any type may carry one.</summary>
    public RecoveryToken? RecoveryToken { get; private set; }

    /// <summary>The body as it came; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>True when the body is multipart text and not JSON.</summary>
    public bool IsMultipart { get; private set; }

    /// <summary>Reads a frame.</summary>
    /// <param name="payload">The whole message.</param>
    /// <returns>False when it is JSON but no frame.</returns>
    /// <exception cref="JsonException">It is not JSON where JSON must be.</exception>
    public bool Read(ReadOnlyMemory<byte> payload)
    {
        Body = default;
        IsMultipart = false;
        RecoveryToken = null;
        var reader = new Utf8JsonReader(payload.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        _meta.Read(payload, ref reader);
        if (_meta.IsStructure(Wsc) && _wsc.Read(_meta.Json(Wsc)) && _wsc.Text(Token) is { } token)
            RecoveryToken = new RecoveryToken(token, _wsc.Number(Sequence) ?? 0);

        var rest = payload[(int)reader.BytesConsumed..];
        if (FindMultipart(rest.Span) is var start and >= 0)
        {
            IsMultipart = true;
            var end = rest.Span.LastIndexOf((byte)']');
            Body = rest[start..(end > start ? end : rest.Length)];
            return true;
        }
        if (!reader.Read() || reader.TokenType is JsonTokenType.EndArray or JsonTokenType.Null)
            return true;
        var from = (int)reader.TokenStartIndex;
        reader.Skip();
        Body = payload[from..(int)reader.BytesConsumed];
        return true;
    }

    /// <summary>Section 5: the body starts at the first <c>,--Boundary</c>.</summary>
    private static int FindMultipart(ReadOnlySpan<byte> rest)
    {
        var trimmed = rest.TrimStart(" \t\r\n"u8);
        if (trimmed.IsEmpty || trimmed[0] != (byte)',')
            return -1;
        var body = trimmed[1..].TrimStart(" \t\r\n"u8);
        return body.StartsWith("--"u8) ? rest.Length - body.Length : -1;
    }
}
