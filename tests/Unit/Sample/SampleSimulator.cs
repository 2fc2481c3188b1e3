using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Tests.Unit.Sample;

/// <summary>The sample platform's server.</summary>
internal sealed class SampleSimulator : PbxSimulator
{
    private static readonly string[] Known = ["Answered", "Missed", "Transferred", "Busy", "Rejected", "Outbound"];
    private readonly ConcurrentDictionary<PlainSocket, ConcurrentDictionary<string, bool>> _topics = new();

    public SampleSimulator(SimulatorOptions options)
        : base(options) => Routes.Map("GET", "/events", request => request.IsWebSocket
            ? AcceptLink(_ => { }, ReceivedAsync, link => _topics.TryRemove(link, out _))
            : ServerResponse.Json(400, "{}"));

    public override string Provider => "Sample";

    public override string UserName => "sample";

    private protected override IReadOnlyList<Scenario> Scenarios { get; } = [.. ScenarioBook.All.Where(s => Known.Contains(s.Name))];

    private protected override IEnumerable<(SimulatorLink Link, string Topic)> HeldTopics =>
        _topics.SelectMany(t => t.Value.Keys.Select(topic => ((SimulatorLink)t.Key, topic)));

    private protected override string CreateCallId(SimulatedCall call) => call.Hex("call", 12);

    private protected override async Task RenderAsync(SimulatedCall call, ScenarioStep step, CancellationToken cancellationToken)
    {
        (string Name, int Leg)? said = step switch
        {
            LegRinging s => ("ringing", s.Leg),
            LegAnswered s => ("answered", s.Leg),
            LegHeld s => ("held", s.Leg),
            LegResumed s => ("answered", s.Leg),
            CallTransferred s => ("transferred", s.FromLeg),
            CallEnded => ("ended", 0),

            // The last leg's end is the call's, which says so.
            LegEnded s when call.Legs.Any(l => l.Index > 0 && l.State != PbxCallState.Ended) => ("ended", s.Leg),
            _ => null,
        };
        if (said is not var (name, leg))
            return;
        var extension = call.Leg(leg == 0 ? 1 : leg).Extension ?? call.Extension;
        var frame = new JsonObject
        {
            ["event"] = name,
            ["call"] = call.CallId,
            ["from"] = call.From,
            ["to"] = call.To,
            ["extension"] = extension,
            ["inbound"] = call.Direction == PbxDirection.Inbound,
            ["over"] = leg == 0,
        };
        if (leg > 0)
            frame["leg"] = $"{leg}";
        var text = frame.ToJsonString();
        string[] topics = [$"calls {call.Extension}", $"calls {extension}", "calls *"];
        await PublishAsync(
            new SimulatedEvent(name, PbxCategory.Call, text) { CallId = call.CallId, Topics = topics },
            () => _topics.Where(t => topics.Any(t.Value.ContainsKey)).Select(t => ((SimulatorLink)t.Key, text)),
            cancellationToken);
    }

    private Task ReceivedAsync(PlainSocket link, ReceivedMessage message)
    {
        var command = JsonNode.Parse(message.Text)!;
        var topic = (string?)command["topic"];
        var answer = new JsonObject { ["done"] = (string?)command["do"], ["topic"] = topic };
        switch ((string?)command["do"])
        {
            case "login" when (string?)command["user"] == UserName && (string?)command["password"] == Password:
                Record(SimulatorLogKind.Authenticated, "login", "", link);
                _topics[link] = new ConcurrentDictionary<string, bool>();
                break;
            case "subscribe" when topic is not null && _topics.TryGetValue(link, out var held):
                Record(SimulatorLogKind.Subscribed, topic, "", link);
                held[topic] = true;
                break;
            case "unsubscribe" when topic is not null && _topics.TryGetValue(link, out var held):
                held.TryRemove(topic, out _);
                break;
            default:
                Record(SimulatorLogKind.AuthenticationRefused, "login", "", link);
                answer = new JsonObject { ["refused"] = "no", ["topic"] = topic };
                break;
        }
        link.Post(answer.ToJsonString(), Faults.Delay);
        return Task.CompletedTask;
    }
}
