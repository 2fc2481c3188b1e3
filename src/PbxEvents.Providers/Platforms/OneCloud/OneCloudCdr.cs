using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// One row of the call records (history/onecloud-history.md section 3): a called leg that is over. Numbers come as numbers or texts, absent
/// values as null or empty text. Immutable.
/// </summary>
internal sealed class OneCloudCdr
{
    private static readonly string[] TimeForms =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK"];

    private OneCloudCdr(JsonElement row, string origin, DateTimeOffset startedAt, DateTimeOffset endedAt)
    {
        Json = row.GetRawText();
        (Origin, StartedAt, EndedAt) = (origin, startedAt, endedAt);
        Termination = JsonMember.TextOrNumber(row, "call-term-call-id");
        Ordinal = Number(row, "call-leg-ordinal-index");
        Id = JsonMember.TextOrNumber(row, "id") ?? $"{origin}_{Termination}_{startedAt:O}_{Ordinal}";
        Through = JsonMember.TextOrNumber(row, "call-through-call-id");
        Action = JsonMember.TextOrNumber(row, "call-through-action");
        ThroughUser = JsonMember.TextOrNumber(row, "call-through-user");
        Reason = JsonMember.TextOrNumber(row, "call-disconnect-reason-text");
        RingingAt = Time(row, "call-ringing-datetime");
        AnswerTime = Time(row, "call-answer-datetime");
        Talk = Seconds(row, "call-talking-duration-seconds");
        Hold = Seconds(row, "call-on-hold-duration-seconds");
        DialledUser = JsonMember.TextOrNumber(row, "call-orig-to-user");
        TermUri = JsonMember.TextOrNumber(row, "call-term-to-uri");
        TermUser = JsonMember.TextOrNumber(row, "call-term-user");

        var caller = JsonMember.TextOrNumber(row, "call-orig-caller-id");
        var origUser = JsonMember.TextOrNumber(row, "call-orig-user");
        IsFromHidden = SipAddress.IsHidden(caller);
        IsClickToDial = string.Equals(caller, "Call-To-Talk", StringComparison.OrdinalIgnoreCase);
        IsFromOutside = !IsClickToDial && (origUser is null || JsonMember.TextOrNumber(row, "call-orig-domain") == "*");
        OrigExtension = IsFromOutside ? null : origUser;
        From = IsFromHidden ? null : (IsClickToDial ? null : SipAddress.NumberOf(caller)) ?? OrigExtension;
        FromName = IsFromHidden ? null : JsonMember.TextOrNumber(row, "call-orig-from-name");
        IsToOutside = TermUser is null ? !IsVoicemail && !IsQueueResponder : JsonMember.TextOrNumber(row, "call-term-domain") == "*";
        IsDropped = Reason == "Term: Reg Expired" || JsonMember.TextOrNumber(row, "hide-from-results") is "1" or "yes" or "true"
            || (OrigExtension is not null && OrigExtension == TermUser);
    }

    /// <summary>The row as it came.</summary>
    public string Json { get; }

    /// <summary>The key against doubles.</summary>
    public string Id { get; }

    /// <summary>The Call-ID of the calling leg.</summary>
    public string Origin { get; }

    /// <summary>The Call-ID of the called leg; null when there was none.</summary>
    public string? Termination { get; }

    /// <summary>The leg that led here; null when none did.</summary>
    public string? Through { get; }

    /// <summary>How it led here; null when for no named reason.</summary>
    public string? Action { get; }

    /// <summary>Who sent the call here: an extension, or the queue; null when nobody did.</summary>
    public string? ThroughUser { get; }

    public string? Reason { get; }

    public double Ordinal { get; }

    public DateTimeOffset StartedAt { get; }

    public DateTimeOffset EndedAt { get; }

    public DateTimeOffset? RingingAt { get; }

    /// <summary>The answer of this leg, or of the queue or the menu before it.</summary>
    public DateTimeOffset? AnswerTime { get; }

    public TimeSpan Talk { get; }

    public TimeSpan Hold { get; }

    public bool IsFromHidden { get; }

    /// <summary>Click-to-dial: the user's own phone rings and is answered first.</summary>
    public bool IsClickToDial { get; }

    public bool IsFromOutside { get; }

    public bool IsToOutside { get; }

    public string? OrigExtension { get; }

    public string? From { get; }

    public string? FromName { get; }

    public string? DialledUser { get; }

    public string? TermUser { get; }

    public string? TermUri { get; }

    /// <summary>True for a row that tells of no call (history/onecloud-history.md section 5): a registration that ended, a call to oneself, what the platform hides.</summary>
    public bool IsDropped { get; }

    /// <summary>Both the answer time and the talk: queues and menus leave an answer time alone (history/onecloud-history.md section 10).</summary>
    public bool IsTalk => Talk > TimeSpan.Zero && AnswerTime is not null;

    public bool IsTransfer => Action?.ToUpperInvariant() is "TRANSFER" or "MOVETO" or "XFERBLIND" or "XFERSUP";

    /// <summary>Sent on by an extension's own rule, not by a person (onecloud.md section 7, point 9).</summary>
    public bool IsForwarded => !IsClickToDial && !IsTransfer && !IsDispatched
        && (Action?.StartsWith("Forward", StringComparison.OrdinalIgnoreCase) == true || (Action is null && ThroughUser is not null));

    /// <summary>A queue gave the call to this agent.</summary>
    public bool IsDispatched => string.Equals(Action, "QueueSDispatch", StringComparison.OrdinalIgnoreCase);

    public bool IsVoicemail => TermUser?.StartsWith("vmail", StringComparison.OrdinalIgnoreCase) == true
        || TermUri?.StartsWith("sip:vmail", StringComparison.OrdinalIgnoreCase) == true;

    public bool IsQueueResponder => string.Equals(TermUser, "Call-Queue", StringComparison.OrdinalIgnoreCase)
        || TermUri?.Contains("@call-queuing", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Click-to-dial's first leg.</summary>
    public bool IsOwnPhone => IsClickToDial && TermUser is not null && DialledUser is not null && TermUser != DialledUser;

    public string? To => SipAddress.NumberOf(DialledUser) ?? TermUser;

    /// <summary>The called extension or service; null for an outside party.</summary>
    public string? TermExtension => IsToOutside ? null : TermUser;

    /// <summary>The number at the called end: of a leg that a rule or a transfer sent outside it stands in the URI only.</summary>
    public string? TermNumber => TermExtension
        ?? (IsToOutside && (IsFromOutside || Action is not null || ThroughUser is not null) ? SipAddress.NumberOf(TermUri) : To ?? SipAddress.NumberOf(TermUri));

    /// <summary>
    /// When this leg was answered; null when it was not. The time that the row tells may be the queue's or the menu's, and then the talk
    /// and the hold lead back from the end.
    /// </summary>
    public DateTimeOffset? AnsweredAt
    {
        get
        {
            if (!IsTalk)
                return null;
            var reckoned = EndedAt - Talk - Hold;
            return (reckoned - AnswerTime!.Value).Duration() <= TimeSpan.FromSeconds(2) ? AnswerTime : reckoned < StartedAt ? StartedAt : reckoned;
        }
    }

    /// <summary>Reads a row.</summary>
    /// <param name="row">The row, whatever it is.</param>
    /// <param name="problem">Why it cannot be read; null when it can.</param>
    /// <returns>The row; null when it cannot be read.</returns>
    public static OneCloudCdr? Read(JsonElement row, out string? problem)
    {
        problem = null;
        if (row.ValueKind != JsonValueKind.Object)
        {
            problem = "it is no object";
            return null;
        }

        // A slim row has no ids of its own (history/onecloud-history.md section 4, point 5).
        var origin = JsonMember.TextOrNumber(row, "call-orig-call-id") ?? JsonMember.TextOrNumber(row, "call-parent-call-id");
        var start = Time(row, "call-start-datetime");
        var end = Time(row, "call-disconnect-datetime");
        if (end is null && start is { } begun && Seconds(row, "call-total-duration-seconds") is { Ticks: > 0 } total)
            end = begun + total;
        problem = origin is null ? "it has no call id" : start is null || end is null || end < start ? "it does not tell from when to when" : null;
        return problem is null ? new OneCloudCdr(row, origin!, start!.Value, end!.Value) : null;
    }

    private static double Number(JsonElement row, string name) =>
        double.TryParse(JsonMember.TextOrNumber(row, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Seconds of at most a month, which no call lasts.</summary>
    private static TimeSpan Seconds(JsonElement row, string name) =>
        Number(row, name) is > 0 and < 31 * 86400 and var seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    /// <summary>A time; it has a zone as it was asked for with one (history/onecloud-history.md section 7). Zeros and empty text are none.</summary>
    private static DateTimeOffset? Time(JsonElement row, string name)
    {
        if (JsonMember.TextOrNumber(row, name) is not { } text)
            return null;
        if (text.IndexOf('[') is > 0 and var zoneName)
            text = text[..zoneName];
        const DateTimeStyles Style = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, Style, out var time) && time.Year is > 1970 and < 9000 ? time : null;
    }
}
