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
    private static readonly FieldNames Names = new();

    private static readonly Field
        OrigCallIdField = Names.Add("orig_callid"), TermCallIdField = Names.Add("term_callid"), ByCallIdField = Names.Add("by_callid"),
        ByActionField = Names.Add("by_action"), AniField = Names.Add("ani"), DnisField = Names.Add("dnis"),
        OrigFromUserField = Names.Add("orig_from_user"), OrigFromNameField = Names.Add("orig_from_name"),
        TermUserField = Names.Add("term_user"), OrigInfoField = Names.Add("orig_call_info"), TermInfoField = Names.Add("term_call_info"),
        TimeAnswerField = Names.Add("time_answer"), RemoveField = Names.Add("remove"), OrigTypeField = Names.Add("orig_type"),
        TermTypeField = Names.Add("term_type"), OrigSubField = Names.Add("orig_sub"), TermSubField = Names.Add("term_sub"),
        TermUriField = Names.Add("term_uri"), SessionIdField = Names.Add("sessionId"), OrigToUserField = Names.Add("orig_to_user"),
        OrigUserField = Names.Add("orig_user"), TsField = Names.Add("ts"), TermDomainField = Names.Add("term_domain"),
        TermToUriField = Names.Add("term_to_uri"), BySubField = Names.Add("by_sub"), TimeStartField = Names.Add("time_start"),
        TimeRefreshField = Names.Add("time_refresh"), OrigFromUriField = Names.Add("orig_from_uri");

    private readonly JsonFields _fields = new(Names, pool);

    public string? OrigCallId => _fields.Text(OrigCallIdField);

    public string? TermCallId => _fields.Text(TermCallIdField);

    public string? ByCallId => _fields.Text(ByCallIdField);

    /// <summary>The call's key (section 7): <c>orig_callid</c>, then <c>sessionId</c>.</summary>
    public string? Key => OrigCallId ?? _fields.Text(SessionIdField);

    public string? ByAction => _fields.Text(ByActionField);

    /// <summary>Section 7, point 3: of the actions only these pass a call on; <c>ForwardSRing</c> is a simultaneous ring.</summary>
    public bool IsTransfer => ByAction?.ToUpperInvariant() is "TRANSFER" or "MOVETO" or "XFERBLIND" or "XFERSUP";

    /// <summary>
    /// Sent on by the called extension's own rule (<c>ForwardAlways</c> and the like; section 4.1), not by a person: the leg is
    /// what that extension was forwarded to.
    /// </summary>
    public bool IsForwarded => !IsClickToDial && !IsTransfer
        && (ByAction?.StartsWith("Forward", StringComparison.OrdinalIgnoreCase) == true || (ByAction is null && ByExtension is not null));

    /// <summary>The extension that forwarded the call or passed it on; null when none did.</summary>
    public string? ByExtension => _fields.Text(BySubField);

    public bool IsRemoved => _fields.Is(RemoveField, "yes");

    /// <summary>Click-to-dial: the user's own phone rings and is answered first (section 7, point 4).</summary>
    public bool IsClickToDial => _fields.Is(AniField, "Call-To-Talk");

    public bool IsOrigActive => _fields.Is(OrigInfoField, "active");

    public bool IsOrigProgressing => _fields.Is(OrigInfoField, "progressing");

    public bool IsTermActive => _fields.Is(TermInfoField, "active");

    public bool IsTermAlerting => _fields.Is(TermInfoField, "alerting");

    /// <summary>Answered by this leg: it is active and has an answer time.</summary>
    public bool IsAnswered => IsTermActive && _fields.Text(TimeAnswerField) is { } time && !time.StartsWith("0000", StringComparison.Ordinal);

    /// <summary>When the call began; null when that is not told.</summary>
    public DateTimeOffset? StartTime => ReadTime(TimeStartField);

    /// <summary>When the leg was answered (of some legs, when the queue or the menu was); null when that is not told.</summary>
    public DateTimeOffset? AnswerTime => ReadTime(TimeAnswerField);

    /// <summary>When the record was last written; null when that is not told. The closing one may repeat an earlier stamp.</summary>
    public DateTimeOffset? WriteTime => Later(ReadTime(TsField), ReadTime(TimeRefreshField));

    /// <summary>The latest moment that the record tells of; null when it tells none.</summary>
    public DateTimeOffset? NewestTime => Later(WriteTime, Later(StartTime, AnswerTime));

    /// <summary>Where the caller's number stands is a word by which he hides it: it must not be shown, whatever other fields say.</summary>
    public bool IsFromHidden => IsHidden(AniField) || IsHidden(OrigFromUserField) || IsHidden(OrigFromUriField);

    public string? FromName => IsFromHidden ? null : _fields.Text(OrigFromNameField);

    public string? From => IsFromHidden ? null
        : (IsClickToDial ? null : SipAddress.NumberOf(_fields.Text(AniField))) ?? OrigExtension
            ?? (IsClickToDial ? null : _fields.Text(OrigFromUserField) ?? SipAddress.NumberOf(_fields.Text(OrigFromUriField)));

    public string? To => SipAddress.NumberOf(_fields.Text(DnisField)) ?? _fields.Text(OrigToUserField) ?? TermUser;

    /// <summary>The calling extension; null for an outside party.</summary>
    public string? OrigExtension => IsFromOutside ? null : _fields.Text(OrigSubField) ?? _fields.Text(OrigUserField);

    /// <summary>
    /// The number at the called end. Of a leg to the outside that somebody's rule or transfer made it stands in the URI only:
    /// what was dialled is the one who sent it on.
    /// </summary>
    public string? TermNumber => TermExtension
        ?? (IsToOutside && (IsFromOutside || ByAction is not null || ByExtension is not null) && !IsClickToDial ? UriNumber : To ?? UriNumber);

    /// <summary>The called extension or queue; null for an outside party.</summary>
    public string? TermExtension => IsToOutside ? null : _fields.Text(TermSubField) ?? TermUser;

    public string? TermUser => _fields.Text(TermUserField);

    public string? DialledUser => _fields.Text(OrigToUserField) ?? _fields.Text(DnisField);

    /// <summary>Short records leave the type out; then an outside party is one without a user (section 4.1).</summary>
    public bool IsFromOutside => _fields.Text(OrigTypeField) is { } type
        ? type.Equals("gateway", StringComparison.OrdinalIgnoreCase)
        : _fields.Text(OrigSubField) is null && _fields.Text(OrigUserField) is null;

    public bool IsToOutside => _fields.Text(TermTypeField) is { } type
        ? type.Equals("gateway", StringComparison.OrdinalIgnoreCase)
        : _fields.Is(TermDomainField, "*") || (_fields.Text(TermSubField) is null && TermUser is null);

    /// <summary>Voicemail's responder, as public code of other NetSapiens operators shows it: <c>sip:vmail...</c>.</summary>
    public bool IsVoicemail => HasUri("sip:vmail", atStart: true);

    /// <summary>A queue's responder, from the same source: <c>sip:...@call-queuing</c>.</summary>
    public bool IsQueueResponder => HasUri("@call-queuing", atStart: false);

    private string? UriNumber => SipAddress.NumberOf(_fields.Text(TermUriField)) ?? SipAddress.NumberOf(_fields.Text(TermToUriField));

    /// <summary>What makes two records the same (section 7, point 8): ids plus state. Null when it has no ids.</summary>
    public string? Fingerprint => Key is null
        ? null
        : string.Join('|', OrigCallId, TermCallId, ByCallId, ByAction, TermUser, _fields.Text(OrigInfoField), _fields.Text(TermInfoField),
            _fields.Text(TimeAnswerField), _fields.Text(RemoveField));

    private bool IsHidden(Field field) => SipAddress.IsHidden(_fields.Text(field));

    /// <summary>Reads a record.</summary>
    /// <returns>False when the JSON is no object.</returns>
    public bool Read(ReadOnlyMemory<byte> json) => _fields.Read(json);

    private DateTimeOffset? ReadTime(Field field)
    {
        // Times carry no zone; an unset one is all zeros, which is no date.
        if (_fields.Text(field) is not { } text
            || !DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return null;
        }
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private bool HasUri(string part, bool atStart)
    {
        return Has(_fields.Text(TermUriField)) || Has(_fields.Text(TermToUriField));

        bool Has(string? uri) => uri is not null
            && (atStart ? uri.StartsWith(part, StringComparison.OrdinalIgnoreCase) : uri.Contains(part, StringComparison.OrdinalIgnoreCase));
    }
}
