using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>The fields that are looked for in an event, of whatever kind (telecomx.md section 12).</summary>
internal static class TelecomXFields
{
    public static readonly FieldNames Names = new();

    public static readonly Field
        Event = Names.Add("event"), EventType = Names.Add("type"), EventId = Names.Add("eventId"), Data = Names.Add("data"),
        SessionId = Names.Add("sessionId"), Channel = Names.Add("channel"), PbxServer = Names.Add("pbxServer"), Leg = Names.Add("leg"),
        Direction = Names.Add("direction"), Extension = Names.Add("extension"), ExtensionState = Names.Add("extensionState"),
        Caller = Names.Add("caller"), CallerName = Names.Add("callerName"), Callee = Names.Add("callee"), QueueId = Names.Add("queueId"),
        QueueOfEvent = Names.Add("queue"), State = Names.Add("state"), CallerPrivacy = Names.Add("callerPrivacy"),
        HideOtherParty = Names.Add("hideOtherParty"), Number = Names.Add("number"),
        AnsweredByExtension = Names.Add("answeredByExtension"), AnsweredByNumber = Names.Add("answeredByNumber"),
        EntityId = Names.Add("_id"), CarrierCallId = Names.Add("callid"), CarrierFrom = Names.Add("from"), CarrierTo = Names.Add("to"),
        Reason = Names.Add("reason"), CallerNumber = Names.Add("callerNumber"), Employee = Names.Add("employee"),
        Username = Names.Add("username"), Name = Names.Add("name"), SipAccount = Names.Add("sipAccount"), CallId = Names.Add("callId"),
        Position = Names.Add("position"), QueueName = Names.Add("queueName"), EndedBy = Names.Add("endedBy"),
        RecordingId = Names.Add("recordingId"), VoicemailId = Names.Add("voicemailId"), ChannelId = Names.Add("channelId");
}
