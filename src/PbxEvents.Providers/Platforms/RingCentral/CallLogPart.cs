using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>One end of a call as the call log names it. Immutable.</summary>
/// <param name="Number">Its number, as live events choose it; null when there is none, or when the caller hides it.</param>
/// <param name="Name">Its name; null when there is none.</param>
/// <param name="ExtensionId">Its extension's id; null for an outside party, and where only the number of an extension is told.</param>
/// <param name="IsInside">True for an extension.</param>
/// <param name="IsHidden">True when it must not be shown.</param>
internal readonly record struct CallLogEnd(string? Number, string? Name, string? ExtensionId, bool IsInside, bool IsHidden)
{
    /// <summary>Reads an end.</summary>
    /// <param name="json">The object; anything else is an end of which nothing is told.</param>
    public static CallLogEnd Read(JsonElement json)
    {
        var extensionNumber = JsonMember.TextOrNumber(json, "extensionNumber");
        var extension = JsonMember.TextOrNumber(json, "extensionId");
        var number = JsonMember.TextOrNumber(json, "phoneNumber") ?? extensionNumber ?? extension;
        var name = JsonMember.TextOrNumber(json, "name");
        var isHidden = HiddenParty.IsHidden(number, name);
        return new CallLogEnd(isHidden ? null : number, isHidden ? null : name, extension, (extensionNumber ?? extension) is not null, isHidden);
    }
}

/// <summary>
/// What a record of the call log and each of its legs have alike (history/ringcentral-history.md section 3). Ids come as texts or as
/// numbers. Immutable.
/// </summary>
internal sealed record CallLogPart
{
    /// <summary>No call lasts longer than a month.</summary>
    private const double LongestSeconds = 31 * 86400;

    public string? TelephonySessionId { get; private init; }

    /// <summary>The older id of the call: digits.</summary>
    public string? SessionId { get; private init; }

    public string? PartyId { get; private init; }

    public DateTimeOffset? StartedAt { get; private init; }

    public TimeSpan? Duration { get; private init; }

    /// <summary>True for the caller's side of a call.</summary>
    public bool IsOutbound { get; private init; }

    /// <summary>In lower case; empty when it is missing, as the next three.</summary>
    public string Action { get; private init; } = "";

    public string Result { get; private init; } = "";

    public string Reason { get; private init; } = "";

    public string LegType { get; private init; } = "";

    /// <summary>The id of the extension whose part it is; null when it is nobody's, or the record does not say.</summary>
    public string? Extension { get; private init; }

    public CallLogEnd From { get; private init; }

    public CallLogEnd To { get; private init; }

    /// <summary>The message that the caller left; null when he left none.</summary>
    public string? VoicemailId { get; private init; }

    /// <summary>True when a message is of the caller's voice.</summary>
    public bool HasVoicemail { get; private init; }

    public string? RecordingId { get; private init; }

    /// <summary>True when another session is named that the call was passed on to, or came from.</summary>
    public bool HasOtherSession { get; private init; }

    /// <summary>When it ended; null when it does not tell.</summary>
    public DateTimeOffset? EndedAt => StartedAt + Duration;

    /// <summary>A user's own rule has the call ring at another phone.</summary>
    public bool IsForwarded => LegType is "findme" or "followme";

    /// <summary>Reads a record, or a leg of one.</summary>
    /// <param name="json">The object.</param>
    public static CallLogPart Read(JsonElement json)
    {
        var message = JsonMember.Part(json, "message");
        var isVoicemail = string.Equals(JsonMember.TextOrNumber(message, "type"), "VoiceMail", StringComparison.OrdinalIgnoreCase);
        return new CallLogPart
        {
            TelephonySessionId = JsonMember.TextOrNumber(json, "telephonySessionId"),
            SessionId = JsonMember.TextOrNumber(json, "sessionId"),
            PartyId = JsonMember.TextOrNumber(json, "partyId"),
            StartedAt = Time(json, "startTime"),
            Duration = Milliseconds(json, "durationMs", 1) ?? Milliseconds(json, "duration", 1000),
            IsOutbound = string.Equals(JsonMember.TextOrNumber(json, "direction"), "Outbound", StringComparison.OrdinalIgnoreCase),
            Action = Word(json, "action"),
            Result = Word(json, "result"),
            Reason = Word(json, "reason"),
            LegType = Word(json, "legType"),
            Extension = JsonMember.TextOrNumber(JsonMember.Part(json, "extension"), "id"),
            From = CallLogEnd.Read(JsonMember.Part(json, "from")),
            To = CallLogEnd.Read(JsonMember.Part(json, "to")),
            HasVoicemail = isVoicemail,
            VoicemailId = isVoicemail ? JsonMember.TextOrNumber(message, "id") : null,
            RecordingId = JsonMember.TextOrNumber(JsonMember.Part(json, "recording"), "id"),
            HasOtherSession = JsonMember.Part(json, "transferTarget").ValueKind == JsonValueKind.Object || JsonMember.Part(json, "transferee").ValueKind == JsonValueKind.Object,
        };
    }

    /// <summary>A member's time; null when there is none to read.</summary>
    public static DateTimeOffset? Time(JsonElement json, string name) =>
        RingCentralTime.Parse(JsonMember.TextOrNumber(json, name)) is { Year: > 1970 and < 9000 } time ? time : null;

    private static string Word(JsonElement json, string name) => JsonMember.TextOrNumber(json, name)?.ToLowerInvariant() ?? "";

    private static TimeSpan? Milliseconds(JsonElement json, string name, double factor) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            && number >= 0 && number * factor < LongestSeconds * 1000
            ? TimeSpan.FromMilliseconds(number * factor)
            : null;
}
