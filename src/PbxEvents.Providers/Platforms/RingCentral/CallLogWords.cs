namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What the words of the call log mean (history/ringcentral-history.md section 5). Callers pass lower case.</summary>
internal static class CallLogWords
{
    /// <summary>True when somebody or something took the call at this part. Emergency calls have the number in the result's place.</summary>
    public static bool IsAnswered(CallLogPart part) =>
        part.Result is "accepted" or "call connected" or "answered" or "ringout connected" || (part.Result is "911" or "933" && part.Duration > TimeSpan.Zero);

    public static bool IsVoicemail(CallLogPart part) => part.HasVoicemail || part.Result is "voicemail" or "sent to voicemail";

    public static bool IsHangUp(CallLogPart part) => part.Result == "hang up" || part.Reason == "hang up";

    public static bool IsTransfer(CallLogPart part) => part.Action == "transfer" || part.LegType == "transfercall" || part.HasOtherSession;

    /// <summary>How a part turned out that nobody answered, nor voicemail; null for words that are not known.</summary>
    public static PbxOutcome? OutcomeOf(CallLogPart part) => part.Result switch
    {
        "abandoned" => PbxOutcome.Abandoned,
        "answered elsewhere" => PbxOutcome.AnsweredElsewhere,
        _ when part.Reason == "stopped" => PbxOutcome.AnsweredElsewhere,
        "busy" => PbxOutcome.Busy,
        _ when part.Reason == "line busy" => PbxOutcome.Busy,
        "declined" or "rejected" or "blocked" or "reply" => PbxOutcome.Rejected,
        _ when part.Reason is "number blocked" or "calls not accepted" => PbxOutcome.Rejected,
        "missed" or "no answer" or "hang up" or "answered not accepted" or "callback requested" => PbxOutcome.Missed,
        _ when part.Reason == "no answer" => PbxOutcome.Missed,
        "call failed" or "call failure" or "internal error" or "ip phone offline" or "no calling credit" or "not allowed" or "restricted number"
            or "wrong number" or "suspended account" or "carrier is not active" => PbxOutcome.Failed,
        var word when word.StartsWith("international", StringComparison.Ordinal) => PbxOutcome.Failed,
        _ => null,
    };
}
