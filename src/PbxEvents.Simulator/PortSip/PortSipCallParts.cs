using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.PortSip;

/// <summary>
/// A call as the call records tell it (history/portsip-history.md sections 3 to 5): a row for each device or hop, and one for the whole call.
/// </summary>
/// <param name="pbx">The tenant.</param>
internal sealed class PortSipCallParts(PortSipPbx pbx)
{
    /// <summary>The parts of a call that are over, in order: the rows of <c>/calllogs</c>.</summary>
    /// <param name="call">The call; one that goes on has those that ended.</param>
    public IEnumerable<PortSipCallPart> Of(SimulatedCall call)
    {
        var parts = new List<PortSipCallPart>();
        var legs = call.Legs.Where(l => l.Index > 0).ToArray();
        if (call.System is { } kind)
        {
            // A queue keeps a call until somebody answers, a menu until it puts it through; then it is put through by a transfer of its own.
            var next = kind == SystemKind.Queue ? legs.Select(l => l.AnsweredAt).Min() : legs.FirstOrDefault()?.OfferedAt;
            var number = kind == SystemKind.Queue ? call.QueueName : PortSipPbx.Menu;
            var isAbandoned = kind == SystemKind.Queue && next is null && IsByCaller(call) && pbx.Version == PortSipVersion.V22;
            parts.Add(new PortSipCallPart(next ?? call.EndedAt, Row(call, parts.Count, number,
                $"sip:{number}@10.0.0.254:{(kind == SystemKind.Queue ? 8916 : 8922)}",
                new Times(call.StartedAt, call.StartedAt, call.StartedAt, next ?? call.EndedAt), next is null ? End(call) : "REFERRED", isAbandoned ? "QUEUE_ABANDONED" : "", 0)));
        }

        foreach (var leg in legs)
        {
            var reroute = leg.ForwardedFrom is not null && legs.Length == 1 ? "FORWARDING_UNCONDITIONAL"
                : leg.IsConsultation || (call.System == SystemKind.Ivr && leg.Index == 1) || legs.Any(l => l.EndReason == EndReason.Transferred && l.Index < leg.Index) ? "TRANSFER"
                : "";
            var number = leg.Extension ?? leg.Number ?? call.To;
            parts.Add(new PortSipCallPart(leg.EndedAt, Row(call, parts.Count, leg.ForwardedFrom ?? number, pbx.Device(call, leg),
                new Times(leg.OfferedAt, leg.RingingAt, leg.AnsweredAt, leg.EndedAt), ReasonOf(call, leg), reroute, Code(leg.EndReason))));
        }

        return parts.Where(p => p.EndedAt is not null);
    }

    /// <summary>The call as one row of <c>/cdrs</c>.</summary>
    /// <param name="call">The call, over.</param>
    public PortSipCallPart Whole(SimulatedCall call)
    {
        var answers = call.Legs.Where(l => l.Index > 0).Select(l => l.AnsweredAt).Min();
        var number = PortSipRecords.FirstTarget(call);
        var times = new Times(call.StartedAt, call.Legs.Select(l => l.RingingAt).Min(), call.System is not null ? call.StartedAt : answers, call.EndedAt);
        var row = Row(call, 0, number, "", times, End(call), "", call.System is null ? Code(call.Legs[0].EndReason) : 0);
        row["id"] = PortSipRenderer.SessionOf(call);
        row.Remove("session_id");
        return new PortSipCallPart(call.EndedAt, row);
    }

    private static bool IsByCaller(SimulatedCall call) => End(call) is "CALLER_DISCONNECTED" or "CANCELLED";

    /// <summary>How the whole call ended. A caller who leaves a machine has hung up, one who leaves a phone that rings has cancelled.</summary>
    private static string End(SimulatedCall call) => call.Legs[0].EndReason switch
    {
        EndReason.Cancelled => call.System is null ? "CANCELLED" : "CALLER_DISCONNECTED",
        EndReason.Hangup => call.IsEndedByCaller ? "CALLER_DISCONNECTED" : "CALLEE_DISCONNECTED",
        _ => "",
    };

    private static string ReasonOf(SimulatedCall call, SimulatedLeg leg) => leg.EndReason switch
    {
        EndReason.Transferred => call.Legs.Any(l => l.IsConsultation) ? "REPLACED" : "REFERRED",
        EndReason.Hangup => call.IsEndedByCaller ? "CALLER_DISCONNECTED" : "CALLEE_DISCONNECTED",
        EndReason.Cancelled => "CANCELLED",
        EndReason.AnsweredElsewhere when call.Legs.Any(l => l.IsPickUp) => "REPLACED",
        _ => "",
    };

    private static int Code(EndReason? reason) => reason switch
    {
        EndReason.Cancelled => 487,
        EndReason.NoAnswer => 408,
        { } other => PortSipRecords.Code(other),
        null => 0,
    };

    private JsonObject Row(SimulatedCall call, int number, string callee, string device, Times times, string reason, string reroute, int code)
    {
        var isFromInside = PortSipPbx.IsInside(call.From);
        return new JsonObject
        {
            ["id"] = call.Digits(number == 0 ? "record" : $"record {number}", 18),
            ["session_id"] = PortSipRenderer.SessionOf(call),
            ["caller"] = PortSipPbx.CallerOf(call),
            ["caller_domain"] = isFromInside ? pbx.Domain : PortSipPbx.Trunk,
            ["caller_display_name"] = PortSipPbx.CallerNameOf(call),
            ["callee"] = callee,
            ["callee_domain"] = pbx.Domain,
            ["callee_display_name"] = "",
            ["started_at"] = Text(times.Started),
            ["rang_at"] = Text(times.Rang),
            ["answered_at"] = Text(times.Answered),
            ["ended_at"] = Text(times.Ended),
            ["call_id"] = PortSipRenderer.CallIdOf(call),
            ["direction"] = call.Direction switch
            {
                PbxDirection.Internal => "EXTENSION_CALL",
                PbxDirection.Outbound => "OUTBOUND_CALL",
                _ => PortSipRecords.GoesOutside(call) ? "INBOUND_OUTBOUND_CALL" : "INBOUND_CALL",
            },
            ["end_reason"] = reason,
            ["reroute_reason"] = reroute,
            ["status_code"] = code,
            ["destination"] = device,
            ["outbound_caller_id"] = call.Direction == PbxDirection.Outbound ? call.From : "",
            ["did_cid"] = call.Direction == PbxDirection.Inbound ? call.To : "",
            ["trunk"] = call.Direction == PbxDirection.Internal ? "" : "simulated trunk",
            ["duration"] = times is { Answered: { } answered, Ended: { } ended } ? (long)(ended - answered).TotalSeconds : 0,
            ["service_number"] = call.System == SystemKind.Queue ? call.QueueName : "",
            ["user_data"] = "",
        };
    }

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) ?? "";

    private sealed record Times(DateTimeOffset Started, DateTimeOffset? Rang, DateTimeOffset? Answered, DateTimeOffset? Ended);
}

/// <summary>A row of the call records. Immutable, but for the JSON, which is made anew for each question.</summary>
/// <param name="EndedAt">When it ended; null while it goes on.</param>
/// <param name="Json">The row.</param>
internal sealed record PortSipCallPart(DateTimeOffset? EndedAt, JsonObject Json);
