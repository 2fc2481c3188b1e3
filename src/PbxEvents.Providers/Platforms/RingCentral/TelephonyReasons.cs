namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What the codes and reasons of ringcentral.md section 8 mean, aliases included. Case does not matter to callers: they pass lower case.</summary>
internal static class TelephonyReasons
{
    /// <summary>The state that a code means for its leg; null for codes that are not known.</summary>
    public static PbxCallState? StateOf(string code) => code switch
    {
        "setup" => PbxCallState.Offered,
        "proceeding" => PbxCallState.Ringing,
        "answered" => PbxCallState.Answered,
        "hold" => PbxCallState.Held,
        "parked" => PbxCallState.Parked,
        "disconnected" or "gone" => PbxCallState.Ended,
        _ when IsVoicemail(code) || code == "faxreceive" => PbxCallState.Answered,
        _ => null,
    };

    /// <summary>True when voicemail has the call. The sources spell it in different ways.</summary>
    public static bool IsVoicemail(string code) => code is "voicemail" or "voicemailscreening" or "vmscreening";

    /// <summary>True when the party passed the call on.</summary>
    public static bool IsTransfer(string? reason) =>
        reason is "blindtransfer" or "rcctransfer" or "dtmftransfer" or "attendedtransfer" or "callredirected";

    /// <summary>True when the party put the call into a park slot.</summary>
    public static bool IsPark(string? reason) => reason is "parklocation" or "callpark";

    /// <summary>True when a caller who only fetched another call is gone: what he dialled was a park slot or a pick-up code.</summary>
    public static bool IsFetch(string? reason) => reason is "pickup" or "takeover" or "callswitch" or "callflip";

    /// <summary>Who ended the call, as far as the reason says; a plain hang-up has none.</summary>
    public static PbxEndedBy? EndedBy(string? reason) => reason switch
    {
        "cancelled" => PbxEndedBy.Caller,
        "rejected" => PbxEndedBy.Callee,
        "noanswer" or "timeout" or "internalerror" or "destinationblocked" => PbxEndedBy.System,
        _ => null,
    };

    /// <summary>How a called party that had not answered turned out; null when the reason does not say.</summary>
    public static PbxOutcome? OutcomeOf(string? reason) => reason switch
    {
        "agentanswered" or "pickup" or "callswitch" or "callflip" or "takeover" => PbxOutcome.AnsweredElsewhere,
        "rejected" => PbxOutcome.Rejected,
        "targetbusy" => PbxOutcome.Busy,
        "invalidnumber" or "nosuchuser" or "internalerror" or "destinationblocked" or "notenoughfunds" or "internationaldisabled" => PbxOutcome.Failed,
        "voicemail" => PbxOutcome.Voicemail,
        "cancelled" or "noanswer" or "timeout" => PbxOutcome.Missed,
        _ => null,
    };
}
