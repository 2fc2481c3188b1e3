using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.PortSip;

/// <summary>The final record of a call, with the documented mixture of texts and numbers (portsip.md sections 4.3 and 8).</summary>
internal static class PortSipRecords
{
    /// <summary>No person answers in the same second as the phone rings, however fast a scenario is played; machines do.</summary>
    private static readonly TimeSpan Reaction = TimeSpan.FromSeconds(1);

    /// <summary>The record.</summary>
    /// <param name="pbx">The tenant.</param>
    /// <param name="call">The call, over.</param>
    /// <param name="ended">How it ended.</param>
    /// <returns>The whole message.</returns>
    public static JsonObject Of(PortSipPbx pbx, SimulatedCall call, CallEnded ended)
    {
        var end = call.EndedAt ?? call.StartedAt;
        var answeredBy = call.Legs.Where(l => l.Index > 0 && l.AnsweredAt is not null).ToArray();
        var firstAnswer = call.System is not null ? call.StartedAt : answeredBy.Select(l => l.AnsweredAt).Min();
        var reason = ended.Reason switch
        {
            EndReason.Cancelled => "cancelled",
            EndReason.Hangup => ended.ByCaller ? "caller_disconnect" : "callee_disconnect",
            _ => "None",
        };
        var record = new JsonObject
        {
            ["event_type"] = "call_cdr",
            ["answered_time"] = Time(firstAnswer),
            ["call_id"] = $"{call.Hex("call", 22)}..",
            ["call_targets"] = new JsonArray([.. Machines(pbx, call, ended), .. call.Legs.Where(l => l.Index > 0).Select(l => Target(pbx, call, l, ended))]),
            ["callee"] = FirstTarget(call),
            ["callee_domain"] = pbx.Domain,
            ["caller"] = PortSipPbx.CallerOf(call),
            ["caller_display_name"] = PortSipPbx.CallerNameOf(call),
            ["caller_domain"] = PortSipPbx.IsInside(call.From) ? pbx.Domain : PortSipPbx.Trunk,
            ["cdr_id"] = call.Digits("record", 18),
            [pbx.Version == PortSipVersion.V22 ? "did" : "did_cid"] = call.Direction == PbxDirection.Inbound ? call.To : "",
            ["direction"] = Direction(pbx, call),
            [pbx.Version == PortSipVersion.V22 ? "ended_reason" : "end_reason"] = reason,
            ["ended_time"] = Time(end),
            ["outbound_caller_id"] = "",
            ["ring_duration"] = "0",
            ["ring_time"] = Time(call.StartedAt),
            ["session_id"] = PortSipRenderer.SessionOf(call),
            ["start_time"] = Time(call.StartedAt),
            ["status_code"] = $"{Code(ended.Reason)}",
            ["talk_duration"] = firstAnswer is { } answer ? (long)(end - answer).TotalSeconds : 0,
            ["tenant_id"] = pbx.TenantId,
            ["tenant_name"] = "simulator",
            ["trunk_name"] = "simulated trunk",
            ["user_data"] = "",
        };
        if (pbx.Version == PortSipVersion.V22)
        {
            record["call_status"] = firstAnswer is not null ? "answered" : Code(ended.Reason) >= 400 ? "fail" : "noanswer";
        }

        return record;
    }

    /// <summary>Where a call goes first: a queue, the menu, an extension, or outside.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The number.</returns>
    public static string FirstTarget(SimulatedCall call) => call switch
    {
        { Direction: PbxDirection.Outbound } => call.To,
        _ when call.Scenario.StartsWith("Queue", StringComparison.Ordinal) => call.QueueName,
        _ when call.Scenario.Contains("Menu", StringComparison.Ordinal) => PortSipPbx.Menu,
        _ => call.Extension,
    };

    /// <summary>Which way a call goes, in the version's words.</summary>
    /// <param name="pbx">The tenant.</param>
    /// <param name="call">The call.</param>
    /// <returns>The word.</returns>
    public static string Direction(PortSipPbx pbx, SimulatedCall call) => (call.Direction, pbx.Version) switch
    {
        (PbxDirection.Internal, PortSipVersion.V22) => "internal",
        (PbxDirection.Outbound, PortSipVersion.V22) => "outbound",
        (_, PortSipVersion.V22) when GoesOutside(call) => "inbound_outbound",
        (_, PortSipVersion.V22) => "inbound",
        (PbxDirection.Internal, _) => "ext",
        (PbxDirection.Outbound, _) => "out",
        _ when GoesOutside(call) => "in2out",
        _ => "in",
    };

    /// <summary>The SIP status of an end; 0 when there is none.</summary>
    /// <param name="reason">The end.</param>
    /// <returns>The code.</returns>
    public static int Code(EndReason reason) => reason switch
    {
        EndReason.Busy => 486,
        EndReason.Rejected => 603,
        EndReason.Failed => 404,
        _ => 0,
    };

    /// <summary>True for a call that was sent on to outside.</summary>
    /// <param name="call">The call.</param>
    public static bool GoesOutside(SimulatedCall call) => call.Legs.Any(l => l.ForwardedFrom is not null);

    /// <summary>A menu and a queue answer at once and put the caller through by a transfer of their own.</summary>
    private static IEnumerable<JsonNode> Machines(PortSipPbx pbx, SimulatedCall call, CallEnded ended)
    {
        if (call.System is not { } kind)
            yield break;
        var number = kind == SystemKind.Queue ? call.QueueName : PortSipPbx.Menu;
        var wasPutThrough = call.Legs.Any(l => l.Index > 0 && l.AnsweredAt is not null);
        yield return Entry(pbx, call, number, $"sip:{number}@10.0.0.254:{(kind == SystemKind.Queue ? 8916 : 8922)}",
            call.StartedAt, call.StartedAt, call.EndedAt, wasPutThrough ? "referred" : ended.ByCaller ? "caller_disconnect" : "None", 0);
    }

    private static JsonObject Target(PortSipPbx pbx, SimulatedCall call, SimulatedLeg leg, CallEnded ended)
    {
        var reason = leg.EndReason switch
        {
            EndReason.Transferred => call.Legs.Any(l => l.IsConsultation) ? "replaced" : "referred",
            EndReason.Hangup => ended.ByCaller ? "caller_disconnect" : "callee_disconnect",
            EndReason.Cancelled => "cancelled",
            EndReason.AnsweredElsewhere when call.Legs.Any(l => l.IsPickUp) => "replaced",
            _ => "None",
        };
        var ringAt = leg.AnsweredAt is { } answered && (leg.RingingAt is not { } rang || answered - rang < Reaction) ? answered - Reaction : leg.RingingAt;
        return Entry(pbx, call, leg.Extension ?? leg.Number ?? call.To, pbx.Device(call, leg), ringAt, leg.AnsweredAt, leg.EndedAt, reason, Code(leg.EndReason ?? EndReason.Hangup));
    }

    private static JsonObject Entry(PortSipPbx pbx, SimulatedCall call, string number, string device,
        DateTimeOffset? ringAt, DateTimeOffset? answeredAt, DateTimeOffset? endedAt, string reason, int code)
    {
        var entry = new JsonObject
        {
            ["answered_time"] = Time(answeredAt),
            ["call_type"] = "normal_call",
            ["callee"] = number,
            ["caller"] = PortSipPbx.CallerOf(call),
            ["destination"] = device,
            ["end_reason"] = reason,
            ["ended_time"] = Time(endedAt),
            ["id"] = call.Digits("record", 18),
            ["outbound_caller_id"] = "",
            ["ring_time"] = Time(ringAt),
            ["start_time"] = Time(ringAt),
            ["status_code"] = code,
            ["trunk_name"] = "simulated trunk",
        };
        if (pbx.Version != PortSipVersion.V22)
            return entry;
        entry["did"] = "";
        entry["ring_duration"] = $"{(long)((answeredAt ?? endedAt) - ringAt ?? TimeSpan.Zero).TotalSeconds}";
        entry["talk_duration"] = $"{(long)(endedAt - answeredAt ?? TimeSpan.Zero).TotalSeconds}";
        entry["status"] = answeredAt is null ? "noanswer" : "answered";
        return entry;
    }

    private static string Time(DateTimeOffset? time) => time is { } moment ? PortSipPbx.Time(moment) : "0";
}
