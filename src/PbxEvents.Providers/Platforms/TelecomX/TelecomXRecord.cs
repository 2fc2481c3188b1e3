using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>One row of the call records (history/telecomx-history.md section 3). Immutable.</summary>
internal sealed class TelecomXRecord
{
    private TelecomXRecord(JsonElement row, string? channel, DateTimeOffset startedAt)
    {
        (Json, StartedAt, EndedAt, AnsweredAt) = (row.GetRawText(), startedAt, TelecomXJson.Time(row, "ended"), TelecomXJson.Time(row, "answered"));
        var pbx = TelecomXJson.Text(row, "pbx");
        Id = TelecomXJson.Text(row, "_id") ?? $"{pbx}:{channel}:{startedAt:O}";
        Channel = channel ?? Id;
        Leg = channel is null ? Id : pbx is null ? channel : $"{pbx}:{channel}";
        Session = TelecomXJson.Text(row, "sessionId") ?? TelecomXJson.Text(row, "session");
        CallId = TelecomXJson.Text(row, "callId");
        PersonAnsweredAt = TelecomXJson.Time(row, "answeredByCallee");
        IsTalk = PersonAnsweredAt is not null || TelecomXJson.Flag(row, "answeredByCallee");

        var caller = JsonMember.Part(row, "caller");
        var number = TelecomXJson.Text(caller, "number");
        IsCallerHidden = TelecomXJson.Flag(caller, "privacy") || SipAddress.IsHidden(number);
        CallerNumber = SipAddress.NumberOf(number);
        CallerName = TelecomXJson.Text(caller, "name");
        CallerExtension = TelecomXJson.Text(caller, "extension");
        CallerType = TelecomXJson.Text(caller, "type")?.ToUpperInvariant();
        var callee = JsonMember.Part(row, "callee");
        CalleeNumber = SipAddress.NumberOf(TelecomXJson.Text(callee, "number"));
        CalleeExtension = TelecomXJson.Text(callee, "extension");
        Reason = TelecomXJson.Text(row, "terminatedReason")?.ToUpperInvariant();
        EndedBy = TelecomXJson.Text(row, "terminatedBy")?.ToUpperInvariant() switch
        {
            "A" => PbxEndedBy.Caller,
            "B" => PbxEndedBy.Callee,
            "S" => PbxEndedBy.System,
            _ => null,
        };
    }

    /// <summary>The row as it came.</summary>
    public string Json { get; }

    /// <summary>The key against doubles (section 6).</summary>
    public string Id { get; }

    /// <summary>The channel of the caller's leg.</summary>
    public string Channel { get; }

    /// <summary>Server and channel, as live events name the leg.</summary>
    public string Leg { get; }

    /// <summary>The live id, which the published record does not have (section 4); mostly null.</summary>
    public string? Session { get; }

    /// <summary>The SIP Call-ID, which the published record does not have; mostly null.</summary>
    public string? CallId { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>When somebody or something answered: menus, queues and mailboxes count here (section 10).</summary>
    public DateTimeOffset? AnsweredAt { get; }

    /// <summary>When it was over; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; }

    /// <summary>True when a person answered.</summary>
    public bool IsTalk { get; }

    /// <summary>When a person answered, where the row tells it; null when it does not.</summary>
    public DateTimeOffset? PersonAnsweredAt { get; }

    public bool IsCallerHidden { get; }

    public string? CallerNumber { get; }

    public string? CallerName { get; }

    public string? CallerExtension { get; }

    public string? CallerType { get; }

    public string? CalleeNumber { get; }

    public string? CalleeExtension { get; }

    public string? Reason { get; }

    public PbxEndedBy? EndedBy { get; }

    /// <summary>The caller is outside.</summary>
    public bool IsFromOutside => CallerType is "EXTERNAL" or "EXTERNALPHONE";

    /// <summary>Which way it went (section 5); null when the row does not tell.</summary>
    public PbxDirection? Direction => IsFromOutside ? PbxDirection.Inbound
        : CallerExtension is not null || CallerType is "SIPPHONE" or "MOBILE" ? CalleeExtension is null ? PbxDirection.Outbound : PbxDirection.Internal
        : CallerType is null && CalleeExtension is not null ? PbxDirection.Inbound
        : null;

    /// <summary>Reads a row.</summary>
    /// <param name="row">The row, whatever it is.</param>
    /// <returns>The row; null when it names no call or does not tell from when to when.</returns>
    public static TelecomXRecord? Read(JsonElement row)
    {
        var channel = TelecomXJson.Text(row, "channelId") ?? TelecomXJson.Text(row, "channel");
        var startedAt = TelecomXJson.Time(row, "started");
        return startedAt is null || (channel ?? TelecomXJson.Text(row, "_id")) is null || TelecomXJson.Time(row, "ended") < startedAt
            ? null : new TelecomXRecord(row, channel, startedAt.Value);
    }
}
