using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>Says the steps of a scenario in TelecomX's events (telecomx.md sections 5, 7 and 12).</summary>
/// <param name="pbx">The PBX's fixtures.</param>
internal sealed class TelecomXRenderer(TelecomXPbx pbx)
{
    private const string SipDomain = "sip.simulator";

    /// <summary>The id of a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Its <c>sessionId</c>.</returns>
    public static string SessionOf(SimulatedCall call) => call.Hex("session", 24);

    /// <summary>The id of the call by which a party asks before an attended transfer.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Its <c>sessionId</c>.</returns>
    public static string ConsultationOf(SimulatedCall call) => call.Hex("consultation", 24);

    /// <summary>The events of a step, in order.</summary>
    /// <param name="call">The call, as it stands after the step.</param>
    /// <param name="step">The step.</param>
    /// <returns>The events.</returns>
    public IEnumerable<TelecomXEvent> Render(SimulatedCall call, ScenarioStep step) => step switch
    {
        CallOffered => [.. Carrier(call, "START"), Leg(call, "CALL_START", 0)],
        SystemAnswered => [Leg(call, "CALL_ANSWER", 0), .. Carrier(call, "ANSWER")],
        LegOffered { IsConsultation: true } offered =>
            [Consult(call, "CALL_START", offered.Leg, "I"), Consult(call, "CALL_START", offered.Leg, "O")],
        LegOffered offered => [Leg(call, "CALL_START", offered.Leg)],
        LegRinging { Leg: var leg } => [Own(call, "CALL_RING", leg)],
        LegAnswered { Leg: var leg } when call.Leg(leg).IsConsultation => [Consult(call, "CALL_ANSWER", leg, "O")],
        LegAnswered { Leg: var leg } => [Leg(call, "CALL_ANSWER", leg), .. call.System is null ? Carrier(call, "ANSWER") : []],
        LegHeld { Leg: var leg } => [Own(call, "CALL_HOLD", leg)],
        LegResumed { Leg: var leg } => [Own(call, "CALL_UNHOLD", leg)],
        // A blind transfer says nothing: the new leg and the old one's end tell of it.
        CallTransferred { IsAttended: true, ToLeg: var leg } =>
        [
            Leg(call, "CALL_START", leg), Leg(call, "CALL_ANSWER", leg), Consult(call, "CALL_END", leg, "O"), Consult(call, "CALL_END", leg, "I"),
        ],
        CallTransferred => [],
        LegEnded { Leg: var leg } => [Leg(call, "CALL_END", leg)],
        CallEnded ended => [Leg(call, "CALL_END", 0), .. Carrier(call, "PREEND", ended), .. Carrier(call, "END", ended)],
        QueueEntered => [Queue(call, "QUEUE_ENTERED", "QUEUED")],
        QueueLeft { Result: var result } left => [Queue(call, "QUEUE_LEFT", result == QueueResult.Answered ? "ANSWERED" : "CANCELLED", left.Leg)],
        VoicemailLeft => [Voicemail(call)],
        PhoneRegistered { IsRegistered: var on } => [Registration(call, on ? "REGISTER" : "UNREGISTER")],
        TrunkChanged { IsUp: true } => [Trunk(call, "REGISTER")],
        TrunkChanged => [Trunk(call, "ERROR"), Trunk(call, "UNREGISTER")],
        PresenceChanged { State: var state } => [Presence(call, state)],
        AgentChanged { State: var state } => [Member(call, state)],
        _ => throw new InvalidOperationException($"TelecomX has no words for {step.GetType().Name}."),
    };

    private static string? Dialled(SimulatedCall call) => call.To.Length == 0 ? null : call.To;

    private static string EventId(SimulatedCall call) => call.Hex($"event {++call.NextEvent}", 24);

    /// <summary>The channel of a leg.</summary>
    /// <param name="call">The call.</param>
    /// <param name="leg">The leg's number, or which side of the question before an attended transfer.</param>
    /// <returns>The id.</returns>
    public static string Channel(SimulatedCall call, string leg) => $"{call.Digits($"channel {leg}", 10)}.{call.Number}";

    /// <summary>The SIP Call-ID of a call.</summary>
    /// <param name="call">What it is a part of.</param>
    /// <param name="session">The call's <c>sessionId</c>.</param>
    /// <returns>The id.</returns>
    public static string SipCallId(SimulatedCall call, string session) => $"{call.Hex($"sip {session}", 16)}@{SipDomain}";

    private static string StateOf(SimulatedLeg leg) => leg.State switch
    {
        PbxCallState.Ringing => "RINGING",
        PbxCallState.Answered or PbxCallState.Held => "BUSY",
        _ => "IDLE",
    };

    private TelecomXEvent Own(SimulatedCall call, string name, int leg) =>
        call.Leg(leg).IsConsultation ? Consult(call, name, leg, "O") : Leg(call, name, leg);

    private TelecomXEvent Leg(SimulatedCall call, string name, int index)
    {
        var leg = call.Leg(index);
        var isCaller = index == 0;
        var inQueue = !isCaller && call.Queue is not null;
        var fields = Call(call, SessionOf(call), Channel(call, $"{index}"), isCaller ? "I" : "O", leg.Extension);
        fields["caller"] = call.From;
        fields["callerName"] = call.FromName;
        fields["callerPrivacy"] = call.IsCallerHidden;
        fields["callee"] = isCaller ? Dialled(call) : leg.Extension ?? leg.Number ?? call.To;
        fields["direction"] = call.Direction == PbxDirection.Inbound ? "I" : "O";
        fields["originator"] = inQueue ? "SYSTEM" : call.Direction == PbxDirection.Inbound ? "EXTERNAL" : "SIPPHONE";
        fields["device"] = isCaller && leg.Extension is { } own ? pbx.PhoneId(own, 1) : null;
        fields["extensionState"] = leg.Extension is null ? null : StateOf(leg);
        fields["queueId"] = inQueue ? pbx.QueueId(call.Queue!) : null;
        fields["queueName"] = inQueue ? pbx.QueueName(call.Queue!) : null;
        return new TelecomXEvent("PBX", name, fields);
    }

    // The question before an attended transfer is a call of its own, from the party of leg 1.
    private TelecomXEvent Consult(SimulatedCall call, string name, int index, string side)
    {
        var leg = call.Leg(index);
        var asker = call.Leg(1).Extension!;
        var fields = Call(call, ConsultationOf(call), Channel(call, $"consultation {side}"), side, side == "I" ? asker : leg.Extension);
        fields["caller"] = asker;
        fields["callee"] = leg.Extension;
        fields["direction"] = "O";
        fields["originator"] = "SIPPHONE";
        fields["device"] = side == "I" ? pbx.PhoneId(asker, 1) : null;
        fields["extensionState"] = name == "CALL_END" ? "IDLE" : side == "I" ? "BUSY" : StateOf(leg);
        return new TelecomXEvent("PBX", name, fields);
    }

    private JsonObject Call(SimulatedCall call, string session, string channel, string leg, string? extension) => new()
    {
        ["pbxServer"] = TelecomXPbx.Host,
        ["eventId"] = EventId(call),
        ["sessionId"] = session,
        ["customer"] = pbx.Customer,
        ["caller"] = null,
        ["callerName"] = "",
        ["callerPrivacy"] = false,
        ["callee"] = null,
        ["calleeName"] = "",
        ["channel"] = channel,
        ["callId"] = SipCallId(call, session),
        ["direction"] = null,
        ["leg"] = leg,
        ["originator"] = null,
        ["device"] = null,
        ["extension"] = extension is null ? null : pbx.ExtensionId(extension),
        ["hideOtherParty"] = false,
    };

    private IEnumerable<TelecomXEvent> Carrier(SimulatedCall call, string name, CallEnded? end = null)
    {
        // Calls between extensions never reach the carrier; and it hears one answer.
        if (call.Direction == PbxDirection.Internal)
            yield break;
        if (name == "ANSWER" && call.Legs.Count(l => l.Index > 0 && l.AnsweredAt is not null) > 1)
            yield break;
        var fields = new JsonObject
        {
            ["customer"] = pbx.Customer,
            ["callid"] = $"{call.Hex("carrier", 16)}@{SipDomain}",
            ["direction"] = call.Direction == PbxDirection.Inbound ? "I" : "O",
            ["from"] = call.From,
            ["to"] = Dialled(call),
        };
        if (name == "START")
        {
            fields["voiceaccount"] = call.Hex("voiceaccount", 24);
        }
        else
        {
            fields[call.Direction == PbxDirection.Inbound ? "destinationCustomerId" : "sourceCustomerId"] = pbx.Customer;
        }

        if (end is not null)
        {
            fields["reason"] = end.Reason switch
            {
                EndReason.Hangup => "BYE",
                EndReason.Cancelled => call.System is null ? "CANCEL" : "BYE",
                EndReason.Busy => "486",
                EndReason.Rejected => "603",
                EndReason.Failed => "404",
                _ => "480",
            };
            fields["endedBy"] = end.ByCaller ? "A" : end.Reason is EndReason.Failed or EndReason.NoAnswer ? "S" : "B";
        }

        yield return new TelecomXEvent("CALL", name, fields);
    }

    private TelecomXEvent Queue(SimulatedCall call, string name, string state, int? answeredBy = null)
    {
        var fields = new JsonObject
        {
            ["customer"] = pbx.Customer,
            ["queue"] = pbx.QueueId(call.QueueName),
            ["_id"] = QueueCallId(call),
            ["state"] = state,
            ["number"] = call.From,
            ["name"] = call.FromName,
            ["position"] = 1,
            ["entered"] = TelecomXPbx.Time(call.QueuedAt),
            ["pbxServer"] = TelecomXPbx.Host,
            ["eventId"] = EventId(call),
            ["sessionId"] = SessionOf(call),
        };
        if (name == "QUEUE_LEFT")
        {
            var leg = answeredBy is { } index ? call.Leg(index) : null;
            fields["answered"] = TelecomXPbx.Time(leg?.AnsweredAt);
            fields["answeredByExtension"] = leg?.Extension is { } extension ? pbx.ExtensionId(extension) : null;
            fields["answeredByNumber"] = leg?.Extension;
        }

        return new TelecomXEvent("PBX", name, fields);
    }

    /// <summary>The id of a waiting call: its channel and the host.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The id.</returns>
    public static string QueueCallId(SimulatedCall call) => $"{Channel(call, "0")}-{TelecomXPbx.Host}";

    /// <summary>The id of the message that a call left.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The id.</returns>
    public static string VoicemailId(SimulatedCall call) => call.Hex("voicemail", 24);

    private TelecomXEvent Voicemail(SimulatedCall call) => new("PBX", "VOICEMAIL_NEW", new JsonObject
    {
        ["customer"] = pbx.Customer,
        ["_id"] = pbx.EmployeeOf(call.Extension),
        ["voicemailId"] = VoicemailId(call),
        ["callerNumber"] = call.From,
        ["callerName"] = call.FromName,
        ["length"] = 12,
        ["newMessages"] = 1,
        ["oldMessages"] = 0,
        ["pbxServer"] = TelecomXPbx.Host,
        ["eventId"] = EventId(call),
    });

    private TelecomXEvent Registration(SimulatedCall call, string name)
    {
        var data = new JsonObject
        {
            ["ip"] = "192.0.2.10",
            ["port"] = 5060,
            ["username"] = call.Extension,
            ["sipAccount"] = null,
            ["sipphone"] = pbx.PhoneId(call.Extension, 1),
            ["source"] = "pbx",
            ["pbxServer"] = "192.0.2.1",
            ["trunkServer"] = null,
        };
        if (name == "REGISTER")
            data["expires"] = 3600;
        return new TelecomXEvent("REGISTER", name, new JsonObject { ["customer"] = pbx.Customer, ["data"] = data });
    }

    private TelecomXEvent Trunk(SimulatedCall call, string name)
    {
        var data = new JsonObject
        {
            ["ip"] = "192.0.2.20",
            ["username"] = "trunk1",
            ["sipAccount"] = call.Hex("trunk", 24),
            ["sipphone"] = null,
            ["source"] = "trunk",
            ["pbxServer"] = null,
            ["trunkServer"] = "192.0.2.2",
        };
        switch (name)
        {
            case "ERROR":
                data["error"] = "invalid_password";
                data["country"] = null;
                break;
            case "REGISTER":
                data["expires"] = 3600;
                goto default;
            default:
                data["port"] = 5060;
                break;
        }

        return new TelecomXEvent("REGISTER", name, new JsonObject { ["customer"] = pbx.Customer, ["data"] = data });
    }

    private TelecomXEvent Presence(SimulatedCall call, PresenceKind state)
    {
        pbx.SetPresence(call.Extension, state);
        return new TelecomXEvent("PBX", "EMPLOYEE_PRESENCE_CHANGED", new JsonObject
        {
            ["customer"] = pbx.Customer,
            ["_id"] = pbx.EmployeeOf(call.Extension),
            ["data"] = TelecomXPbx.Presence(state),
            ["pbxServer"] = TelecomXPbx.Host,
            ["eventId"] = EventId(call),
        });
    }

    // TelecomX knows no break: a member that pauses is put last.
    private TelecomXEvent Member(SimulatedCall call, AgentKind state)
    {
        var name = state switch
        {
            AgentKind.LoggedIn => "QUEUE_MEMBER_JOIN",
            AgentKind.LoggedOut => "QUEUE_MEMBER_LEFT",
            _ => "QUEUE_MEMBER_UPDATE",
        };
        if (state is AgentKind.LoggedIn or AgentKind.LoggedOut)
            pbx.SetMember(call.QueueName, call.Extension, state == AgentKind.LoggedIn);
        return new TelecomXEvent("PBX", name, new JsonObject
        {
            ["customer"] = pbx.Customer,
            ["employee"] = pbx.EmployeeOf(call.Extension),
            ["_id"] = pbx.QueueId(call.QueueName),
            ["data"] = pbx.Member(call.Extension, state == AgentKind.Paused ? 20 : 1, withSeconds: name == "QUEUE_MEMBER_UPDATE"),
            ["pbxServer"] = TelecomXPbx.Host,
            ["eventId"] = EventId(call),
        });
    }
}
