using System.Globalization;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// One row of the call records (history/portsip-history.md section 3): a call, or one part of it. A blank field is null or empty text.
/// Immutable.
/// </summary>
internal sealed record PortSipRow
{
    private static readonly FieldNames Names = new();

    private static readonly Field
        IdField = Names.Add("id"), SessionField = Names.Add("session_id"), CallerField = Names.Add("caller"),
        CallerNameField = Names.Add("caller_display_name"), CalleeField = Names.Add("callee"), StartField = Names.Add("started_at"),
        RingField = Names.Add("rang_at"), AnswerField = Names.Add("answered_at"), EndField = Names.Add("ended_at"),
        CallIdField = Names.Add("call_id"), DirectionField = Names.Add("direction"), ReasonField = Names.Add("end_reason"),
        RerouteField = Names.Add("reroute_reason"), CodeField = Names.Add("status_code"), DestinationField = Names.Add("destination"),
        ServiceField = Names.Add("service_number");

    /// <summary>The row's own id; null for the parts of a call.</summary>
    public string? Id { get; private init; }

    public string? SessionId { get; private init; }

    public string? Caller { get; private init; }

    public string? CallerName { get; private init; }

    /// <summary>The caller hides the number.</summary>
    public bool HidesCaller { get; private init; }

    /// <summary>The number that was called; of a call's row the first of them.</summary>
    public string? Callee { get; private init; }

    /// <summary>The number that was reached: where a call was sent on, the device's address has it, as in the live record.</summary>
    public string? Number => SipAddress.NumberOf(Device) ?? Callee;

    public DateTimeOffset StartedAt { get; private init; }

    public DateTimeOffset? RangAt { get; private init; }

    /// <summary>Null when it was not answered.</summary>
    public DateTimeOffset? AnsweredAt { get; private init; }

    /// <summary>Null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>The SIP Call-ID of the calling leg.</summary>
    public string? CallId { get; private init; }

    public PbxDirection? Direction { get; private init; }

    /// <summary>True when the call was sent on to outside.</summary>
    public bool GoesOutside { get; private init; }

    public string? Reason { get; private init; }

    /// <summary>In capitals; empty for none.</summary>
    public string Reroute { get; private init; } = "";

    /// <summary>A SIP status; 0 when there was no fault.</summary>
    public long Code { get; private init; }

    /// <summary>The device's address.</summary>
    public string? Device { get; private init; }

    /// <summary>The queue or the group that called this part.</summary>
    public string? Service { get; private init; }

    /// <summary>The row as it came.</summary>
    public ReadOnlyMemory<byte> Json { get; private init; }

    /// <summary>New fields to read rows with.</summary>
    public static JsonFields NewFields() => new(Names, new Utf8Pool());

    /// <summary>Reads a row.</summary>
    /// <returns>Null when it is none, or has no time at which it began.</returns>
    public static PortSipRow? Read(ReadOnlyMemory<byte> json, JsonFields fields)
    {
        try
        {
            if (!fields.Read(json) || Moment(fields, StartField) is not { } start)
                return null;
            var direction = fields.Text(DirectionField);
            var caller = SipAddress.Read(fields.Text(CallerField));
            var isHidden = SipAddress.IsHidden(fields.Text(CallerField));
            return new PortSipRow
            {
                Id = fields.Text(IdField),
                SessionId = fields.Text(SessionField),
                Caller = caller.Number,
                CallerName = isHidden ? null : fields.Text(CallerNameField) ?? caller.Name,
                HidesCaller = isHidden,
                Callee = fields.Party(CalleeField),
                StartedAt = start,
                RangAt = Moment(fields, RingField),
                AnsweredAt = Moment(fields, AnswerField),
                EndedAt = Moment(fields, EndField) is { } end ? end < start ? start : end : null,
                CallId = fields.Text(CallIdField),
                Direction = PortSipWords.Direction(direction),
                GoesOutside = PortSipWords.GoesOutside(direction),
                Reason = fields.Text(ReasonField),
                Reroute = fields.Text(RerouteField)?.ToUpperInvariant() ?? "",
                Code = fields.Number(CodeField) ?? 0,
                Device = fields.Address(DestinationField),
                Service = fields.Party(ServiceField),
                Json = isHidden ? HiddenParty.MaskHidden(json, PortSipFields.CallerNumbers, PortSipFields.CallerNames) : json,
            };
        }
        catch (Exception e) when (PlatformSession.IsUnreadable(e))
        {
            return null;
        }
    }

    /// <summary>Section 7: with its offset, <c>Z</c> as a rule. A time before there were such PBXs stands for none.</summary>
    public static DateTimeOffset? Moment(JsonFields fields, Field field) =>
        DateTimeOffset.TryParse(fields.Text(field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && time.Year is >= 2000 and < 9999 ? time : null;
}
