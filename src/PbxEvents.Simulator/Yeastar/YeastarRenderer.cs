using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>Says the steps of a scenario in Yeastar's events (yeastar.md sections 5 to 8).</summary>
/// <param name="options">The menu's number and the PBX's zone.</param>
internal sealed class YeastarRenderer(YeastarSimulatorOptions options)
{
    private const string Trunk = "T1";

    /// <summary>The id of a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Its <c>call_id</c>; it ends with a zero, which a number would lose.</returns>
    public static string IdOf(SimulatedCall call) => $"17{call.Digits("call", 8)}.{call.Number}0";

    /// <summary>The id of the call by which a party asks before an attended transfer.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Its <c>call_id</c>.</returns>
    public static string ConsultationOf(SimulatedCall call) => $"17{call.Digits("call", 8)}.{call.Number}1";

    /// <summary>The events of a step, in order.</summary>
    /// <param name="call">The call, as it stands after the step.</param>
    /// <param name="step">The step.</param>
    /// <param name="now">The time.</param>
    /// <returns>The events.</returns>
    public IEnumerable<YeastarEvent> Render(SimulatedCall call, ScenarioStep step, DateTimeOffset now) => step switch
    {
        CallOffered => [State(call, Caller(call)), .. Busy(call, 0, "Busy")],
        SystemAnswered => [State(call, Caller(call))],

        // Of a phone that does not ring only the report tells that its calls go elsewhere.
        LegOffered { ForwardedFrom: { } extension } when call.Legs.Count == 2 =>
            [Report(call, 30014, Caller(call), Extension(call, extension, "forwarded", "BYE", Path(call)))],

        // Nothing of a leg is told before it rings.
        LegOffered or QueueEntered or QueueLeft or VoicemailLeft => [],
        LegRinging { Leg: var leg } when call.Leg(leg).IsConsultation =>
            [Consult(call, Asker(call, "ALERT"), Callee(call, leg, "RING")), .. Busy(call, leg, "Ringing")],
        LegRinging { Leg: var leg } => [State(call, Caller(call), Callee(call, leg, "RING")), .. Busy(call, leg, "Ringing")],
        LegAnswered { Leg: var leg } when call.Leg(leg).IsConsultation =>
            [Consult(call, Asker(call, "ANSWERED"), Callee(call, leg, "ANSWER")), .. Busy(call, leg, "Busy")],
        LegAnswered { Leg: var leg } => [State(call, Caller(call), Callee(call, leg, "ANSWER")), .. Busy(call, leg, "Busy")],
        LegHeld { Leg: var leg } => [State(call, Callee(call, leg, "HOLD"))],
        LegResumed { Leg: var leg } => [State(call, Callee(call, leg, "ANSWER"))],
        CallTransferred { IsAttended: true } t =>
        [
            Report(call, 30013, Callee(call, t.FromLeg, "HOLD"), Callee(call, t.ToLeg, "ANSWER")),
            State(call, Callee(call, t.ToLeg, "ANSWER")),
            Consult(call, Asker(call, "BYE")),
            Consult(call, Callee(call, t.ToLeg, "BYE")),
            Record(call, ConsultationOf(call), new Stage("ANSWERED", call.OtherExtension, call.Leg(t.ToLeg).OfferedAt, now)
            {
                Type = PbxDirection.Internal,
                From = call.Extension,
                AnsweredAt = call.Leg(t.ToLeg).AnsweredAt,
            }),
        ],
        CallTransferred t => [Report(call, 30013, Callee(call, t.FromLeg, "ANSWER"))],
        LegEnded ended => EndOfLeg(call, ended),
        CallEnded => [State(call, Caller(call)), .. Busy(call, 0, "Idle"), .. Records(call, now)],
        PhoneRegistered { IsRegistered: var on } => [new(30007, new JsonObject
        {
            ["extension"] = call.Extension,
            ["kind"] = "Sip",
            ["status"] = on ? "Registered" : "Unregistered",
            ["registered_ip"] = on ? "192.0.2.20" : "",
        })],
        TrunkChanged { IsUp: var up } => [new(30010, new JsonObject
        {
            ["trunk_name"] = Trunk,
            ["kind"] = "sip",
            ["status"] = up ? 1 : 42,
            ["registered_ip"] = "192.0.2.1",
        })],
        PresenceChanged { State: var state } => [new(30009, new JsonObject
        {
            ["extension"] = call.Extension,
            ["status"] = state switch
            {
                PresenceKind.DoNotDisturb => "do_not_disturb",
                PresenceKind.Lunch => "lunch",
                _ => "available",
            },
        })],
        AgentChanged { State: var state } => [new(30029, new JsonObject
        {
            ["queue_number"] = $"queue-{call.QueueName}",
            ["agent_number"] = call.Extension,
            ["status"] = state switch
            {
                AgentKind.LoggedIn => "login",
                AgentKind.Paused => "pause",
                AgentKind.Ready => "unpause",
                _ => "logout",
            },
            ["reason"] = state == AgentKind.Paused ? "Lunch" : "",
        })],
        _ => throw new InvalidOperationException($"Yeastar has no words for {step.GetType().Name}."),
    };

    /// <summary>The legs of a call that live, as <c>call/query</c> shows them.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The element of <c>data</c>.</returns>
    public JsonObject Snapshot(SimulatedCall call)
    {
        var members = new List<JsonObject>();
        foreach (var leg in call.Legs.Where(l => l.State != PbxCallState.Ended))
        {
            if (leg.Index == 0)
                members.Add(Caller(call));
            else if (leg.RingingAt is not null)
                members.Add(Callee(call, leg.Index, StatusOf(leg)));
        }

        return Msg(call.CallId, members);
    }

    private static string StatusOf(SimulatedLeg leg) => leg.State switch
    {
        PbxCallState.Ringing => "RING",
        PbxCallState.Held => "HOLD",
        _ => "ANSWER",
    };

    private static JsonObject Msg(string callId, IEnumerable<JsonObject> members) => new()
    {
        ["call_id"] = callId,
        ["members"] = new JsonArray([.. members]),
    };

    private static YeastarEvent State(SimulatedCall call, params JsonObject[] members) => new(30011, Msg(call.CallId, members));

    private static YeastarEvent Report(SimulatedCall call, int type, params JsonObject[] members) => new(type, Msg(call.CallId, members));

    private static YeastarEvent Consult(SimulatedCall call, params JsonObject[] members) => new(30011, Msg(ConsultationOf(call), members));

    private static IEnumerable<YeastarEvent> Busy(SimulatedCall call, int leg, string status)
    {
        if (call.Leg(leg).Extension is { } extension)
            yield return new YeastarEvent(30008, new JsonObject { ["extension"] = extension, ["status"] = status });
    }

    private static string Channel(SimulatedCall call, string owner, string leg) => $"PJSIP/{owner}-{call.Hex($"channel {leg}", 8)}";

    // The leg by which the first party asks; it is a second channel of the same extension.
    private static JsonObject Asker(SimulatedCall call, string status) => Extension(call, call.Extension, "consultation", status, "");

    private static JsonObject Extension(SimulatedCall call, string number, string leg, string status, string path) => new()
    {
        ["extension"] = new JsonObject
        {
            ["number"] = number,
            ["channel_id"] = Channel(call, number, leg),
            ["member_status"] = status,
            ["call_path"] = path,
        },
    };

    private IEnumerable<YeastarEvent> EndOfLeg(SimulatedCall call, LegEnded ended)
    {
        var leg = call.Leg(ended.Leg);
        var reason = ended.Reason switch
        {
            EndReason.Busy => "486 Busy Here",
            EndReason.Rejected => "603 Declined",
            EndReason.Failed => "404 NOT found",
            _ => null,
        };
        if (reason is not null)
        {
            var msg = Msg(call.CallId, leg.Extension is null ? [] : [Callee(call, ended.Leg, "BYE")]);
            if (leg.Extension is null)
                msg["members"] = null;
            msg["reason"] = reason;
            yield return new YeastarEvent(30015, msg);
        }

        if (call.Queue is not null && ended.Reason == EndReason.NoAnswer)
        {
            yield return new YeastarEvent(30026, new JsonObject
            {
                ["queue_number"] = call.Queue,
                ["agent_number"] = leg.Extension,
                ["caller_number"] = From(call),
                ["call_id"] = call.CallId,
            });
        }

        if (leg.RingingAt is null)
            yield break;
        yield return State(call, Callee(call, ended.Leg, "BYE"));
        foreach (var idle in Busy(call, ended.Leg, "Idle"))
            yield return idle;
    }

    private JsonObject Caller(SimulatedCall call)
    {
        var isAnswered = call.System is not null || call.Legs.Any(l => l.Index > 0 && l.AnsweredAt is not null);
        var status = call.Leg(0).State == PbxCallState.Ended ? "BYE" : isAnswered ? "ANSWERED" : "ALERT";
        if (call.Direction != PbxDirection.Inbound)
            return Extension(call, call.From, "0", status, Path(call));
        return Outside(call, "inbound", "0", status);
    }

    private JsonObject Callee(SimulatedCall call, int index, string status) => call.Leg(index).Extension is { } extension
        ? Extension(call, extension, $"{index}", status, Path(call))
        : Outside(call, "outbound", $"{index}", status);

    /// <summary>Section 5.2: who does not show a number is called so.</summary>
    private static string From(SimulatedCall call) => call.IsCallerHidden ? "Unknown" : call.From;

    private JsonObject Outside(SimulatedCall call, string kind, string leg, string status) => new()
    {
        [kind] = new JsonObject
        {
            ["from"] = From(call),
            ["to"] = call.Leg(int.Parse(leg)).Number ?? call.To,
            ["trunk_name"] = Trunk,
            ["channel_id"] = Channel(call, $"trunk-{Trunk}-endpoint", leg),
            ["member_status"] = status,
            ["call_path"] = Path(call),
        },
    };

    private string Path(SimulatedCall call) => call.System switch
    {
        SystemKind.Ivr => options.Menu,
        SystemKind.Queue => call.QueueName,
        _ => "",
    };

    /// <summary>
    /// A record for each stage of the call, the last one's first. Who only rang for a group or a queue has none (yeastar.md,
    /// corrections; history/yeastar-history.md sections 3 and 5). They name numbers, as captured ones do.
    /// </summary>
    private IEnumerable<YeastarEvent> Records(SimulatedCall call, DateTimeOffset now)
    {
        var answered = call.Legs.LastOrDefault(l => l.Index > 0 && l.AnsweredAt is not null);
        var outside = call.Legs.FirstOrDefault(l => l.ForwardedFrom is not null);
        if (outside is not null)
        {
            yield return Record(call, call.CallId, new Stage(outside.AnsweredAt is null ? "NO ANSWER" : "ANSWERED", outside.Number!, outside.OfferedAt, now)
            {
                Type = PbxDirection.Outbound,
                AnsweredAt = outside.AnsweredAt,
            });
        }

        var person = answered is not null && answered != outside ? answered : call.Legs.FirstOrDefault(l => l.Index > 0);
        var status = call.Outcome switch
        {
            PbxOutcome.Answered when answered != outside => "ANSWERED",
            PbxOutcome.Voicemail => "VOICEMAIL",
            PbxOutcome.Busy => "BUSY",
            _ => "NO ANSWER",
        };
        var start = call.System is null ? call.StartedAt : person?.OfferedAt ?? now;
        if (person is not null && (call.Queue is null || person == answered))
        {
            var end = outside?.OfferedAt ?? now;
            yield return Record(call, call.CallId, new Stage(status, person.Extension ?? person.ForwardedFrom ?? call.To, start, end)
            {
                AnsweredAt = status == "ANSWERED" ? person.AnsweredAt : null,
            });
        }

        if (call.System is SystemKind.Ivr)
            yield return Record(call, call.CallId, new Stage("ANSWERED", options.Menu, call.StartedAt, start) { AnsweredAt = call.StartedAt });
        else if (call.System is SystemKind.Queue)
            yield return Record(call, call.CallId, new Stage(status, call.QueueName, call.StartedAt, now) { AnsweredAt = answered?.AnsweredAt });
    }

    private YeastarEvent Record(SimulatedCall call, string callId, Stage stage)
    {
        // The PBX counts whole seconds, and nobody answers and hangs up in the same one, however fast a scenario is played.
        var talk = stage.AnsweredAt is { } at ? Math.Max(1, (int)(stage.End - at).TotalSeconds) : 0;
        var type = stage.Type ?? call.Direction;
        return new YeastarEvent(30012, new JsonObject
        {
            ["call_id"] = callId,
            ["time_start"] = TimeZoneInfo.ConvertTime(stage.Start, options.TimeZone).ToString("yyyy-MM-dd HH:mm:ss"),
            ["call_from"] = stage.From ?? From(call),
            ["call_to"] = stage.To,
            ["call_duration"] = Math.Max(talk, (int)(stage.End - stage.Start).TotalSeconds),
            ["talk_duration"] = talk,
            ["src_trunk_name"] = type == PbxDirection.Inbound ? Trunk : "",
            ["dst_trunk_name"] = type == PbxDirection.Outbound ? Trunk : "",
            ["pin_code"] = "",
            ["status"] = stage.Status,
            ["type"] = $"{type}",
            ["recording"] = "",
            ["did_number"] = type == PbxDirection.Inbound ? call.To : "",
            ["agent_ring_time"] = 0,
            ["uid"] = call.Hex($"record {callId}", 20),
            ["call_note_id"] = "",
            ["enb_call_note"] = 0,
        });
    }

    /// <summary>What a record tells of a stage.</summary>
    private sealed record Stage(string Status, string To, DateTimeOffset Start, DateTimeOffset End)
    {
        /// <summary>Null for the call's own direction.</summary>
        public PbxDirection? Type { get; init; }

        /// <summary>Null for the caller.</summary>
        public string? From { get; init; }

        /// <summary>When somebody or something took it; null when nobody did.</summary>
        public DateTimeOffset? AnsweredAt { get; init; }
    }
}
