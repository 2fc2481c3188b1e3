using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.PortSip;

/// <summary>Says the steps of a scenario in PortSIP's messages (portsip.md sections 4, 5 and 7). One step at a time.</summary>
/// <param name="pbx">The tenant.</param>
/// <param name="clock">The clock.</param>
internal sealed class PortSipRenderer(PortSipPbx pbx, TimeProvider clock)
{
    private readonly Dictionary<string, string> _callStates = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _online = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _presence = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string State, SimulatedCall? Call, DateTimeOffset Since)> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _targets = [];

    private bool IsOld => pbx.Version == PortSipVersion.V160;

    private string Now => PortSipPbx.Time(clock.GetUtcNow());

    /// <summary>The id of a call.</summary>
    /// <param name="call">The call.</param>
    /// <returns>Its <c>session_id</c>.</returns>
    public static string SessionOf(SimulatedCall call) => call.Digits("session", 18);

    /// <summary>The messages of a step, in order.</summary>
    /// <param name="call">The call, as it stands after the step.</param>
    /// <param name="step">The step.</param>
    /// <param name="active">All calls that are being played.</param>
    /// <param name="sendsTargets">True to tell of devices with the records.</param>
    /// <returns>The messages.</returns>
    public IReadOnlyList<PortSipMessage> Render(SimulatedCall call, ScenarioStep step, IReadOnlyList<SimulatedCall> active, bool sendsTargets)
    {
        var messages = new List<PortSipMessage>();
        switch (step)
        {
            case QueueEntered:
                messages.Add(Caller(call, "enqueue"));
                break;
            case QueueLeft { Result: QueueResult.Answered, Leg: { } leg }:
                messages.Add(Agent(call, call.Leg(leg).Extension!, "QUEUE_CALL", call));
                messages.Add(Caller(call, "agent_answered"));
                break;
            case QueueLeft:
                messages.Add(Caller(call, "hangup"));
                break;
            case PhoneRegistered registered:
                messages.Add(Registration(call, registered.IsRegistered));
                break;
            case PresenceChanged presence:
                messages.Add(Presence(call, presence.State));
                break;
            case AgentChanged agent:
                messages.AddRange(AgentState(call, agent.State));
                break;
            default:
                messages.AddRange(IsOld ? RenderOld(call, step) : RenderNew(call, step, sendsTargets));
                break;
        }

        if (!IsOld)
            messages.AddRange(ExtensionStates(call, active));
        if (step is CallEnded ended)
        {
            messages.Add(new PortSipMessage("cdr_events", PbxCategory.Cdr, PortSipRecords.Of(pbx, call, ended)));
            _targets.Remove(call.Number);
            foreach (var agent in _agents.Where(a => a.Value.Call == call).Select(a => a.Key).ToArray())
                messages.Add(Agent(call, agent, "READY", null));
        }

        return messages;
    }

    /// <summary>The full picture of a queue.</summary>
    /// <param name="queue">Its number.</param>
    /// <param name="active">All calls that are being played.</param>
    /// <returns>The message.</returns>
    public PortSipMessage QueuePicture(string queue, IReadOnlyList<SimulatedCall> active)
    {
        var waiting = active.Where(c => c.Queue == queue && c.QueueResult is null).ToArray();
        var callers = waiting.Select((c, i) => (JsonNode)new JsonObject
        {
            ["position"] = $"{i + 1}",
            ["session_id"] = SessionOf(c),
            ["caller_number"] = PortSipPbx.CallerOf(c),
            ["caller_name"] = PortSipPbx.CallerNameOf(c),
            ["timestamp"] = PortSipPbx.Time(c.QueuedAt ?? c.StartedAt),
            ["type"] = "normal",
        });
        return Message("queue_events", PbxCategory.Queue, "queue_status", new JsonObject
        {
            ["queue_id"] = pbx.QueueId(queue),
            ["queue_number"] = queue,
            ["queue_name"] = pbx.QueueName(queue),
            ["waiting_list"] = new JsonArray([.. callers]),
            ["agents"] = new JsonArray([.. PortSipPbx.Extensions.Select(e => (JsonNode)AgentEntry(e))]),
        }, [queue], withTime: false);
    }

    /// <summary>The state of extensions.</summary>
    /// <param name="extensions">Which.</param>
    /// <returns>The message.</returns>
    public PortSipMessage ExtensionPicture(IReadOnlyList<string> extensions) => Message(
        "extension_events", PbxCategory.Registration, "extension_status",
        new JsonObject { ["status"] = new JsonArray([.. extensions.Select(e => (JsonNode)StatusEntry(e))]) }, extensions, withTime: false);

    /// <summary>One queue of the list that follows a subscription of <c>queue_management_events</c>.</summary>
    /// <param name="queue">Its number.</param>
    /// <returns>The message.</returns>
    public PortSipMessage QueueExists(string queue) => Message(
        "queue_management_events", PbxCategory.Config, "queue_created", new JsonObject { ["queue_number"] = queue }, [], withTime: false);

    // ---- v16.0 and v16.1 ---------------------------------------------------------------------------------------------

    private IEnumerable<PortSipMessage> RenderOld(SimulatedCall call, ScenarioStep step) => step switch
    {
        CallOffered => [OldCall(call, "call_start", f =>
        {
            f["cdr_id"] = call.Digits("record", 18);
            f["caller_display_name"] = PortSipPbx.CallerNameOf(call);
            f["direction"] = PortSipRecords.Direction(pbx, call);
            f["request_id"] = "0";
        })],
        SystemAnswered system => [OldCall(call, "call_established", f => f["call_target"] = pbx.Address(Machine(call, system.Kind)))],
        LegOffered { Leg: var leg } => [Device(call, "target_add", leg)],
        LegRinging { Leg: var leg } => [Device(call, "target_ringing", leg)],
        LegAnswered { Leg: var leg } => [OldCall(call, "call_established", f => f["call_target"] = pbx.Address(call.Leg(leg).Extension ?? call.To))],
        LegHeld { Leg: var leg } => [Hold(call, "call_hold", leg)],
        LegResumed { Leg: var leg } => [Hold(call, "call_unhold", leg)],
        CallTransferred => [Message("extension_events", PbxCategory.Call, "call_reroute", new JsonObject
        {
            ["session_id"] = SessionOf(call),
            ["call_id"] = CallIdOf(call),
        }, Parties(call))],
        LegEnded { Leg: var leg, Reason: var reason } => [EndedDevice(call, leg, reason)],
        CallEnded { Reason: EndReason.NoAnswer } => [OldCall(call, "call_noanswer", f => f["call_target"] = ""), Over(call)],
        CallEnded { Reason: EndReason.Busy or EndReason.Rejected or EndReason.Failed } ended =>
        [
            OldCall(call, "call_fail", f =>
            {
                f["call_target"] = "";
                f["fail_code"] = PortSipRecords.Code(ended.Reason);
            }),
        ],
        CallEnded => [Over(call)],
        _ => [],
    };

    private PortSipMessage Over(SimulatedCall call) => OldCall(call, "call_ended", f => f["call_target"] = "");

    private PortSipMessage OldCall(SimulatedCall call, string name, Action<JsonObject> add)
    {
        var fields = new JsonObject
        {
            ["session_id"] = SessionOf(call),
            ["call_id"] = CallIdOf(call),
            ["caller"] = pbx.Address(PortSipPbx.CallerOf(call)),
            ["callee"] = pbx.Address(PortSipRecords.FirstTarget(call)),
        };
        add(fields);
        return Message("extension_events", PbxCategory.Call, name, fields, Parties(call));
    }

    private PortSipMessage Hold(SimulatedCall call, string name, int leg) => Message("extension_events", PbxCategory.Call, name, new JsonObject
    {
        ["aor"] = pbx.Address(call.Leg(leg).Extension!),
        ["call_id"] = $"{call.Hex($"leg {leg}", 22)}..",
        ["peer_aor"] = pbx.Address(PortSipPbx.CallerOf(call)),
        ["session_id"] = SessionOf(call),
    }, Parties(call));

    private PortSipMessage EndedDevice(SimulatedCall call, int leg, EndReason reason)
    {
        var name = reason switch
        {
            EndReason.NoAnswer => "target_noanswer",
            EndReason.Busy or EndReason.Rejected or EndReason.Failed => "target_fail",
            _ => "target_ended",
        };
        var message = Device(call, name, leg);
        if (name == "target_fail")
            message.Fields["fail_code"] = PortSipRecords.Code(reason);
        return message;
    }

    private PortSipMessage Device(SimulatedCall call, string name, int leg, string topic = "extension_events") =>
        Message(topic, PbxCategory.Call, name, new JsonObject
        {
            ["session_id"] = SessionOf(call),
            ["cdr_id"] = call.Digits("record", 18),
            ["call_id"] = $"{call.Hex($"leg {leg}", 22)}..",
            ["direction"] = PortSipRecords.Direction(pbx, call),
            ["destination"] = pbx.Device(call, call.Leg(leg)),
            ["caller"] = IsOld ? pbx.Address(PortSipPbx.CallerOf(call)) : PortSipPbx.CallerOf(call),
        }, topic == "extension_events" ? Parties(call) : []);

    // ---- v16.2 and later ---------------------------------------------------------------------------------------------

    private IEnumerable<PortSipMessage> RenderNew(SimulatedCall call, ScenarioStep step, bool sendsTargets)
    {
        switch (step)
        {
            case CallOffered:
                _targets[call.Number] = PortSipRecords.FirstTarget(call);
                yield return Record(call, "call_start", f =>
                {
                    f["call_id"] = CallIdOf(call);
                    f["user_data"] = "";
                });
                break;
            case SystemAnswered { Kind: var kind } when MovesTo(call, Machine(call, kind)):
                yield return Record(call, "call_update_info", _ => { });
                break;
            case LegOffered { Extension: { } extension, IsConsultation: false } when call.Queue is null && IsRoutedTo(call, extension) && MovesTo(call, extension):
                yield return Record(call, "call_update_info", _ => { });
                break;
            case CallTransferred { ToLeg: var leg } transferred:
                var to = transferred.IsAttended ? call.Leg(leg).Extension! : call.OtherExtension;
                if (MovesTo(call, to))
                    yield return Record(call, "call_update_info", _ => { });
                break;
        }

        if (sendsTargets && pbx.Version == PortSipVersion.V22 && TargetEvent(step) is { } target)
            yield return Device(call, target.Name, target.Leg, "cdr_events");
    }

    private static (string Name, int Leg)? TargetEvent(ScenarioStep step) => step switch
    {
        LegOffered { Leg: var leg } => ("cdr_target_add", leg),
        LegRinging { Leg: var leg } => ("cdr_target_ringing", leg),
        LegAnswered { Leg: var leg } => ("cdr_target_answer", leg),
        LegEnded { Leg: var leg, Reason: EndReason.NoAnswer } => ("cdr_target_noanswer", leg),
        LegEnded { Leg: var leg, Reason: EndReason.Busy or EndReason.Rejected or EndReason.Failed } => ("cdr_target_fail", leg),
        LegEnded { Leg: var leg } => ("cdr_target_end", leg),
        _ => null,
    };

    /// <summary>After a menu the call goes to the extension that was chosen; beside an extension that rings already it is a group.</summary>
    private static bool IsRoutedTo(SimulatedCall call, string extension) =>
        call.System == SystemKind.Ivr && call.Legs.Count(l => l.Index > 0) == 1 && call.Legs[1].Extension == extension;

    /// <summary>True when the call's target changes to that number, and v22 says so.</summary>
    private bool MovesTo(SimulatedCall call, string number)
    {
        if (pbx.Version != PortSipVersion.V22 || _targets.GetValueOrDefault(call.Number) == number)
            return false;
        _targets[call.Number] = number;
        return true;
    }

    private PortSipMessage Record(SimulatedCall call, string name, Action<JsonObject> add)
    {
        var fields = new JsonObject
        {
            ["session_id"] = SessionOf(call),
            ["cdr_id"] = call.Digits("record", 18),
            ["direction"] = PortSipRecords.Direction(pbx, call),
            ["caller_display_name"] = PortSipPbx.CallerNameOf(call),
            ["caller"] = PortSipPbx.CallerOf(call),
            ["callee_display_name"] = "",
            ["callee"] = _targets.GetValueOrDefault(call.Number, call.To),
            ["did"] = call.Direction == PbxDirection.Inbound ? call.To : "",
            ["outbound_caller_id"] = call.Direction == PbxDirection.Outbound ? call.From : "",
        };
        add(fields);
        return Message("cdr_events", PbxCategory.Call, name, fields, []);
    }

    /// <summary>What has changed at the extensions of a call: ringing, on a call, idle.</summary>
    private IEnumerable<PortSipMessage> ExtensionStates(SimulatedCall call, IReadOnlyList<SimulatedCall> active)
    {
        foreach (var extension in call.Legs.Select(l => l.Extension).Where(e => e is not null).Select(e => e!).Distinct())
        {
            var state = StateOf(extension, active.Append(call));
            if (_callStates.GetValueOrDefault(extension, "") == state)
                continue;
            _callStates[extension] = state;
            yield return Message("extension_events", PbxCategory.Call, "extension_call", new JsonObject
            {
                ["extension"] = pbx.Address(extension),
                ["call_status"] = state,
                ["extension_id"] = pbx.ExtensionId(extension),
            }, [extension]);
        }
    }

    private string StateOf(string extension, IEnumerable<SimulatedCall> calls)
    {
        var legs = calls.SelectMany(c => c.Legs).Where(l => l.Extension == extension && l.State != PbxCallState.Ended).ToArray();
        var isNew = pbx.Version == PortSipVersion.V22;
        if (legs.Any(l => l.Index == 0 || l.State is PbxCallState.Answered or PbxCallState.Held))
            return isNew ? "ON_CALL" : "On Call";
        return legs.Any(l => l.State == PbxCallState.Ringing) ? isNew ? "RINGING" : "Ringing" : "";
    }

    // ---- extensions and queues ---------------------------------------------------------------------------------------

    private PortSipMessage Registration(SimulatedCall call, bool isOn)
    {
        _online[call.Extension] = isOn;
        if (!IsOld)
            return ExtensionPicture([call.Extension]);
        var contact = new JsonObject
        {
            ["contact_uri"] = $"sip:{call.Extension}@10.0.0.1:5060",
            ["expires"] = 90,
            ["instance"] = "",
            ["last_update"] = clock.GetUtcNow().ToUnixTimeSeconds(),
            ["public_address"] = "10.0.0.1:5060",
            ["received_from"] = "10.0.0.1:5060",
            ["reg_id"] = 0,
            ["user_agent"] = "Simulated phone",
        };
        return Message("extension_events", PbxCategory.Registration, "extension_register", new JsonObject
        {
            ["extension"] = pbx.Address(call.Extension),
            ["extension_id"] = pbx.ExtensionId(call.Extension),
            [isOn ? "registration_contacts" : "removed_contacts"] = new JsonArray(contact),
        }, [call.Extension]);
    }

    private PortSipMessage Presence(SimulatedCall call, PresenceKind state)
    {
        var code = state switch
        {
            PresenceKind.DoNotDisturb => "DO_NOT_DISTURB",
            PresenceKind.Lunch => "LUNCH",
            _ => "AVAILABLE",
        };
        _presence[call.Extension] = code;
        var fields = new JsonObject { ["extension"] = pbx.Address(call.Extension) };
        if (IsOld)
        {
            fields["note"] = code;
        }
        else
        {
            fields["presence"] = code;
            fields["presence_note"] = "";
            fields["extension_id"] = pbx.ExtensionId(call.Extension);
        }

        return Message("extension_events", PbxCategory.Presence, "extension_presence", fields, [call.Extension]);
    }

    private IEnumerable<PortSipMessage> AgentState(SimulatedCall call, AgentKind state)
    {
        var word = state switch
        {
            AgentKind.Paused => "NOT_READY",
            AgentKind.LoggedOut => "LOGOUT",
            _ => "READY",
        };
        yield return Agent(call, call.Extension, word, null);
        if (IsOld)
            yield break;
        yield return Message("extension_events", PbxCategory.Agent, "extension_agent_status", new JsonObject
        {
            ["agent_status"] = new JsonArray(new JsonObject { ["queue_number"] = call.QueueName, ["status"] = word }),
            ["extension"] = pbx.Address(call.Extension),
            ["extension_id"] = pbx.ExtensionId(call.Extension),
        }, [call.Extension]);
    }

    private PortSipMessage Agent(SimulatedCall call, string extension, string state, SimulatedCall? served)
    {
        _agents[extension] = (state, served, clock.GetUtcNow());
        return Message("queue_events", PbxCategory.Agent, "queue_agent_status", new JsonObject
        {
            ["queue_id"] = pbx.QueueId(call.QueueName),
            ["updated_agents"] = new JsonArray(AgentEntry(extension)),
        }, [call.QueueName], withTime: false);
    }

    private PortSipMessage Caller(SimulatedCall call, string reason) => Message("queue_events", PbxCategory.Queue, "queue_caller_status", new JsonObject
    {
        ["queue_id"] = pbx.QueueId(call.QueueName),
        ["updated_callers"] = new JsonArray(new JsonObject
        {
            ["position"] = "1",
            ["session_id"] = SessionOf(call),
            ["caller_number"] = PortSipPbx.CallerOf(call),
            ["reason"] = reason,
            ["timestamp"] = Now,
            ["type"] = "normal",
        }),
    }, [call.QueueName], withTime: false);

    private JsonObject AgentEntry(string extension)
    {
        var (state, call, since) = _agents.GetValueOrDefault(extension, ("READY", null, DateTimeOffset.UnixEpoch));
        return new JsonObject
        {
            ["state"] = state,
            ["agent_extension_number"] = extension,
            ["session_id"] = call is null ? "" : SessionOf(call),
            ["caller_number"] = call is null ? "" : PortSipPbx.CallerOf(call),
            ["caller_name"] = call is null ? "" : PortSipPbx.CallerNameOf(call),
            ["timestamp"] = PortSipPbx.Time(since),
        };
    }

    private JsonObject StatusEntry(string extension) => new()
    {
        ["extension"] = pbx.Address(extension),
        ["extension_id"] = pbx.ExtensionId(extension),
        ["call_status"] = _callStates.GetValueOrDefault(extension, ""),
        ["online"] = _online.GetValueOrDefault(extension, true),
        ["presence"] = _presence.GetValueOrDefault(extension, "ONLINE"),
        ["presence_note"] = "",
        ["push_online"] = false,
        ["time"] = Now,
    };

    // ---- helpers -----------------------------------------------------------------------------------------------------

    /// <summary>The SIP Call-ID of the caller's leg.</summary>
    /// <param name="call">The call.</param>
    public static string CallIdOf(SimulatedCall call) => $"{call.Hex("call", 22)}..";

    private static string Machine(SimulatedCall call, SystemKind kind) => kind == SystemKind.Queue ? call.QueueName : PortSipPbx.Menu;

    /// <summary>The extensions that take part: who watches one of them hears of the call.</summary>
    private static IReadOnlyList<string> Parties(SimulatedCall call) =>
        [.. new[] { call.Extension, call.OtherExtension, call.From, call.To }.Where(PortSipPbx.Extensions.Contains).Distinct()];

    private PortSipMessage Message(
        string topic, PbxCategory category, string name, JsonObject fields, IReadOnlyList<string> members, bool withTime = true)
    {
        var message = new JsonObject { ["event_type"] = name };
        foreach (var (key, value) in fields.ToArray())
        {
            fields.Remove(key);
            message[key] = value;
        }

        message["tenant_id"] = pbx.TenantId;
        if (withTime)
            message["time"] = Now;
        return new PortSipMessage(topic, category, message) { Members = members };
    }
}
