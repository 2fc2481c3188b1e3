using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

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
        var message = Part(json, "message");
        var isVoicemail = string.Equals(Text(message, "type"), "VoiceMail", StringComparison.OrdinalIgnoreCase);
        return new CallLogPart
        {
            TelephonySessionId = Text(json, "telephonySessionId"),
            SessionId = Text(json, "sessionId"),
            PartyId = Text(json, "partyId"),
            StartedAt = Time(json, "startTime"),
            Duration = Milliseconds(json, "durationMs", 1) ?? Milliseconds(json, "duration", 1000),
            IsOutbound = string.Equals(Text(json, "direction"), "Outbound", StringComparison.OrdinalIgnoreCase),
            Action = Word(json, "action"),
            Result = Word(json, "result"),
            Reason = Word(json, "reason"),
            LegType = Word(json, "legType"),
            Extension = Text(Part(json, "extension"), "id"),
            From = CallLogEnd.Read(Part(json, "from")),
            To = CallLogEnd.Read(Part(json, "to")),
            HasVoicemail = isVoicemail,
            VoicemailId = isVoicemail ? Text(message, "id") : null,
            RecordingId = Text(Part(json, "recording"), "id"),
            HasOtherSession = Part(json, "transferTarget").ValueKind == JsonValueKind.Object || Part(json, "transferee").ValueKind == JsonValueKind.Object,
        };
    }

    /// <summary>A member's text, of a number as well; null when it is missing, empty, or nothing of the kind.</summary>
    public static string? Text(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        if (JsonMember.Text(json, name) is { } text)
            return text.Length == 0 ? null : text;
        return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;
    }

    /// <summary>A member's time; null when there is none to read.</summary>
    public static DateTimeOffset? Time(JsonElement json, string name) =>
        RingCentralTime.Parse(Text(json, name)) is { Year: > 1970 and < 9000 } time ? time : null;

    private static string Word(JsonElement json, string name) => Text(json, name)?.ToLowerInvariant() ?? "";

    private static JsonElement Part(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var part) ? part : default;

    private static TimeSpan? Milliseconds(JsonElement json, string name, double factor) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            && number >= 0 && number * factor < LongestSeconds * 1000
            ? TimeSpan.FromMilliseconds(number * factor)
            : null;
}

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
        var extensionNumber = CallLogPart.Text(json, "extensionNumber");
        var extension = CallLogPart.Text(json, "extensionId");
        var number = CallLogPart.Text(json, "phoneNumber") ?? extensionNumber ?? extension;
        var name = CallLogPart.Text(json, "name");
        var isHidden = HiddenParty.IsHidden(number, name);
        return new CallLogEnd(isHidden ? null : number, isHidden ? null : name, extension, (extensionNumber ?? extension) is not null, isHidden);
    }
}
