namespace PbxEvents.Module.Actions;

/// <summary>The identifiers of the engine events that the module raises for plain <c>Register-EngineEvent</c>.</summary>
internal static class EngineEventNames
{
    public const string Gap = "PbxEvents.Gap";
    private const string Any = "PbxEvents.Event";

    private static readonly Dictionary<PbxCategory, string> Categories = Name<PbxCategory>("PbxEvents.");
    private static readonly Dictionary<PbxCallState, string> CallStates = Name<PbxCallState>("PbxEvents.Call.");
    private static readonly Dictionary<PbxOutcome, string> Outcomes = Name<PbxOutcome>("PbxEvents.Call.");
    private static readonly Dictionary<string, string> ConnectionStates =
        Enum.GetNames<PbxConnectionState>().ToDictionary(n => n, n => $"PbxEvents.Connection.{n}");

    /// <summary>Every identifier, for completion.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Any, .. Categories.Values, .. CallStates.Values.Union(Outcomes.Values), .. ConnectionStates.Values, Gap,
    ];

    /// <summary>
    /// The identifiers of one event, in the order they are raised. A state or an outcome is told once, when the call enters
    /// it; Answered and Transferred are both, and are told for the state while the call lives and for the outcome at its end
    /// only through Ended, so that one answered call does not count twice.
    /// </summary>
    public static IEnumerable<string> Of(PbxEvent pbxEvent)
    {
        yield return Any;
        yield return Categories[pbxEvent.Category];
        if (pbxEvent is { IsCallNews: true, CallState: { } state })
        {
            yield return CallStates[state];
            if (pbxEvent.KnownOutcome is { } outcome and not (PbxOutcome.Answered or PbxOutcome.Transferred))
                yield return Outcomes[outcome];
        }
        if (pbxEvent.Gap is not null)
            yield return Gap;
        else if (pbxEvent.Category == PbxCategory.Connection && ConnectionStates.TryGetValue(pbxEvent.Name, out var name))
            yield return name;
    }

    private static Dictionary<T, string> Name<T>(string prefix)
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(v => v, v => prefix + v);
}
