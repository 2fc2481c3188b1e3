namespace PbxEvents.Simulator.Scenarios;

/// <summary>One thing that happens in a scenario, in no platform's words. Each platform's simulator says it in its own frames.</summary>
internal abstract record ScenarioStep;

/// <summary>The call comes in (or goes out, see <see cref="SimulatedCall.Direction"/>); leg 0, the caller's, is there.</summary>
internal sealed record CallOffered : ScenarioStep;

/// <summary>A machine of the PBX answers the caller. No person has answered.</summary>
/// <param name="Kind">Which machine.</param>
internal sealed record SystemAnswered(SystemKind Kind) : ScenarioStep;

/// <summary>A leg to a callee is set up; nothing rings yet.</summary>
/// <param name="Leg">The leg's number, from 1, in the order of first mention.</param>
/// <param name="Extension">The extension; null for an outside callee, whose number is the call's To.</param>
/// <param name="Device">Which device of the extension, from 1.</param>
/// <param name="IsConsultation">True for the leg by which the party of leg 1 asks before an attended transfer.</param>
internal sealed record LegOffered(int Leg, string? Extension, int Device = 1, bool IsConsultation = false) : ScenarioStep
{
    /// <summary>The extension whose calls go to the outside number <see cref="SimulatedCall.ForwardTo"/>; null for a leg of its own.</summary>
    public string? ForwardedFrom { get; init; }

    /// <summary>True when its party takes the call from the phone that rings; its answer follows at once.</summary>
    public bool IsPickUp { get; init; }

    /// <summary>True when its party is added to the call that goes on.</summary>
    public bool IsConference { get; init; }
}

/// <summary>The leg's device alerts.</summary>
/// <param name="Leg">The leg.</param>
internal sealed record LegRinging(int Leg) : ScenarioStep;

/// <summary>A person answers.</summary>
/// <param name="Leg">The leg.</param>
internal sealed record LegAnswered(int Leg) : ScenarioStep;

/// <summary>The party of the leg puts the other one on hold.</summary>
/// <param name="Leg">The leg.</param>
internal sealed record LegHeld(int Leg) : ScenarioStep;

/// <summary>The party of the leg takes the other one off hold.</summary>
/// <param name="Leg">The leg.</param>
internal sealed record LegResumed(int Leg) : ScenarioStep;

/// <summary>The party of the leg puts the other one into a park slot. The leg's end follows.</summary>
/// <param name="Leg">The leg.</param>
internal sealed record LegParked(int Leg) : ScenarioStep;

/// <summary>Somebody fetches the parked call; the leg is set up and answered at once.</summary>
/// <param name="Leg">The leg's number.</param>
/// <param name="Extension">Who.</param>
internal sealed record LegFetched(int Leg, string Extension) : ScenarioStep;

/// <summary>The leg is gone.</summary>
/// <param name="Leg">The leg.</param>
/// <param name="Reason">Why.</param>
internal sealed record LegEnded(int Leg, EndReason Reason) : ScenarioStep;

/// <summary>
/// The party of one leg passes the call on to another. Blind: the other leg is set up after this. Attended: it was a
/// consultation and is answered already. The first leg's end follows.
/// </summary>
/// <param name="FromLeg">The leg that passes it on.</param>
/// <param name="ToLeg">The leg that gets it.</param>
/// <param name="IsAttended">True when the parties spoke first.</param>
internal sealed record CallTransferred(int FromLeg, int ToLeg, bool IsAttended) : ScenarioStep;

/// <summary>The call is over: the caller's leg ends too.</summary>
/// <param name="Reason">Why.</param>
/// <param name="ByCaller">True when the caller hung up first.</param>
internal sealed record CallEnded(EndReason Reason, bool ByCaller) : ScenarioStep;

/// <summary>The caller waits in the call's queue.</summary>
internal sealed record QueueEntered : ScenarioStep;

/// <summary>The caller waits no more.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Leg">The leg that answered; null when none did.</param>
internal sealed record QueueLeft(QueueResult Result, int? Leg = null) : ScenarioStep;

/// <summary>The caller left a message for the call's extension.</summary>
internal sealed record VoicemailLeft : ScenarioStep;

/// <summary>A phone of the call's extension signed on or off.</summary>
/// <param name="IsRegistered">True for on.</param>
internal sealed record PhoneRegistered(bool IsRegistered) : ScenarioStep;

/// <summary>A trunk went down or came up again.</summary>
/// <param name="IsUp">True for up.</param>
internal sealed record TrunkChanged(bool IsUp) : ScenarioStep;

/// <summary>The presence of the call's extension changed.</summary>
/// <param name="State">To what.</param>
internal sealed record PresenceChanged(PresenceKind State) : ScenarioStep;

/// <summary>The agent at the call's extension changed state in the call's queue.</summary>
/// <param name="State">To what.</param>
internal sealed record AgentChanged(AgentKind State) : ScenarioStep;

/// <summary>The built-in partner sends a request to the connected clients.</summary>
internal sealed record PartnerRequest : ScenarioStep;
