using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>
/// Says the steps of a scenario in OneCloud's events (onecloud.md sections 4 and 7). Payloads of the streams besides calls
/// are not published; the ones here are made up.
/// </summary>
/// <param name="domain">The domain.</param>
/// <param name="clock">The clock.</param>
internal sealed class OneCloudRenderer(string domain, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly OneCloudRecords _records = new(domain, clock);

    /// <summary>The events of a step, in order.</summary>
    /// <param name="call">The call, as it stands after the step.</param>
    /// <param name="step">The step.</param>
    /// <returns>The events.</returns>
    public IEnumerable<OneCloudEvent> Render(SimulatedCall call, ScenarioStep step) => step switch
    {
        // A record speaks of a pair of legs, so there is none before something rings; and a menu's pair belongs to no stream.
        CallOffered or LegOffered or CallTransferred { IsAttended: false } or LegHeld or LegResumed or SystemAnswered { Kind: SystemKind.Ivr } => [],
        SystemAnswered { Kind: SystemKind.Queue } => [Queue(call, isAnswered: false), Queue(call, isAnswered: true)],
        SystemAnswered => [Voicemail(call, isAnswered: true)],
        LegRinging { Leg: var leg } => [Leg(call, leg)],
        LegAnswered { Leg: var leg } => [Leg(call, leg), .. Sisters(call, leg)],
        CallTransferred { FromLeg: var from, ToLeg: var to } => [Transferred(call, to), Consultation(call, from, to, isRemoved: true)],
        LegEnded { Leg: var leg } => LegEnds(call, leg),
        CallEnded when call.System == SystemKind.Voicemail => [Voicemail(call, isAnswered: true, isRemoved: true)],
        CallEnded => [],
        QueueEntered => [Queued(call, "queued")],
        QueueLeft { Result: var result } =>
        [
            Queue(call, isAnswered: true, isRemoved: true), Queued(call, result == QueueResult.Answered ? "answered" : "abandoned"),
        ],
        VoicemailLeft => [Message(call)],
        PresenceChanged { State: var state } => [Presence(call, state)],
        AgentChanged { State: var state } => [Agent(call, state)],
        _ => throw new InvalidOperationException($"OneCloud has no words for {step.GetType().Name}."),
    };

    // ---- call records ----------------------------------------------------------------------------------------------

    private static bool IsConnected(SimulatedCall call) => call.System is not null || call.Legs.Any(l => l.Index > 0 && !l.IsConsultation && l.AnsweredAt is not null);

    /// <summary>How the calling side writes a caller who hides himself is not published; this is SIP's way (RFC 3323).</summary>
    private static OneCloudParty Caller(SimulatedCall call) => call.IsCallerHidden
        ? new("anonymous", true, "", "Anonymous")
        : new(call.From, call.Direction == PbxDirection.Inbound, call.Direction == PbxDirection.Inbound ? "" : call.From, call.FromName);

    private static OneCloudParty Callee(SimulatedCall call, SimulatedLeg leg) =>
        leg.Extension is { } extension ? new(extension, false, extension) : new(leg.Number ?? call.To, true, "");

    private OneCloudEvent Leg(SimulatedCall call, int index, bool isRemoved = false)
    {
        var leg = call.Leg(index);
        if (leg.IsConsultation)
            return Consultation(call, 1, index, isRemoved);
        var pair = LegPair(call, index);
        return Record(call, pair with
        {
            IsOrigActive = IsConnected(call),
            AnsweredAt = leg.AnsweredAt,
            IsRemoved = isRemoved,
            ByAction = isRemoved && leg.EndReason == EndReason.Transferred ? RemovalWord(call) : pair.ByAction,
        });
    }

    /// <summary>Ids and parties of a leg that is no consultation, and why it was made.</summary>
    internal static OneCloudPair LegPair(SimulatedCall call, int index)
    {
        var leg = call.Leg(index);
        var (origin, byCallId) = TransferOf(call, index) is { } from
            ? (OneCloudRecords.LegOf(call, $"origin {index}"), OneCloudRecords.LegOf(call, $"{from}"))
            : (OneCloudRecords.OriginOf(call), "");
        return new OneCloudPair(origin, OneCloudRecords.LegOf(call, $"{index}"), Caller(call), Callee(call, leg), call.To)
        {
            ByAction = byCallId.Length > 0 ? TransferWord(call)
                : call.Scenario is "AnsweredElsewhere" or "MobileAnswered" ? "ForwardSRing"
                : leg.ForwardedFrom is not null ? "ForwardAlways"
                : "",
            ByCallId = byCallId,
            BySub = leg.ForwardedFrom ?? (byCallId.Length > 0 ? call.Leg(1).Extension : null) ?? "",
        };
    }

    /// <summary>The leg that passed the call on to this one; null when none did. Only blind transfers make a new leg.</summary>
    private static int? TransferOf(SimulatedCall call, int index) =>
        index > 1 && call.Scenario is "Transferred" or OneCloudSimulator.MovedScenario ? index - 1 : null;

    private static string TransferWord(SimulatedCall call) => call.Scenario == OneCloudSimulator.MovedScenario ? "MoveTo" : "XferBlind";

    private static string RemovalWord(SimulatedCall call) => call.Scenario switch
    {
        OneCloudSimulator.MovedScenario => "MoveTo",
        "Transferred" => "XferBlind",
        _ => "Transfer",
    };

    private IEnumerable<OneCloudEvent> LegEnds(SimulatedCall call, int index)
    {
        var leg = call.Leg(index);

        // After an attended transfer the consulted party talks on a leg of the first call.
        if (leg.IsConsultation)
            return [Transferred(call, index, isRemoved: true)];
        var removed = Leg(call, index, isRemoved: true);
        if (leg.RingingAt is null)
            return [.. FirstRecords(call, index), removed];
        return call.Scenario is "Voicemail" or "VoicemailNotLeft" && leg.EndReason == EndReason.NoAnswer ? [Voicemail(call, isAnswered: false), removed] : [removed];
    }

    /// <summary>The records of legs that are gone before they ring. Those of phones that are called together come together.</summary>
    private IEnumerable<OneCloudEvent> FirstRecords(SimulatedCall call, int index)
    {
        var silent = call.Legs.Where(l => l.Index > 0 && l.RingingAt is null).ToList();
        return silent.Any(l => l.Index != index && l.EndedAt is not null) ? [] : silent.Select(l => Leg(call, l.Index));
    }

    /// <summary>The caller is connected: the legs that still ring show it.</summary>
    private OneCloudEvent[] Sisters(SimulatedCall call, int answered) => call.Leg(answered).IsConsultation
        ? []
        : call.Legs.Where(l => l.Index > 0 && l.Index != answered && l.State == PbxCallState.Ringing).Select(l => Leg(call, l.Index)).ToArray();

    // Point 6: the question is a call of its own; then a new leg carries the first call's id.
    private OneCloudEvent Consultation(SimulatedCall call, int from, int to, bool isRemoved = false) => Record(call, ConsultationPair(call, from, to) with
    {
        IsOrigActive = call.Leg(to).AnsweredAt is not null,
        AnsweredAt = call.Leg(to).AnsweredAt,
        IsRemoved = isRemoved,
    });

    /// <summary>Ids and parties of the question before an attended transfer.</summary>
    internal static OneCloudPair ConsultationPair(SimulatedCall call, int from, int to)
    {
        var (asker, asked) = (call.Leg(from).Extension!, call.Leg(to));
        return new OneCloudPair(
            OneCloudRecords.LegOf(call, "consultation"), OneCloudRecords.LegOf(call, $"consultation {to}"),
            new OneCloudParty(asker, false, asker), Callee(call, asked), asked.Extension!);
    }

    private OneCloudEvent Transferred(SimulatedCall call, int to, bool isRemoved = false) => Record(call, TransferredPair(call, to) with
    {
        IsOrigActive = true,
        AnsweredAt = call.Leg(to).AnsweredAt,
        IsRemoved = isRemoved,
    });

    /// <summary>Ids and parties of the leg that an attended transfer makes.</summary>
    internal static OneCloudPair TransferredPair(SimulatedCall call, int to) => new(
        OneCloudRecords.OriginOf(call), OneCloudRecords.LegOf(call, $"{to}"), Caller(call), Callee(call, call.Leg(to)), call.To)
    {
        ByAction = "XferSup",
        ByCallId = OneCloudRecords.LegOf(call, "consultation"),
        BySub = call.Leg(1).Extension!,
    };

    private OneCloudEvent Queue(SimulatedCall call, bool isAnswered, bool isRemoved = false) => Record(call, ServicePair(call, call.QueueName, "queue") with
    {
        IsOrigActive = isAnswered,
        AnsweredAt = isAnswered ? call.StartedAt : null,
        IsRemoved = isRemoved,
    });

    /// <summary>Ids and parties of a leg to a queue or a menu.</summary>
    internal static OneCloudPair ServicePair(SimulatedCall call, string number, string leg) => new(
        OneCloudRecords.OriginOf(call), OneCloudRecords.LegOf(call, leg), Caller(call), new OneCloudParty(number, false, ""), call.To);

    private OneCloudEvent Voicemail(SimulatedCall call, bool isAnswered, bool isRemoved = false) => Record(call, VoicemailPair(call, domain) with
    {
        IsOrigActive = isAnswered,
        AnsweredAt = isAnswered ? clock.GetUtcNow() : null,
        IsRemoved = isRemoved,
    });

    /// <summary>Ids and parties of a leg to a voicemail box.</summary>
    internal static OneCloudPair VoicemailPair(SimulatedCall call, string domain) => ServicePair(call, call.Extension, "voicemail") with
    {
        TermUri = $"sip:vmail_{call.Extension}@{domain}",
    };

    private OneCloudEvent Record(SimulatedCall call, OneCloudPair pair)
    {
        string[] parties = [pair.From.Extension, pair.To.Number == call.QueueName ? "" : pair.To.Number, pair.BySub];
        var streams = parties.Where(p => p.Length > 0 && !(pair.To.IsOutside && p == pair.To.Number)).Distinct().Select(p => new OneCloudStream("call", p)).ToList();
        if (call.System == SystemKind.Queue)
            streams.Add(new OneCloudStream("call", call.QueueName, "queue"));
        return new OneCloudEvent("call", PbxCategory.Call, Json(_records.Make(call, pair)), streams);
    }

    // ---- the other streams -----------------------------------------------------------------------------------------

    private OneCloudEvent Queued(SimulatedCall call, string state) => new(
        "queued", PbxCategory.Queue, Json(new JsonObject
        {
            ["queue"] = call.QueueName,
            ["domain"] = domain,
            ["orig_callid"] = OneCloudRecords.OriginOf(call),
            ["ani"] = call.From,
            ["state"] = state,
        }),
        [new OneCloudStream("queued", call.QueueName)]);

    private OneCloudEvent Message(SimulatedCall call) => new(
        "voicemail", PbxCategory.Voicemail, Json(new JsonObject
        {
            ["user"] = call.Extension,
            ["domain"] = domain,
            ["from"] = call.From,
            ["action"] = "new",
        }),
        [new OneCloudStream("voicemail", call.Extension)]);

    private OneCloudEvent Presence(SimulatedCall call, PresenceKind state) => new(
        "contacts-domain", PbxCategory.Presence, Json(new JsonObject
        {
            ["user"] = call.Extension,
            ["domain"] = domain,
            ["presence"] = state switch
            {
                PresenceKind.DoNotDisturb => "dnd",
                PresenceKind.Lunch => "lunch",
                _ => "open",
            },
        }),
        [new OneCloudStream("contacts", "")]);

    private OneCloudEvent Agent(SimulatedCall call, AgentKind state) => new(
        "agent", PbxCategory.Agent, Json(new JsonObject
        {
            ["device"] = $"sip:{call.Extension}@{domain}",
            ["queue"] = call.QueueName,
            ["state"] = state switch
            {
                AgentKind.LoggedIn => "login",
                AgentKind.Paused => "unavailable",
                AgentKind.Ready => "available",
                _ => "logout",
            },
        }),
        [new OneCloudStream("agent", $"sip:{call.Extension}@{domain}")]);

    private static string Json(JsonObject payload) => payload.ToJsonString(Plain);
}
