using static PbxEvents.Simulator.Scenarios.EndReason;

namespace PbxEvents.Simulator.Scenarios;

/// <summary>The scenarios that every platform can be asked for; a platform leaves out what it has no words for.</summary>
internal static class ScenarioBook
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("Answered", c => [new CallOffered(), .. Talk(c, 1), new LegEnded(1, Hangup), new CallEnded(Hangup, ByCaller: false)]),
        new("Missed", c => [new CallOffered(), .. Ring(c, 1), new LegEnded(1, NoAnswer), new CallEnded(NoAnswer, ByCaller: false)]),
        new("Cancelled", c => [new CallOffered(), .. Ring(c, 1), new LegEnded(1, Cancelled), new CallEnded(Cancelled, ByCaller: true)]),
        new("Busy", c => [new CallOffered(), new LegOffered(1, c.Extension), new LegEnded(1, Busy), new CallEnded(Busy, ByCaller: false)]),
        new("Rejected", c => [new CallOffered(), .. Ring(c, 1), new LegEnded(1, Rejected), new CallEnded(Rejected, ByCaller: false)]),
        new("AnsweredElsewhere", AnsweredElsewhere),
        new("Transferred", c =>
        [
            new CallOffered(), .. Talk(c, 1), new CallTransferred(1, 2, IsAttended: false), new LegOffered(2, c.OtherExtension),
            new LegEnded(1, Transferred), new LegRinging(2), new LegAnswered(2), new LegEnded(2, Hangup), new CallEnded(Hangup, ByCaller: false),
        ]),
        new("AttendedTransfer", c =>
        [
            new CallOffered(), .. Talk(c, 1), new LegHeld(1), new LegOffered(2, c.OtherExtension, IsConsultation: true), new LegRinging(2),
            new LegAnswered(2), new CallTransferred(1, 2, IsAttended: true), new LegEnded(1, Transferred), new LegEnded(2, Hangup),
            new CallEnded(Hangup, ByCaller: false),
        ]),
        new("Held", c =>
        [
            new CallOffered(), .. Talk(c, 1), new LegHeld(1), new LegResumed(1), new LegEnded(1, Hangup), new CallEnded(Hangup, ByCaller: true),
        ]),
        new("QueueAnswered", c =>
        [
            .. Queue(), .. Ring(c, 1), new LegOffered(2, c.OtherExtension), new LegRinging(2), new LegAnswered(1),
            new LegEnded(2, EndReason.AnsweredElsewhere), new QueueLeft(QueueResult.Answered, 1), new LegEnded(1, Hangup),
            new CallEnded(Hangup, ByCaller: true),
        ]),
        new("QueueAbandoned", c =>
        [
            .. Queue(), .. Ring(c, 1), new LegEnded(1, Cancelled), new QueueLeft(QueueResult.Cancelled), new CallEnded(Cancelled, ByCaller: true),
        ]),
        new("Voicemail", c =>
        [
            new CallOffered(), .. Ring(c, 1), new LegEnded(1, NoAnswer), new SystemAnswered(SystemKind.Voicemail), new VoicemailLeft(),
            new CallEnded(Hangup, ByCaller: true),
        ]),
        new("Menu", c =>
        [
            new CallOffered(), new SystemAnswered(SystemKind.Ivr), .. Talk(c, 1), new LegEnded(1, Hangup), new CallEnded(Hangup, ByCaller: true),
        ]),
        new("MissedAfterMenu", c =>
        [
            new CallOffered(), new SystemAnswered(SystemKind.Ivr), .. Ring(c, 1), new LegEnded(1, Cancelled), new CallEnded(Cancelled, ByCaller: true),
        ]),
        new("Internal", c => [new CallOffered(), .. Talk(c, 1), new LegEnded(1, Hangup), new CallEnded(Hangup, ByCaller: true)])
        {
            Direction = PbxDirection.Internal,
        },
        new("Outbound", c =>
        [
            new CallOffered(), new LegOffered(1, null), new LegRinging(1), new LegAnswered(1), new LegEnded(1, Hangup),
            new CallEnded(Hangup, ByCaller: true),
        ])
        { Direction = PbxDirection.Outbound },
        new("Failed", _ => [new CallOffered(), new LegOffered(1, null), new LegEnded(1, Failed), new CallEnded(Failed, ByCaller: false)])
        {
            Direction = PbxDirection.Outbound,
        },
        new("AllBusy", c =>
        [
            new CallOffered(), new LegOffered(1, c.Extension), new LegOffered(2, c.OtherExtension), new LegEnded(1, Busy), new LegEnded(2, Busy),
            new CallEnded(Busy, ByCaller: false),
        ]),
        new("MenuAbandoned", _ => [new CallOffered(), new SystemAnswered(SystemKind.Ivr), new CallEnded(Cancelled, ByCaller: true)]),
        new("VoicemailNotLeft", c =>
        [
            new CallOffered(), .. Ring(c, 1), new LegEnded(1, NoAnswer), new SystemAnswered(SystemKind.Voicemail), new CallEnded(Hangup, ByCaller: true),
        ]),
        new("MobileAnswered", c =>
        [
            new CallOffered(), .. Ring(c, 1), new LegOffered(2, null) { ForwardedFrom = c.Extension }, new LegRinging(2), new LegAnswered(2),
            new LegEnded(1, EndReason.AnsweredElsewhere), new LegEnded(2, Hangup), new CallEnded(Hangup, ByCaller: false),
        ]),
        new("ForwardedAnswered", c =>
        [
            new CallOffered(), new LegOffered(1, null) { ForwardedFrom = c.Extension }, new LegRinging(1), new LegAnswered(1),
            new LegEnded(1, Hangup), new CallEnded(Hangup, ByCaller: false),
        ]),
        new("ForwardedMissed", c =>
        [
            new CallOffered(), new LegOffered(1, null) { ForwardedFrom = c.Extension }, new LegRinging(1), new LegEnded(1, NoAnswer),
            new CallEnded(NoAnswer, ByCaller: false),
        ]),
        new("Parked", c =>
        [
            new CallOffered(), .. Talk(c, 1), new LegParked(1), new LegEnded(1, EndReason.Parked), new LegFetched(2, c.OtherExtension),
            new LegEnded(2, Hangup), new CallEnded(Hangup, ByCaller: true),
        ]),
        new("PickedUp", c =>
        [
            new CallOffered(), .. Ring(c, 1), new LegOffered(2, c.OtherExtension) { IsPickUp = true }, new LegAnswered(2),
            new LegEnded(1, EndReason.AnsweredElsewhere), new LegEnded(2, Hangup), new CallEnded(Hangup, ByCaller: true),
        ]),
        new("Conference", c =>
        [
            new CallOffered(), .. Talk(c, 1), new LegOffered(2, c.OtherExtension) { IsConference = true }, new LegRinging(2), new LegAnswered(2),
            new LegEnded(2, Hangup), new LegEnded(1, Hangup), new CallEnded(Hangup, ByCaller: true),
        ]),
        new("InternalMissed", c => [new CallOffered(), .. Ring(c, 1), new LegEnded(1, Cancelled), new CallEnded(Cancelled, ByCaller: true)])
        {
            Direction = PbxDirection.Internal,
        },
        new("OutboundCancelled", _ =>
        [
            new CallOffered(), new LegOffered(1, null), new LegRinging(1), new LegEnded(1, Cancelled), new CallEnded(Cancelled, ByCaller: true),
        ])
        { Direction = PbxDirection.Outbound },
        new("OutboundBusy", _ => [new CallOffered(), new LegOffered(1, null), new LegEnded(1, Busy), new CallEnded(Busy, ByCaller: false)])
        {
            Direction = PbxDirection.Outbound,
        },
        new("Emergency", _ =>
        [
            new CallOffered(), new LegOffered(1, null), new LegRinging(1), new LegAnswered(1), new LegEnded(1, Hangup), new CallEnded(Hangup, ByCaller: true),
        ])
        { Direction = PbxDirection.Outbound, To = "112" },
        new("HiddenCaller", c => [new CallOffered(), .. Ring(c, 1), new LegEnded(1, Cancelled), new CallEnded(Cancelled, ByCaller: true)])
        {
            HidesCaller = true,
        },
        new("NoCallee", c => [new CallOffered(), .. Ring(c, 1), new LegEnded(1, Cancelled), new CallEnded(Cancelled, ByCaller: true)]) { To = "" },
        new("Registration", _ => [new PhoneRegistered(true), new PhoneRegistered(false)]) { HasCall = false },
        new("TrunkDown", _ => [new TrunkChanged(false)]) { HasCall = false },
        new("TrunkUp", _ => [new TrunkChanged(true)]) { HasCall = false },
        new("Presence", _ => [new PresenceChanged(PresenceKind.DoNotDisturb), new PresenceChanged(PresenceKind.Lunch), new PresenceChanged(PresenceKind.Available)])
        {
            HasCall = false,
        },
        new("Agent", _ => [new AgentChanged(AgentKind.LoggedIn), new AgentChanged(AgentKind.Paused), new AgentChanged(AgentKind.Ready), new AgentChanged(AgentKind.LoggedOut)])
        {
            HasCall = false,
        },
        new("Request", _ => [new PartnerRequest()]) { HasCall = false },
    ];

    private static ScenarioStep[] Ring(SimulatedCall call, int leg) => [new LegOffered(leg, call.Extension), new LegRinging(leg)];

    private static ScenarioStep[] Talk(SimulatedCall call, int leg) => [.. Ring(call, leg), new LegAnswered(leg)];

    private static ScenarioStep[] Queue() => [new CallOffered(), new SystemAnswered(SystemKind.Queue), new QueueEntered()];

    // Two devices of the extension and one of the other ring together; the other extension answers.
    private static ScenarioStep[] AnsweredElsewhere(SimulatedCall c) =>
    [
        new CallOffered(), new LegOffered(1, c.Extension), new LegOffered(2, c.Extension, Device: 2), new LegOffered(3, c.OtherExtension),
        new LegRinging(1), new LegRinging(2), new LegRinging(3), new LegAnswered(3), new LegEnded(1, EndReason.AnsweredElsewhere),
        new LegEnded(2, EndReason.AnsweredElsewhere), new LegEnded(3, Hangup), new CallEnded(Hangup, ByCaller: false),
    ];
}
