namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>Is a call over, by its members and the records that have come? Members may be missing, and records tell of one stage.</summary>
internal static class YeastarEnd
{
    /// <summary>True when every member that was seen has gone.</summary>
    public static bool AllEnded(PbxCall call) => call.Legs.Count > 0 && call.Legs.All(l => l.State == PbxCallState.Ended);

    /// <summary>True when the last member has gone, when records tell of all that was left, or when nobody could be reached.</summary>
    public static bool IsOver(PbxCall? known, YeastarCall call)
    {
        if (known is null || known.State == PbxCallState.Ended || AllEnded(known))
            return true;
        return call.Records.Count > 0 ? !GoesOn(known, call) : call.HasFailed && call.Path is null && HasReachedNobody(known);
    }

    private static bool HasReachedNobody(PbxCall known) =>
        known.AnsweredAt is null
        && known.Legs.All(l => l.Role == PbxLegRole.Callee ? l.State == PbxCallState.Ended : l.State is not (PbxCallState.Answered or PbxCallState.Held));

    /// <summary>
    /// A record tells of one stage (section 5.3), and a BYE can be lost; so of a call that has records and living members: does
    /// it go on?
    /// </summary>
    private static bool GoesOn(PbxCall known, YeastarCall call)
    {
        // A person is there of whom no record tells.
        var callees = known.Legs.Where(l => l.Role == PbxLegRole.Callee && l.State != PbxCallState.Ended);
        var isTold = !call.WasPassedOn && call.Records.Any(r => r.IsAnswered && call.HasPassed(r.To.Number));
        if (callees.Any(l => !isTold && !call.Records.Any(r => r.To.Number == l.Number)))
            return true;
        var callers = known.Legs.Where(l => l.Role == PbxLegRole.Caller && l.State != PbxCallState.Ended).ToArray();
        if (callers.Length == 0 || call.Records.Any(r => r.IsOfVoicemail))
            return false;

        // The caller waits on in a queue or group, or something that is no person has him.
        if (known.AnsweredAt is null)
        {
            return call.Records.All(r => r.IsUnanswered)
                && (call.Path is not null || callers.Any(l => l.State is PbxCallState.Answered or PbxCallState.Held));
        }
        return known.State == PbxCallState.Transferred;
    }

    /// <summary>True when a record tells all of a call whose members have gone, so that there is none to wait for.</summary>
    public static bool IsOnly(YeastarRecord record, PbxCall known, YeastarCall call)
    {
        if (call.WasPassedOn || !AllEnded(known))
            return false;
        if (known.AnsweredBy is { } person)
            return record.IsAnswered && record.To.Number == person;
        var callees = known.Legs.Where(l => l.Role == PbxLegRole.Callee).Select(l => l.Number).Distinct().ToArray();
        return call.Path is null && callees is [{ } one] && record.To.Number == one;
    }
}
