namespace PbxEvents.Module.Reading;

/// <summary>What <c>Get-PbxCall</c> and <c>Wait-PbxCall</c> look for. Immutable.</summary>
internal sealed class CallFilter
{
    public PbxCallState[]? State { get; init; }

    public PbxOutcome[]? Outcome { get; init; }

    public string[]? Call { get; init; }

    public required PartyFilter Parties { get; init; }

    /// <summary>Equal for equal filters.</summary>
    public string Text => $"{Join(State)}\u001d{Join(Outcome)}\u001d{Join(Call)}\u001d{Parties.Text}";

    public bool IsMatch(PbxCall call) =>
        (State is null || State.Contains(call.State))
        && (Outcome is null || (call.Outcome is { } outcome && Outcome.Contains(outcome)))
        && (Call is null || Call.Contains(call.CallId, StringComparer.Ordinal))
        && Parties.IsMatch(call);

    private static string Join<T>(T[]? values) => values is null ? "" : string.Join(',', values);
}
