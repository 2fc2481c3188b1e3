using System.Globalization;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// One call record (onecloud.md section 4.1), read field by field. Unset fields are empty text there, which reads as null
/// here. One instance serves all records.
/// </summary>
/// <param name="pool">Where texts come from.</param>
/// <param name="zone">The zone of the platform's times, which carry none.</param>
internal sealed class OneCloudRecord(Utf8Pool pool, TimeZoneInfo zone)
{
    private const int OrigCallIdSlot = 0, TermCallIdSlot = 1, ByCallIdSlot = 2, ByActionSlot = 3, AniSlot = 4, DnisSlot = 5, OrigFromUserSlot = 6,
        OrigFromNameSlot = 7, TermUserSlot = 8, OrigInfoSlot = 9, TermInfoSlot = 10, TimeAnswerSlot = 11, RemoveSlot = 12, OrigTypeSlot = 13,
        TermTypeSlot = 14, OrigSubSlot = 15, TermSubSlot = 16, TermUriSlot = 17, SessionIdSlot = 18, OrigToUserSlot = 19, OrigUserSlot = 20,
        TsSlot = 21, TermDomainSlot = 22, TermToUriSlot = 23, BySubSlot = 24, TimeStartSlot = 25, TimeRefreshSlot = 26, OrigFromUriSlot = 27;

    private static readonly FieldNames Names = new(
        "orig_callid", "term_callid", "by_callid", "by_action", "ani", "dnis", "orig_from_user",
        "orig_from_name", "term_user", "orig_call_info", "term_call_info", "time_answer", "remove", "orig_type",
        "term_type", "orig_sub", "term_sub", "term_uri", "sessionId", "orig_to_user", "orig_user",
        "ts", "term_domain", "term_to_uri", "by_sub", "time_start", "time_refresh", "orig_from_uri");

    private readonly JsonFields _fields = new(Names, pool);

    public string? OrigCallId => _fields.Text(OrigCallIdSlot);

    public string? TermCallId => _fields.Text(TermCallIdSlot);

    public string? ByCallId => _fields.Text(ByCallIdSlot);

    /// <summary>The call's key (section 7): <c>orig_callid</c>, then <c>sessionId</c>.</summary>
    public string? Key => OrigCallId ?? _fields.Text(SessionIdSlot);

    public string? ByAction => _fields.Text(ByActionSlot);

    /// <summary>Section 7, point 3: of the actions only these pass a call on; <c>ForwardSRing</c> is a simultaneous ring.</summary>
    public bool IsTransfer => ByAction?.ToUpperInvariant() is "TRANSFER" or "MOVETO" or "XFERBLIND" or "XFERSUP";

    /// <summary>
    /// Sent on by the called extension's own rule (<c>ForwardAlways</c> and the like; section 4.1), not by a person: the leg is
    /// what that extension was forwarded to.
    /// </summary>
    public bool IsForwarded => !IsClickToDial && !IsTransfer
        && (ByAction?.StartsWith("Forward", StringComparison.OrdinalIgnoreCase) == true || (ByAction is null && ByExtension is not null));

    /// <summary>The extension that forwarded the call or passed it on; null when none did.</summary>
    public string? ByExtension => _fields.Text(BySubSlot);

    public bool IsRemoved => _fields.Is(RemoveSlot, "yes");

    /// <summary>Click-to-dial: the user's own phone rings and is answered first (section 7, point 4).</summary>
    public bool IsClickToDial => _fields.Is(AniSlot, "Call-To-Talk");

    public bool IsOrigActive => _fields.Is(OrigInfoSlot, "active");

    public bool IsOrigProgressing => _fields.Is(OrigInfoSlot, "progressing");

    public bool IsTermActive => _fields.Is(TermInfoSlot, "active");

    public bool IsTermAlerting => _fields.Is(TermInfoSlot, "alerting");

    /// <summary>Answered by this leg: it is active and has an answer time.</summary>
    public bool IsAnswered => IsTermActive && _fields.Text(TimeAnswerSlot) is { } time && !time.StartsWith("0000", StringComparison.Ordinal);

    /// <summary>When the call began; null when that is not told.</summary>
    public DateTimeOffset? StartTime => ReadTime(TimeStartSlot);

    /// <summary>When the leg was answered (of some legs, when the queue or the menu was); null when that is not told.</summary>
    public DateTimeOffset? AnswerTime => ReadTime(TimeAnswerSlot);

    /// <summary>When the record was last written; null when that is not told. The closing one may repeat an earlier stamp.</summary>
    public DateTimeOffset? WriteTime => Later(ReadTime(TsSlot), ReadTime(TimeRefreshSlot));

    /// <summary>The latest moment that the record tells of; null when it tells none.</summary>
    public DateTimeOffset? NewestTime => Later(WriteTime, Later(StartTime, AnswerTime));

    /// <summary>Where the caller's number stands is a word by which he hides it: it must not be shown, whatever other fields say.</summary>
    public bool IsFromHidden => IsHidden(AniSlot) || IsHidden(OrigFromUserSlot) || IsHidden(OrigFromUriSlot);

    public string? FromName => IsFromHidden ? null : _fields.Text(OrigFromNameSlot);

    public string? From => IsFromHidden ? null
        : (IsClickToDial ? null : SipAddress.NumberOf(_fields.Text(AniSlot))) ?? OrigExtension
            ?? (IsClickToDial ? null : _fields.Text(OrigFromUserSlot) ?? SipAddress.NumberOf(_fields.Text(OrigFromUriSlot)));

    public string? To => SipAddress.NumberOf(_fields.Text(DnisSlot)) ?? _fields.Text(OrigToUserSlot) ?? TermUser;

    /// <summary>The calling extension; null for an outside party.</summary>
    public string? OrigExtension => IsFromOutside ? null : _fields.Text(OrigSubSlot) ?? _fields.Text(OrigUserSlot);

    /// <summary>
    /// The number at the called end. Of a leg to the outside that somebody's rule or transfer made it stands in the URI only:
    /// what was dialled is the one who sent it on.
    /// </summary>
    public string? TermNumber => TermExtension
        ?? (IsToOutside && (IsFromOutside || ByAction is not null || ByExtension is not null) && !IsClickToDial ? UriNumber : To ?? UriNumber);

    /// <summary>The called extension or queue; null for an outside party.</summary>
    public string? TermExtension => IsToOutside ? null : _fields.Text(TermSubSlot) ?? TermUser;

    public string? TermUser => _fields.Text(TermUserSlot);

    public string? DialledUser => _fields.Text(OrigToUserSlot) ?? _fields.Text(DnisSlot);

    /// <summary>Short records leave the type out; then an outside party is one without a user (section 4.1).</summary>
    public bool IsFromOutside => _fields.Text(OrigTypeSlot) is { } type
        ? type.Equals("gateway", StringComparison.OrdinalIgnoreCase)
        : _fields.Text(OrigSubSlot) is null && _fields.Text(OrigUserSlot) is null;

    public bool IsToOutside => _fields.Text(TermTypeSlot) is { } type
        ? type.Equals("gateway", StringComparison.OrdinalIgnoreCase)
        : _fields.Is(TermDomainSlot, "*") || (_fields.Text(TermSubSlot) is null && TermUser is null);

    /// <summary>Voicemail's responder, as public code of other NetSapiens operators shows it: <c>sip:vmail...</c>.</summary>
    public bool IsVoicemail => HasUri("sip:vmail", atStart: true);

    /// <summary>A queue's responder, from the same source: <c>sip:...@call-queuing</c>.</summary>
    public bool IsQueueResponder => HasUri("@call-queuing", atStart: false);

    private bool IsHidden(int slot) => SipAddress.IsHidden(_fields.Text(slot));

    private string? UriNumber => SipAddress.NumberOf(_fields.Text(TermUriSlot)) ?? SipAddress.NumberOf(_fields.Text(TermToUriSlot));

    /// <summary>What makes two records the same (section 7, point 8): ids plus state. Null when it has no ids.</summary>
    public string? Fingerprint => Key is null
        ? null
        : string.Join('|', OrigCallId, TermCallId, ByCallId, ByAction, TermUser, _fields.Text(OrigInfoSlot), _fields.Text(TermInfoSlot),
            _fields.Text(TimeAnswerSlot), _fields.Text(RemoveSlot));

    /// <summary>Reads a record.</summary>
    /// <returns>False when the JSON is no object.</returns>
    public bool Read(ReadOnlyMemory<byte> json) => _fields.Read(json);

    private DateTimeOffset? ReadTime(int slot)
    {
        // Times carry no zone; an unset one is all zeros, which is no date.
        if (_fields.Text(slot) is not { } text
            || !DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return null;
        }
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private bool HasUri(string part, bool atStart)
    {
        return Has(_fields.Text(TermUriSlot)) || Has(_fields.Text(TermToUriSlot));

        bool Has(string? uri) => uri is not null
            && (atStart ? uri.StartsWith(part, StringComparison.OrdinalIgnoreCase) : uri.Contains(part, StringComparison.OrdinalIgnoreCase));
    }
}
