namespace PbxEvents.Module.Reading;

/// <summary>What cmdlets and actions that look for calls look for. Immutable.</summary>
internal sealed record CallFilter
{
    public PbxCallState[]? State { get; init; }

    public PbxOutcome[]? Outcome { get; init; }

    public PbxDirection[]? Direction { get; init; }

    /// <summary>Only calls that reached nobody.</summary>
    public bool IsUnreached { get; init; }

    public string[]? Call { get; init; }

    public required PartyFilter Parties { get; init; }

    public required HoursFilter Hours { get; init; }

    /// <summary>Equal for equal filters.</summary>
    public string Text => $"{Join(State)}\u001d{Join(Outcome)}\u001d{Join(Direction)}\u001d{IsUnreached}\u001d{Join(Call)}\u001d{Parties.Text}\u001d{Hours.Text}";

    /// <summary>True when it fits calls only at a moment of their life, not the whole of it.</summary>
    public bool NamesMoment => State is not null || Outcome is not null || IsUnreached;

    /// <summary>True when it fits every call.</summary>
    public bool IsEmpty => FitsAnyCall && Hours.IsEmpty;

    private bool FitsAnyCall => !NamesMoment && Direction is null && Call is null && Parties.IsEmpty;

    public bool IsMatch(PbxCall call) =>
        (State is null || State.Contains(call.State))
        && (Outcome is null || (call.KnownOutcome is { } outcome && Outcome.Contains(outcome)))
        && (Direction is null || Direction.Contains(call.Direction))
        && (!IsUnreached || call.IsUnreached)
        && (Call is null || Call.Contains(call.CallId, StringComparer.Ordinal))
        && Parties.IsMatch(call)
        && Hours.IsMatch(call);

    /// <summary>
    /// True when an event is one of such a call's. With a state, an outcome or unreached, only the event with which the call
    /// came to it: once for each call.
    /// </summary>
    public bool IsMatch(PbxEvent e) =>
        FitsAnyCall ? Hours.IsMatch(e) : e.Call is { } call && (!NamesMoment || e.IsCallNews) && IsMatch(call);

    private static string Join<T>(T[]? values) => values is null ? "" : string.Join(',', values);
}
