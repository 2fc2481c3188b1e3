using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>What an event means for the legs of a call as they are known.</summary>
internal static class PortSipLegs
{
    public static bool IsLive(this PbxLeg leg) => leg.State != PbxCallState.Ended;

    /// <summary>True for a leg of that number.</summary>
    public static bool IsOf(this PbxLeg leg, string? number) => number is not null && (leg.Extension == number || leg.Number == number);

    /// <summary>The call is over, and so is every leg that was left.</summary>
    public static void EndAll(CallUpdate update, PbxCall known)
    {
        foreach (var leg in known.Legs)
        {
            if (leg.IsLive())
                update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended));
        }
    }

    /// <summary>Another person had the call until now: it was passed on.</summary>
    public static bool EndOthers(CallUpdate update, PbxCall? known, string number)
    {
        var any = false;
        foreach (var leg in known?.Legs ?? [])
        {
            if (leg is not { Role: PbxLegRole.Callee, AnsweredAt: not null } || !leg.IsLive() || leg.IsOf(number))
                continue;
            update.Add(new LegUpdate(leg.LegId, leg.Role, PbxCallState.Ended) { Outcome = PbxOutcome.Transferred });
            any = true;
        }
        return any;
    }

    /// <summary>A party holds the call, or goes on with it.</summary>
    public static void Hold(CallUpdate update, PbxCall? known, string? actor, bool isHold, DateTimeOffset time)
    {
        // Nobody is put on hold who does not talk: the answer was before what was seen.
        update.AnsweredAt = known?.AnsweredAt is null ? time : null;
        var leg = known?.Legs.Where(l => l.IsOf(actor) && l.IsLive()).OrderByDescending(l => l.AnsweredAt is not null).FirstOrDefault();
        if (leg is not null)
            update.Add(new LegUpdate(leg.LegId, leg.Role, isHold ? PbxCallState.Held : PbxCallState.Answered));
        var othersHold = known?.Legs.Any(l => l.State == PbxCallState.Held && l.LegId != leg?.LegId) == true;
        update.State = isHold || othersHold ? PbxCallState.Held : PbxCallState.Answered;
        update.AnsweredBy = known?.AnsweredBy;
    }

    /// <summary>
    /// What the legs cannot show must not be undone by them: an answer that only the call or the queue told, and a call that
    /// is on its way to somebody else.
    /// </summary>
    public static void KeepState(CallUpdate update, PbxCall? known)
    {
        if (known is null)
            return;
        var isUnseen = known.AnsweredAt is not null && !known.Legs.Any(l => l is { Role: PbxLegRole.Callee, AnsweredAt: not null });
        if (isUnseen || known.State == PbxCallState.Transferred)
            update.State = known.State;
    }

    /// <summary>The call told only the extension that answered; when all its devices but one have stopped, that one it was.</summary>
    public static void FindWhoAnswered(CallUpdate update, PbxCall? known, string endedLeg, string number)
    {
        if (known is not { AnsweredAt: { } answeredAt } || known.AnsweredBy != number
            || known.Legs.Any(l => l.IsOf(number) && l.AnsweredAt is not null))
        {
            return;
        }
        var rest = known.Legs.Where(l => l.IsOf(number) && l.IsLive() && l.LegId != endedLeg).ToArray();
        if (rest is [var last])
            update.Add(new LegUpdate(last.LegId, PbxLegRole.Callee, PbxCallState.Answered) { AnsweredAt = answeredAt });
    }

    /// <summary>
    /// The leg of a device. A leg that was known by its number only (from <c>extension_call</c>, <c>call_established</c>)
    /// becomes the first device's of that number.
    /// </summary>
    public static PbxLeg? Claim(PbxCall? known, PortSipCall open, string device, string number)
    {
        var leg = FindLeg(known, open, device, number, isAnyDevice: false);
        open.LegOfDevice[device] = leg?.LegId ?? device;
        return leg;
    }

    /// <summary>The leg of an address. With <c>isAnyDevice</c> it may name the extension and not one device, so that any of its legs will do.</summary>
    public static PbxLeg? FindLeg(PbxCall? known, PortSipCall open, string device, string number, bool isAnyDevice)
    {
        if (known is null)
            return null;
        if (open.LegOfDevice.TryGetValue(device, out var legId))
            return known.Legs.FirstOrDefault(l => l.LegId == legId);
        return known.Legs.FirstOrDefault(l => l.LegId == device)
            ?? known.Legs.FirstOrDefault(l => l.Role != PbxLegRole.Caller && l.IsOf(number) && l.IsLive()
                && (isAnyDevice || !open.LegOfDevice.ContainsValue(l.LegId)));
    }
}
