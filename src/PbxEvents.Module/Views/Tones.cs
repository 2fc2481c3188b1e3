namespace PbxEvents.Module.Views;

/// <summary>Which tone a state has, and how a terminal is told.</summary>
internal static class Tones
{
    public const string Reset = "\u001b[0m";

    /// <summary>The tone of a call: of its outcome once it has ended, else of its state.</summary>
    public static Tone Of(PbxCallState? state, PbxOutcome? outcome) => outcome switch
    {
        PbxOutcome.Missed or PbxOutcome.Abandoned or PbxOutcome.Failed => Tone.Bad,
        PbxOutcome.Voicemail or PbxOutcome.Busy or PbxOutcome.Rejected or PbxOutcome.Unknown => Tone.Warning,
        not null => Tone.Dim,
        null => state switch
        {
            PbxCallState.Answered => Tone.Good,
            null or PbxCallState.Ended => Tone.Plain,
            _ => Tone.Busy,
        },
    };

    /// <summary>The tone of a connection.</summary>
    public static Tone Of(PbxConnectionState state) => state switch
    {
        PbxConnectionState.Connected => Tone.Good,
        PbxConnectionState.Connecting or PbxConnectionState.Reconnecting => Tone.Warning,
        PbxConnectionState.Faulted => Tone.Bad,
        _ => Tone.Dim,
    };

    /// <summary>The tone of a subscription.</summary>
    public static Tone Of(PbxSubscriptionState state) => state switch
    {
        PbxSubscriptionState.Active => Tone.Good,
        PbxSubscriptionState.Pending => Tone.Warning,
        PbxSubscriptionState.Rejected => Tone.Bad,
        _ => Tone.Dim,
    };

    /// <summary>The escape sequence of a tone; empty for plain text.</summary>
    public static string Sequence(Tone tone) => tone switch
    {
        Tone.Dim => "\u001b[90m",
        Tone.Strong => "\u001b[1m",
        Tone.Good => "\u001b[92m",
        Tone.Busy => "\u001b[96m",
        Tone.Warning => "\u001b[93m",
        Tone.Bad => "\u001b[91m",
        _ => "",
    };

    /// <summary>A text in its colour. What is redirected PowerShell strips of it again.</summary>
    public static string Paint(string text, Tone tone) =>
        tone == Tone.Plain || text.Length == 0 ? text : $"{Sequence(tone)}{text}{Reset}";
}
