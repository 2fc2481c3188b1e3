using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// The fields that are looked for in a message and in the entries of its lists. Several have two spellings, because the
/// platform's own pages disagree (portsip.md section 8).
/// </summary>
internal static class PortSipFields
{
    public static readonly FieldNames Names = new();

    public static readonly Field
        EventType = Names.Add("event_type"), Command = Names.Add("command"), Status = Names.Add("status"),
        Error = Names.Add("error"), SessionId = Names.Add("session_id"), CallId = Names.Add("call_id"),
        Caller = Names.Add("caller"), Callee = Names.Add("callee"), CallerName = Names.Add("caller_display_name"),
        Direction = Names.Add("direction"), CallTarget = Names.Add("call_target"), Destination = Names.Add("destination"),
        DestinationMisspelt = Names.Add("destiantion"), FailCode = Names.Add("fail_code"), StatusCode = Names.Add("status_code"),
        Aor = Names.Add("aor"), Extension = Names.Add("extension"),
        CallStatus = Names.Add("call_status"), TenantId = Names.Add("tenant_id"), Time = Names.Add("time"),
        Timestamp = Names.Add("timestamp"), QueueId = Names.Add("queue_id"), QueueNumber = Names.Add("queue_number"),
        WaitingList = Names.Add("waiting_list"), Agents = Names.Add("agents"), UpdatedCallers = Names.Add("updated_callers"),
        UpdatedAgents = Names.Add("updated_agents"), RemovedAgents = Names.Add("removed_agents"),
        AgentStatus = Names.Add("agent_status"), ExtensionNumber = Names.Add("extension_number"), Presence = Names.Add("presence"),
        PresenceNote = Names.Add("presence_note"), RequestId = Names.Add("request_id"),
        CallTargets = Names.Add("call_targets"), StartTime = Names.Add("start_time"), RingTime = Names.Add("ring_time"),
        AnsweredTime = Names.Add("answered_time"), EndedTime = Names.Add("ended_time"), EndedReason = Names.Add("ended_reason"),
        EndReason = Names.Add("end_reason"), CallType = Names.Add("call_type"), CallerNumber = Names.Add("caller_number"),
        Reason = Names.Add("reason"), AgentExtension = Names.Add("agent_extension_number"), Online = Names.Add("online"),
        PushOnline = Names.Add("push_online"), CdrId = Names.Add("cdr_id"), RingDuration = Names.Add("ring_duration"),
        AgentState = Names.Add("state"), RegistrationContacts = Names.Add("registration_contacts"),
        QueueName = Names.Add("queue_name"), QueueCallerName = Names.Add("caller_name"), Position = Names.Add("position");

    /// <summary>The members that hold a caller's number, and the name beside it.</summary>
    public static readonly FieldNames CallerNumbers = new("caller", "caller_number");
    public static readonly FieldNames CallerNames = new("caller_display_name", "caller_name");

    /// <summary>A time in Unix seconds, written as number or text; null when it is missing, 0 or no time.</summary>
    public static DateTimeOffset? Moment(this JsonFields fields, Field field) =>
        fields.Number(field) is > 0 and < 253_402_300_800 and { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>The number in a SIP URI, or the text itself when it is one already; null when there is none.</summary>
    public static string? Party(this JsonFields fields, Field field) => SipAddress.NumberOf(fields.Text(field));

    /// <summary>The caller's display name, from its own field or from the address; null when there is none or the caller hides.</summary>
    public static string? CallerNameOf(this JsonFields fields)
    {
        var address = SipAddress.Read(fields.Text(Caller));
        return address.Number is null && fields.Has(Caller) ? null : fields.Text(CallerName) ?? address.Name;
    }

    /// <summary>True when the caller of an entry hides the number.</summary>
    public static bool HidesCaller(this JsonFields entry) => SipAddress.IsHidden(entry.Text(CallerNumber));

    /// <summary>An address as it was written, for ids of legs and events, so without its password; null when there is none.</summary>
    public static string? Address(this JsonFields fields, Field field) => fields.Text(field) is { } text ? SipAddress.WithoutPassword(text) : null;

    /// <summary>
    /// The platform's word for one of its closed sets in one spelling: <c>ON_CALL</c>, <c>On Call</c> and the misprint
    /// <c>ON_ACLL</c> are the same.
    /// </summary>
    public static string Word(this JsonFields fields, Field field)
    {
        var text = fields.Text(field);
        if (text is null)
            return "";
        var word = text.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return word == "ONACLL" ? "ONCALL" : word;
    }

    /// <summary>The objects of a list, each as its bytes; one object that stands where a list is expected counts as a list.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Entries(this JsonFields fields, Field field)
    {
        if (!fields.IsStructure(field))
            return [];
        var json = fields.Json(field);
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
