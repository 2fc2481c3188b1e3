using PbxEvents.Providers;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tests.Unit.Acceptance;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>How a platform takes part in the proof that no ended call is lost.</summary>
/// <param name="Chaos">Its simulator and client.</param>
internal sealed record LostCallsPlatform(ChaosPlatform Chaos)
{
    public string Name => Chaos.Name;

    /// <summary>Every kind of call of the outcome table that the platform can tell.</summary>
    public IReadOnlyList<string> Scenarios { get; } = [.. OutcomeTable.Rows.Where(r => r.Platform == Chaos.Name).Select(r => r.Scenario)];

    /// <summary>Everything that a call can be told by.</summary>
    private IReadOnlyList<PbxSubscriptionFilter> Subscriptions => Name switch
    {
        "OneCloud" => Chaos.Subscriptions,

        // Who gives up in a menu has reached no extension.
        "PortSIP" => [.. Chaos.Subscriptions, new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }, new() { Type = PbxSubscriptionType.Call }],
        "RingCentral" => [new() { Type = PbxSubscriptionType.Call }],
        _ => [new() { Type = PbxSubscriptionType.Call }, new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] }],
    };

    /// <summary>Scenarios in which a question before a transfer, or a code that is dialled, is a call of its own that the plan does not know.</summary>
    private IReadOnlyList<string> WithOtherCalls => Name switch
    {
        "RingCentral" => ["AttendedTransfer", "Parked", "PickedUp"],
        "PortSIP" => [],
        _ => ["AttendedTransfer"],
    };

    /// <summary>Connects a client and subscribes.</summary>
    public async Task<PbxClient> ConnectAsync(SimulatorLogin login, TimeProvider clock, string statePath, CancellationToken cancellationToken)
    {
        var client = Chaos.StartClient(login, clock, statePath);
        try
        {
            await client.WaitUntilConnectedAsync(cancellationToken);
            foreach (var filter in Subscriptions)
                await client.SubscribeAsync(filter, cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>The outcome that a client which was never disturbed is told.</summary>
    public PbxOutcome Expect(SimulatedCall call) => Enum.Parse<PbxOutcome>(OutcomeTable.Expect(Name, call.Scenario)["Outcome"]);

    /// <summary>A number for the caller, by which no two calls can be taken for one; null where an extension calls.</summary>
    public string? FromOf(string scenario, int number) =>
        OutcomeTable.Expect(Name, scenario)["Direction"] == "Inbound" ? $"+1202{number:0000000}" : null;

    /// <summary>How many calls beside those that were played there may be.</summary>
    public int OtherCalls(IEnumerable<SimulatedCall> calls) => calls.Count(c => WithOtherCalls.Contains(c.Scenario)) * (Name == "RingCentral" ? 2 : 1);

    /// <summary>
    /// Why a call's outcome is rightly another one than an undisturbed client's: what no record tells, each with the place that says so.
    /// </summary>
    /// <param name="expected">What the undisturbed client is told.</param>
    /// <param name="end">What was told.</param>
    /// <returns>The reason; null when there is none.</returns>
    public string? WhyOther(PbxOutcome expected, ToldEnd end)
    {
        if (Name == "Yeastar" && expected == PbxOutcome.Rejected && end is { Outcome: PbxOutcome.Missed, Origin: PbxCallOrigin.Record })
            return "A refusal has no word of its own in the rows (yeastar-history.md section 5).";
        return null;
    }

    /// <summary>
    /// Why a call that a gap hid a part of is rightly told twice, live by one id and from its record by another: where nothing joins the two.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="ends">What was told.</param>
    /// <returns>The reason; null when there is none.</returns>
    public string? WhyTwice(SimulatedCall call, IReadOnlyList<ToldEnd> ends)
    {
        if (ends.Count != 2 || ends[0].CallId == ends[1].CallId || ends.All(e => e.CallId != call.CallId))
            return null;
        return Name switch
        {
            "TelecomX" when ends.Any(e => e.Origin == PbxCallOrigin.Live) && ends.Any(e => e.Origin == PbxCallOrigin.Record) =>
                "Told twice: the caller's leg, which alone the record names, rang in the gap (telecomx-history.md sections 4 and 9).",
            "OneCloud" when call.Scenario == "Transferred" =>
                "Told twice: what came of a transfer has an id of its own, and what it came of fell in the gap (onecloud-history.md section 4).",
            _ => null,
        };
    }

    public override string ToString() => Name;
}
