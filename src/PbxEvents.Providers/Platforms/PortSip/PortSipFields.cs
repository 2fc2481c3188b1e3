using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// The fields that are looked for in a message and in the entries of its lists. Several have two spellings, because the
/// platform's own pages disagree (portsip.md section 8).
/// </summary>
internal static class PortSipFields
{
    public const int EventType = 0, Command = 1, Status = 2, Error = 3, SessionId = 4, CallId = 5, Caller = 6, Callee = 7,
        CallerName = 8, Direction = 9, CallTarget = 10, Destination = 11, DestinationMisspelt = 12, FailCode = 13, StatusCode = 14,
        Aor = 15, PeerAor = 16, Extension = 17, CallStatus = 18, TenantId = 19, Time = 20, Timestamp = 21, QueueId = 22,
        QueueNumber = 23, WaitingList = 24, Agents = 25, UpdatedCallers = 26, UpdatedAgents = 27, RemovedAgents = 28, AgentStatus = 29,
        ExtensionNumber = 30, Presence = 31, PresenceNote = 32, PeerExtension = 33, RequestId = 34, CallTargets = 35, StartTime = 36,
        RingTime = 37, AnsweredTime = 38, EndedTime = 39, EndedReason = 40, EndReason = 41, CallType = 42, CallerNumber = 43,
        Reason = 44, AgentExtension = 45, Online = 46, PushOnline = 47, CdrId = 48, RingDuration = 49,
        AgentState = 50, RegistrationContacts = 51,
        QueueName = 52, QueueCallerName = 53, Position = 54;

    public static readonly FieldNames Names = new(
        "event_type", "command", "status", "error", "session_id", "call_id", "caller", "callee",
        "caller_display_name", "direction", "call_target", "destination", "destiantion", "fail_code", "status_code",
        "aor", "peer_aor", "extension", "call_status", "tenant_id", "time", "timestamp", "queue_id",
        "queue_number", "waiting_list", "agents", "updated_callers", "updated_agents", "removed_agents", "agent_status",
        "extension_number", "presence", "presence_note", "peer_extension", "request_id", "call_targets", "start_time",
        "ring_time", "answered_time", "ended_time", "ended_reason", "end_reason", "call_type", "caller_number",
        "reason", "agent_extension_number", "online", "push_online", "cdr_id", "ring_duration",
        "state", "registration_contacts", "queue_name", "caller_name", "position");

    /// <summary>The members that hold a caller's number, and the name beside it.</summary>
    public static readonly FieldNames CallerNumbers = new("caller", "caller_number");
    public static readonly FieldNames CallerNames = new("caller_display_name", "caller_name");

    /// <summary>A time in Unix seconds, written as number or text; null when it is missing, 0 or no time.</summary>
    public static DateTimeOffset? Moment(this JsonFields fields, int slot) =>
        fields.Number(slot) is > 0 and < 253_402_300_800 and { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>The number in a SIP URI, or the text itself when it is one already; null when there is none.</summary>
    public static string? Party(this JsonFields fields, int slot) => SipAddress.NumberOf(fields.Text(slot));

    /// <summary>The caller's display name, from its own field or from the address; null when there is none or the caller hides.</summary>
    public static string? CallerNameOf(this JsonFields fields)
    {
        var address = SipAddress.Read(fields.Text(Caller));
        return address.Number is null && fields.Has(Caller) ? null : fields.Text(CallerName) ?? address.Name;
    }

    /// <summary>An address as it was written, for ids of legs and events, so without its password; null when there is none.</summary>
    public static string? Address(this JsonFields fields, int slot) => fields.Text(slot) is { } text ? SipAddress.WithoutPassword(text) : null;

    /// <summary>
    /// The platform's word for one of its closed sets in one spelling: <c>ON_CALL</c>, <c>On Call</c> and the misprint
    /// <c>ON_ACLL</c> are the same.
    /// </summary>
    public static string Word(this JsonFields fields, int slot)
    {
        var text = fields.Text(slot);
        if (text is null)
            return "";
        var word = text.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return word == "ONACLL" ? "ONCALL" : word;
    }

    /// <summary>The objects of a list, each as its bytes; one object that stands where a list is expected counts as a list.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Entries(this JsonFields fields, int slot)
    {
        if (!fields.IsStructure(slot))
            return [];
        var json = fields.Json(slot);
        if (json.Span[0] == (byte)'{')
            return [json];
        var entries = new List<ReadOnlyMemory<byte>>();
        var reader = new System.Text.Json.Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != System.Text.Json.JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == System.Text.Json.JsonTokenType.StartObject;
            reader.Skip();
            if (isObject)
                entries.Add(json[start..(int)reader.BytesConsumed]);
        }
        return entries;
    }
}
