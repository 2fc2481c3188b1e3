using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>What the members of an event mean for the legs of a call (yeastar.md section 5.2).</summary>
internal static class YeastarLegs
{
    /// <summary>True when somebody is known who calls.</summary>
    public static bool HasCaller(PbxCall? known, CallUpdate update) =>
        known?.Legs.Any(l => l.Role == PbxLegRole.Caller) == true || update.Legs.Any(l => l.Role == PbxLegRole.Caller);

    /// <summary>Adds what a member says of its leg.</summary>
    public static void Add(CallUpdate update, in YeastarMember member, PbxCall? known, int id, YeastarCall call)
    {
        var (role, leg) = (RoleOf(member, known), Find(member, known));
        var state = member.State ?? (id == YeastarTopics.IncomingRequest ? PbxCallState.Offered : null);

        // Whose calls go elsewhere before the phone rings is named by the report, and was not called.
        if (id == YeastarTopics.Forwarding && leg is null && state == PbxCallState.Ended)
            return;
        PbxOutcome? outcome = null;
        if (role == PbxLegRole.Callee && state == PbxCallState.Ended)
        {
            outcome = id == YeastarTopics.Failure ? OutcomeOfFailed(leg, call.Failure)
                : call.IsHandedOver && member.Kind == YeastarMemberKind.Extension && leg?.AnsweredAt is not null ? PbxOutcome.Transferred
                : null;
        }
        if (state == PbxCallState.Ended && member.Kind == YeastarMemberKind.Extension)
            call.IsHandedOver = false;
        update.Add(new LegUpdate(member.Channel, role, state)
        {
            Outcome = outcome,
            Extension = member.Kind == YeastarMemberKind.Extension ? member.Number : null,
            Number = member.Kind switch
            {
                YeastarMemberKind.Extension => member.Number,
                YeastarMemberKind.Inbound => member.From,
                _ => member.To,
            },
        });
    }

    /// <summary>A phone that rang and was given up makes a report too (408, 480, 487): only a refusal says more than its BYE.</summary>
    private static PbxOutcome? OutcomeOfFailed(PbxLeg? leg, PbxOutcome? failure) =>
        leg is null || (leg.AnsweredAt is null && failure is PbxOutcome.Busy or PbxOutcome.Rejected) ? failure : null;

    private static PbxLeg? Find(in YeastarMember member, PbxCall? known)
    {
        foreach (var leg in known?.Legs ?? [])
        {
            if (leg.LegId == member.Channel)
                return leg;
        }
        return null;
    }

    /// <summary>HOLD and BYE are the same word for both sides; the leg is known by then, or the call's direction tells.</summary>
    public static PbxLegRole RoleOf(in YeastarMember member, PbxCall? known)
    {
        if (member.Role is { } told)
            return told;
        return Find(member, known)?.Role ?? (known?.Direction == PbxDirection.Outbound ? PbxLegRole.Caller : PbxLegRole.Callee);
    }
}
