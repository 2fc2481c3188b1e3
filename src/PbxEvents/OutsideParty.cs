namespace PbxEvents;

/// <summary>Who is at the other end of a call, seen from the house.</summary>
internal static class OutsideParty
{
    /// <summary>The caller's number, of an outbound call the one that was called; null when it is hidden.</summary>
    public static string? NumberOf(PbxCall call)
    {
        var number = call.Direction == PbxDirection.Outbound ? call.To : call.From;
        return string.IsNullOrWhiteSpace(number) ? null : number;
    }

    /// <summary>True for a call with somebody outside; false when it stayed in the house, or nobody knows.</summary>
    public static bool IsIn(PbxCall call) => call.Direction is PbxDirection.Inbound or PbxDirection.Outbound;

    /// <summary>When a talk counts from: who rang meanwhile on a second line has been heard.</summary>
    public static DateTimeOffset HeardAt(PbxCall talk) => talk.AnsweredAt ?? talk.StartedAt;
}
