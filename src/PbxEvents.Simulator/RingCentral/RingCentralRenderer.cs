using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>
/// Says the steps of a scenario in RingCentral's notifications, in the orders seen in captures (ringcentral.md section 8.1).
/// </summary>
/// <param name="clock">The clock.</param>
/// <param name="ended">Gets each session that is over.</param>
internal sealed class RingCentralRenderer(TimeProvider clock, Action<RingCentralCall> ended)
{
    /// <summary>The menu that answers in the scenarios.</summary>
    public const string Menu = "4000";

    private readonly ConcurrentDictionary<string, Playing> _playing = new(StringComparer.Ordinal);
    private int _presence = 100;

    /// <summary>The telephony sessions that live.</summary>
    public IReadOnlyList<RingCentralCall> Calls => [.. _playing.Values.SelectMany(p => p.Sessions)];

    /// <summary>The id of a call.</summary>
    public static string SessionOf(SimulatedCall call) => $"s-{call.Hex("session", 20)}";

    /// <summary>The notifications of a step, in order; each is made when the one before was published.</summary>
    /// <param name="call">The call, as it stands after the step.</param>
    /// <param name="step">The step.</param>
    public IEnumerable<RingCentralNotification> Render(SimulatedCall call, ScenarioStep step) => step switch
    {
        VoicemailLeft => LeaveMessage(call),
        PresenceChanged { State: var state } => Presence(call, state),
        AgentChanged { State: var state } => Member(call, state),
        _ => RenderCall(call, step),
    };

    /// <summary>The list of an extension's calls, as presence shows it.</summary>
    public JsonObject DescribePresence(string extension)
    {
        var calls = Calls.Select(c => c.DescribeFor(extension)).OfType<JsonObject>().ToList();
        return new JsonObject
        {
            ["extensionId"] = extension,
            ["telephonyStatus"] = calls.Count == 0 ? "NoCall" : (string?)calls[^1]["telephonyStatus"],
            ["sequence"] = Interlocked.Increment(ref _presence),
            ["presenceStatus"] = calls.Count == 0 ? "Available" : "Busy",
            ["userStatus"] = "Available",
            ["dndStatus"] = "TakeAllCalls",
            ["totalActiveCalls"] = calls.Count,
            ["activeCalls"] = new JsonArray([.. calls.TakeLast(7)]),
        };
    }

    private static string? ReasonOf(EndReason reason) => reason switch
    {
        EndReason.NoAnswer => "NoAnswer",
        EndReason.Cancelled => "Cancelled",
        EndReason.Busy => "TargetBusy",
        EndReason.Rejected => "Rejected",
        EndReason.AnsweredElsewhere => "AgentAnswered",
        EndReason.Transferred => "BlindTransfer",
        EndReason.Failed => "InvalidNumber",
        EndReason.Parked => "CallPark",
        _ => null,
    };

    /// <summary>The id of the message that a caller left.</summary>
    public static string MessageOf(SimulatedCall call) => call.Digits("voicemail", 12);

    private IEnumerable<RingCentralNotification> LeaveMessage(SimulatedCall call)
    {
        if (_playing.TryGetValue(call.CallId, out var playing))
            playing.Sessions.First().HasMessage = true;
        return Voicemail(call);
    }

    private static IEnumerable<RingCentralNotification> Voicemail(SimulatedCall call)
    {
        var id = MessageOf(call);
        yield return new RingCentralNotification("voicemail", PbxCategory.Voicemail, new JsonObject
        {
            ["id"] = id,
            ["from"] = new JsonObject { ["phoneNumber"] = call.From, ["name"] = call.FromName },
            ["to"] = new JsonArray(new JsonObject { ["extensionId"] = call.Extension }),
            ["type"] = "VoiceMail",
            ["messageStatus"] = "Received",
            ["attachments"] = new JsonArray(new JsonObject { ["id"] = id, ["type"] = "AudioRecording", ["vmDuration"] = 12 }),
            ["vmTranscriptionStatus"] = "InProgress",
        })
        { Extension = call.Extension };
        yield return new RingCentralNotification("message-store", PbxCategory.Message, new JsonObject
        {
            ["extensionId"] = call.Extension,
            ["changes"] = new JsonArray(new JsonObject
            {
                ["type"] = "VoiceMail",
                ["newCount"] = 1,
                ["updatedCount"] = 0,
                ["newMessageIds"] = new JsonArray(id),
            }),
        })
        { Extension = call.Extension };
    }

    private static IEnumerable<RingCentralNotification> Member(SimulatedCall call, AgentKind state)
    {
        yield return new RingCentralNotification("call-queues/presence", PbxCategory.Agent, new JsonObject
        {
            ["records"] = new JsonArray(new JsonObject
            {
                ["member"] = new JsonObject { ["id"] = call.Extension },
                ["acceptCurrentQueueCalls"] = state is AgentKind.LoggedIn or AgentKind.Ready,
            }),
        })
        { Queue = call.QueueName };
    }

    private IEnumerable<RingCentralNotification> Presence(SimulatedCall call, PresenceKind state)
    {
        foreach (var isDetailed in (bool[])[true, false])
        {
            var body = DescribePresence(call.Extension);
            body["userStatus"] = state == PresenceKind.Available ? "Available" : "Busy";
            body["presenceStatus"] = state == PresenceKind.Available ? "Available" : "Busy";
            body["dndStatus"] = state == PresenceKind.DoNotDisturb ? "DoNotAcceptAnyCalls" : "TakeAllCalls";
            if (!isDetailed)
            {
                body.Remove("activeCalls");
                body.Remove("totalActiveCalls");
            }

            yield return new RingCentralNotification("presence", PbxCategory.Presence, body) { Extension = call.Extension, IsDetailed = isDetailed };
        }
    }

    private IEnumerable<RingCentralNotification> RenderCall(SimulatedCall call, ScenarioStep step)
    {
        var playing = _playing.GetOrAdd(call.CallId, _ => new Playing(call));
        foreach (var change in playing.Apply(step))
        {
            var session = change.Session;
            yield return session.Change(change.Party, clock.GetUtcNow());
            if (change.Party.Extension is { } extension)
            {
                yield return new RingCentralNotification("presence", PbxCategory.Presence, DescribePresence(extension)) { Extension = extension, IsDetailed = true };
            }
        }

        foreach (var over in playing.TakeEnded())
            ended(over);
        if (step is CallEnded)
            _playing.TryRemove(call.CallId, out _);
    }

    /// <summary>One call while it is played: which leg is which party.</summary>
    private sealed class Playing
    {
        private readonly SimulatedCall _call;
        private readonly RingCentralCall _session;
        private readonly Dictionary<int, int> _parties = [];
        private readonly HashSet<RingCentralCall> _told = [];
        private RingCentralCall? _consultation;
        private int? _machine;

        public Playing(SimulatedCall call)
        {
            _call = call;
            var isFromInside = call.Direction != PbxDirection.Inbound;
            _session = new RingCentralCall(call, SessionOf(call), call.From, isFromInside ? call.From : null, call.To,
                call.Direction == PbxDirection.Internal ? call.To : null);
        }

        public IEnumerable<RingCentralCall> Sessions => _consultation is null ? [_session] : [_session, _consultation];

        /// <summary>The sessions that are over since it was asked last.</summary>
        public IReadOnlyList<RingCentralCall> TakeEnded() => [.. Sessions.Where(s => s.EndedAt is not null && _told.Add(s))];

        public IEnumerable<(RingCentralCall Session, RingCentralParty Party)> Apply(ScenarioStep step) => step switch
        {
            CallOffered => [Main(new RingCentralParty(1, _call.Direction == PbxDirection.Inbound ? null : _call.From, "Setup"))],
            SystemAnswered { Kind: SystemKind.Voicemail } => [Machine(_call.Extension, "VoiceMail"), .. AnswerCaller()],
            SystemAnswered { Kind: SystemKind.Queue } => [Machine(_call.QueueName, "Setup"), .. AnswerCaller()],
            SystemAnswered => [Machine(Menu, "Setup"), .. AnswerCaller()],
            LegOffered { IsConsultation: true } offered => Consult(offered),
            LegOffered { Device: > 1 } or LegOffered { IsPickUp: true } => [],
            LegOffered { Extension: null } => [],
            LegOffered offered => Offer(offered),
            LegRinging { Leg: var leg } => Ring(leg),
            LegAnswered { Leg: var leg } => Answer(leg),
            LegParked { Leg: var leg } => Set(leg, "Parked"),
            LegFetched fetched => Fetch(fetched.Leg, fetched.Extension, "*801"),
            LegHeld { Leg: var leg } => Set(leg, "Hold"),
            LegResumed { Leg: var leg } => Set(leg, "Answered"),
            CallTransferred { IsAttended: true } attended => Attend(attended),
            LegEnded ended => End(ended),
            CallEnded ended => Finish(ended.Reason),
            _ => [],
        };

        private (RingCentralCall, RingCentralParty) Main(RingCentralParty party) => (_session, party);

        private (RingCentralCall, RingCentralParty) Machine(string extension, string code)
        {
            _machine = _session.NextParty;
            return Main(new RingCentralParty(_machine.Value, extension, code));
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> AnswerCaller()
        {
            if (_session.Find(1) is { IsAlive: true } caller && caller.Code is "Setup" or "Proceeding")
                yield return Main(_session.Find(1)! with { Code = "Answered" });
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> Offer(LegOffered offered)
        {
            if (_machine is { } machine && _call.Queue is null)
            {
                yield return Main(_session.Find(machine)! with { Code = "Disconnected" });
                _machine = null;
            }

            _parties[offered.Leg] = _session.NextParty;
            yield return Main(new RingCentralParty(_session.NextParty, offered.Extension, "Setup") { IsQueueCall = _call.Queue is not null });

            // Seen: between extensions the caller's leg is answered at once, before anything rings.
            if (_call.Direction == PbxDirection.Internal)
            {
                foreach (var change in AnswerCaller())
                    yield return change;
            }
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> Ring(int leg)
        {
            if (_call.Leg(leg).IsConsultation)
            {
                yield return (_consultation!, _consultation!.Find(2)! with { Code = "Proceeding" });
                yield break;
            }

            if (_call.Leg(leg).Extension is null)
            {
                // Seen: an outside callee proceeds without a set-up, and then the caller's leg proceeds.
                _parties[leg] = _session.NextParty;
                yield return Main(new RingCentralParty(_session.NextParty, null, "Proceeding"));
                yield return Main(_session.Find(1)! with { Code = "Proceeding" });
                yield break;
            }

            foreach (var change in Set(leg, "Proceeding"))
                yield return change;
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> Answer(int leg)
        {
            if (_call.Leg(leg).IsConsultation)
            {
                yield return (_consultation!, _consultation!.Find(2)! with { Code = "Answered" });
                yield break;
            }

            if (_call.Leg(leg) is { IsPickUp: true, Extension: { } taker })
            {
                foreach (var change in Fetch(leg, taker, $"**{_call.Extension}"))
                    yield return change;
                yield break;
            }

            foreach (var change in Set(leg, "Answered"))
                yield return change;
            if (_machine is { } machine)
            {
                yield return Main(_session.Find(machine)! with { Code = "Disconnected" });
                _machine = null;
            }

            foreach (var change in AnswerCaller())
                yield return change;
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> Set(int leg, string code)
        {
            if (_parties.TryGetValue(leg, out var number) && _session.Find(number) is { IsAlive: true } party)
                yield return Main(party with { Code = code });
        }

        // The question before an attended transfer is a session of its own, from the party of leg 1.
        private IEnumerable<(RingCentralCall, RingCentralParty)> Consult(LegOffered offered)
        {
            var asker = _call.Leg(1).Extension!;
            _consultation = new RingCentralCall(_call, $"s-{_call.Hex("consultation", 20)}", asker, asker, offered.Extension!, offered.Extension);
            yield return (_consultation, new RingCentralParty(1, asker, "Setup"));
            yield return (_consultation, new RingCentralParty(2, offered.Extension, "Setup"));
            yield return (_consultation, new RingCentralParty(1, asker, "Answered"));
        }

        // Who fetches a call dials a code in a session of his own, which is gone as soon as he has the call.
        private IEnumerable<(RingCentralCall, RingCentralParty)> Fetch(int leg, string extension, string code)
        {
            var dialling = new RingCentralCall(_call, $"s-{_call.Hex("fetch", 20)}", extension, extension, code, null);
            yield return (dialling, new RingCentralParty(1, extension, "Setup"));
            _parties[leg] = _session.NextParty;
            yield return (dialling, dialling.Find(1)! with { Code = "Gone", Reason = "Pickup", Peer = _session.Id, PeerParty = _session.NextParty });
            yield return Main(new RingCentralParty(_session.NextParty, extension, "Answered"));
            foreach (var change in AnswerCaller())
                yield return change;
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> Attend(CallTransferred attended)
        {
            _parties[attended.ToLeg] = _session.NextParty;
            yield return Main(new RingCentralParty(_session.NextParty, _call.Leg(attended.ToLeg).Extension, "Answered"));
            yield return Main(_session.Find(_parties[attended.FromLeg])! with { Code = "Gone", Reason = "AttendedTransfer", Peer = _consultation!.Id });
            yield return (_consultation, _consultation.Find(2)! with { Code = "Gone", Reason = "AttendedTransfer", Peer = _session.Id });
            yield return (_consultation, _consultation.Find(1)! with { Code = "Gone", Reason = "AttendedTransfer", Peer = _session.Id });
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> End(LegEnded ended)
        {
            if (!_parties.TryGetValue(ended.Leg, out var number) || _session.Find(number) is not { IsAlive: true } party)
                yield break;
            yield return Main(party with
            {
                Code = "Disconnected",
                Reason = ReasonOf(ended.Reason),
                IsMissed = party.Extension is not null && ended.Reason is EndReason.NoAnswer or EndReason.Cancelled,
            });
        }

        private IEnumerable<(RingCentralCall, RingCentralParty)> Finish(EndReason reason)
        {
            foreach (var party in _session.Parties.Where(p => p is { IsAlive: true, Number: > 1 }).ToList())
                yield return Main(party with { Code = "Disconnected" });
            if (_session.Find(1) is { IsAlive: true } caller)
                yield return Main(caller with { Code = "Disconnected", Reason = reason is EndReason.Failed or EndReason.Busy ? ReasonOf(reason) : null });
        }
    }
}
