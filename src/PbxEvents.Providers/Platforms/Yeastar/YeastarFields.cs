using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The fields that are looked for in an event's payload (yeastar.md section 5).</summary>
internal static class YeastarFields
{
    /// <summary>Ten days, in seconds: no call is longer, but a field may hold anything.</summary>
    private const long MaxDuration = 864_000;

    public static readonly FieldNames Names = new();

    public static readonly Field
        CallId = Names.Add("call_id"), Members = Names.Add("members"), Extension = Names.Add("extension"),
        Status = Names.Add("status"), Reason = Names.Add("reason"), QueueNumber = Names.Add("queue_number"),
        AgentNumber = Names.Add("agent_number"), CallerNumber = Names.Add("caller_number"), TimeStart = Names.Add("time_start"),
        CallFrom = Names.Add("call_from"), CallTo = Names.Add("call_to"), CallDuration = Names.Add("call_duration"),
        Type = Names.Add("type"), Uid = Names.Add("uid"), ExtNumber = Names.Add("ext_number"), ExtNum = Names.Add("ext_num"),
        CreateTime = Names.Add("create_time"), DidNumber = Names.Add("did_number"), Channel = Names.Add("channel"),
        TrunkName = Names.Add("trunk_name"), TalkDuration = Names.Add("talk_duration"), Recording = Names.Add("recording");

    /// <summary>The members that hold a calling number, and a calling name beside it.</summary>
    private static readonly FieldNames CallerNumbers = new("from", "call_from", "call_from_number", "caller_number");
    private static readonly FieldNames CallerNames = new("from_name", "call_from_name", "caller_name");

    /// <summary>A number of seconds; null when it is none.</summary>
    public static TimeSpan? Seconds(this JsonFields fields, Field field) =>
        fields.Number(field) is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, MaxDuration)) : null;

    /// <summary>The payload at hand as it may be shown: who hides the number is not told by it.</summary>
    public static ReadOnlyMemory<byte> ToShow(this JsonFields fields, ReadOnlyMemory<byte> payload, IReadOnlyList<YeastarMember> members) =>
        ToShow(payload, HidesCaller(fields, members));

    /// <summary>A payload as it may be shown.</summary>
    public static ReadOnlyMemory<byte> ToShow(ReadOnlyMemory<byte> payload, bool hidesCaller) =>
        hidesCaller ? HiddenParty.MaskHidden(payload, CallerNumbers, CallerNames) : payload;

    private static bool HidesCaller(JsonFields fields, IReadOnlyList<YeastarMember> members)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].IsFromHidden)
                return true;
        }
        return SipAddress.IsHidden(fields.Text(CallFrom)) || SipAddress.IsHidden(fields.Text(CallerNumber));
    }
}
