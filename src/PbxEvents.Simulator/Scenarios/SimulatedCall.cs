namespace PbxEvents.Simulator.Scenarios;

/// <summary>
/// One playing of a scenario. Its ids are derived from the simulator's seed and its number, so a run can be repeated. The
/// simulator changes it while it is played; after that it stays as it is. Reading from another thread may see a moment
/// between two steps.
/// </summary>
public sealed class SimulatedCall
{
    private readonly SimulatedIds _ids;
    private volatile SimulatedLeg[] _legs = [];

    internal SimulatedCall(SimulatedIds ids, string scenario, ScenarioOptions parties, PbxDirection direction, DateTimeOffset startedAt)
    {
        _ids = ids;
        Scenario = scenario;
        Direction = direction;
        From = parties.From ?? "";
        FromName = parties.FromName ?? "";
        To = parties.To ?? "";
        Extension = parties.Extension ?? "";
        OtherExtension = parties.OtherExtension ?? "";
        QueueName = parties.Queue ?? "";
        ForwardTo = parties.ForwardTo ?? "";
        StartedAt = startedAt;
    }

    /// <summary>Its number in the simulator, from 1.</summary>
    public int Number => _ids.Number;

    /// <summary>The scenario's name.</summary>
    public string Scenario { get; }

    /// <summary>The call's id on the platform, as a client's <see cref="PbxCall.CallId"/> shows it; empty for scenarios without a call.</summary>
    public string CallId { get; internal set; } = "";

    /// <summary>Which way the call goes.</summary>
    public PbxDirection Direction { get; }

    /// <summary>The calling number; the extension for calls from inside.</summary>
    public string From { get; }

    /// <summary>The calling party's name.</summary>
    public string FromName { get; }

    /// <summary>The called number.</summary>
    public string To { get; }

    /// <summary>The extension it is about.</summary>
    public string Extension { get; }

    /// <summary>The second extension.</summary>
    public string OtherExtension { get; }

    /// <summary>The outside number that the call is forwarded to, where the scenario forwards it.</summary>
    public string ForwardTo { get; }

    /// <summary>True when the caller's number must not be shown; <see cref="From"/> has it all the same.</summary>
    public bool IsCallerHidden { get; internal init; }

    /// <summary>The queue it waits or waited in; null when it has not.</summary>
    public string? Queue { get; internal set; }

    /// <summary>What became of the call, for the caller; null before its end and for scenarios without a call.</summary>
    public PbxOutcome? Outcome { get; internal set; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>When the caller's leg ended; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    /// <summary>The legs, the caller's first.</summary>
    public IReadOnlyList<SimulatedLeg> Legs => _legs;

    /// <summary>The queue of the scenario, entered or not.</summary>
    internal string QueueName { get; }

    /// <summary>When the caller entered the queue; null when it did not.</summary>
    internal DateTimeOffset? QueuedAt { get; set; }

    /// <summary>How waiting ended; null while the caller waits.</summary>
    internal QueueResult? QueueResult { get; set; }

    /// <summary>When the caller left a message; null when none was left.</summary>
    internal DateTimeOffset? VoicemailAt { get; private set; }

    /// <summary>True when the caller hung up first.</summary>
    internal bool IsEndedByCaller { get; private set; }

    /// <summary>The machine that answered last; null when none did.</summary>
    internal SystemKind? System { get; set; }

    /// <summary>The running number of the next event of this call; makes event ids that can be repeated.</summary>
    internal int NextEvent { get; set; }

    /// <summary>Hexadecimal digits that belong to this call and a key, always the same.</summary>
    /// <param name="key">What they are for, such as <c>session</c> or <c>channel 2</c>.</param>
    /// <param name="length">How many, up to 64.</param>
    /// <returns>The digits.</returns>
    internal string Hex(string key, int length) => _ids.Hex(key, length);

    /// <summary>Decimal digits that belong to this call and a key, always the same; the first is not 0.</summary>
    /// <param name="key">What they are for.</param>
    /// <param name="length">How many, up to 18.</param>
    /// <returns>The digits.</returns>
    internal string Digits(string key, int length) => _ids.Digits(key, length);

    /// <summary>The leg of a number.</summary>
    /// <param name="index">The number.</param>
    /// <returns>The leg.</returns>
    internal SimulatedLeg Leg(int index) => _legs[index];

    /// <summary>Takes a step into account; done before the step is said to clients.</summary>
    /// <param name="step">The step.</param>
    /// <param name="now">The time.</param>
    internal void Apply(ScenarioStep step, DateTimeOffset now)
    {
        switch (step)
        {
            case CallOffered:
                AddLeg(new SimulatedLeg(0, Direction == PbxDirection.Inbound ? null : From, 1, false, now));
                break;
            case SystemAnswered answered:
                System = answered.Kind;
                break;
            case LegOffered offered:
                AddLeg(new SimulatedLeg(offered.Leg, offered.Extension, offered.Device, offered.IsConsultation, now)
                {
                    ForwardedFrom = offered.ForwardedFrom,
                    Number = offered.ForwardedFrom is null ? null : ForwardTo,
                    IsPickUp = offered.IsPickUp,
                    IsConference = offered.IsConference,
                });
                break;
            case LegRinging ringing:
                Leg(ringing.Leg).State = PbxCallState.Ringing;
                Leg(ringing.Leg).RingingAt = now;
                break;
            case LegAnswered answered:
                Leg(answered.Leg).State = PbxCallState.Answered;
                Leg(answered.Leg).AnsweredAt = now;
                break;
            case LegHeld held:
                Leg(held.Leg).State = PbxCallState.Held;
                break;
            case LegResumed resumed:
                Leg(resumed.Leg).State = PbxCallState.Answered;
                break;
            case LegParked parked:
                Leg(parked.Leg).State = PbxCallState.Parked;
                break;
            case LegFetched fetched:
                AddLeg(new SimulatedLeg(fetched.Leg, fetched.Extension, 1, false, now) { State = PbxCallState.Answered, AnsweredAt = now });
                break;
            case LegEnded ended:
                End(Leg(ended.Leg), ended.Reason, now);
                break;
            case CallEnded ended:
                End(Leg(0), ended.Reason, now);
                EndedAt = now;
                IsEndedByCaller = ended.ByCaller;
                Outcome = OutcomeOf(ended.Reason);
                break;
            case QueueEntered:
                Queue = QueueName;
                QueuedAt = now;
                break;
            case VoicemailLeft:
                VoicemailAt = now;
                break;
            case QueueLeft left:
                QueueResult = left.Result;
                break;
        }
    }

    private static void End(SimulatedLeg leg, EndReason reason, DateTimeOffset now)
    {
        leg.State = PbxCallState.Ended;
        leg.EndedAt = now;
        leg.EndReason = reason;
        leg.Outcome = reason switch
        {
            EndReason.Hangup => PbxOutcome.Answered,
            EndReason.Busy => PbxOutcome.Busy,
            EndReason.Rejected => PbxOutcome.Rejected,
            EndReason.AnsweredElsewhere => PbxOutcome.AnsweredElsewhere,
            EndReason.Transferred => PbxOutcome.Transferred,
            EndReason.Parked => PbxOutcome.Answered,
            EndReason.Failed => PbxOutcome.Failed,
            _ => PbxOutcome.Missed,
        };
    }

    private PbxOutcome OutcomeOf(EndReason reason)
    {
        if (System == SystemKind.Voicemail)
            return PbxOutcome.Voicemail;
        if (_legs.Any(l => l.Index > 0 && l.AnsweredAt is not null))
            return PbxOutcome.Answered;
        if (QueueResult == Scenarios.QueueResult.Cancelled)
            return PbxOutcome.Abandoned;
        return reason switch
        {
            EndReason.Busy => PbxOutcome.Busy,
            EndReason.Rejected => PbxOutcome.Rejected,
            EndReason.Failed => PbxOutcome.Failed,
            _ => PbxOutcome.Missed,
        };
    }

    private void AddLeg(SimulatedLeg leg)
    {
        if (leg.Index != _legs.Length)
            throw new InvalidOperationException($"Leg {leg.Index} of a scenario is not the next one.");
        _legs = [.. _legs, leg];
    }
}
