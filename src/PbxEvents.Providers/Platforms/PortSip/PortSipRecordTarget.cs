using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>One device or hop of a record. Immutable.</summary>
internal sealed record PortSipRecordTarget
{
    /// <summary>Its address, such as <c>sip:102@192.168.0.18:5066</c>.</summary>
    public string? Device { get; private init; }

    public string? Number { get; private init; }

    public DateTimeOffset? RingAt { get; private init; }

    /// <summary>Null when it was not answered.</summary>
    public DateTimeOffset? AnsweredAt { get; private init; }

    public DateTimeOffset? EndedAt { get; private init; }

    public string? Reason { get; private init; }

    public long Code { get; private init; }

    /// <summary>True when a queue or a ring group called it, which call only people.</summary>
    public bool IsOfGroup { get; private init; }

    /// <summary>True when it rang for a second or more.</summary>
    public bool HasRung { get; private init; }

    public static PortSipRecordTarget Read(ReadOnlyMemory<byte> json, JsonFields entry)
    {
        entry.Read(json);
        var device = entry.Address(PortSipFields.Destination) ?? entry.Address(PortSipFields.DestinationMisspelt);
        var ringAt = entry.Moment(PortSipFields.RingTime);
        var answeredAt = entry.Moment(PortSipFields.AnsweredTime);
        return new PortSipRecordTarget
        {
            Device = device,
            Number = SipAddress.NumberOf(device) ?? entry.Party(PortSipFields.Callee),
            RingAt = ringAt,
            AnsweredAt = answeredAt,
            EndedAt = entry.Moment(PortSipFields.EndedTime),
            Reason = entry.Text(PortSipFields.EndReason) ?? entry.Text(PortSipFields.EndedReason),
            Code = entry.Number(PortSipFields.StatusCode) ?? 0,
            IsOfGroup = entry.Text(PortSipFields.CallType)?.ToUpperInvariant() is not (null or "NORMAL_CALL" or "NONE"),
            HasRung = ringAt < answeredAt || entry.Number(PortSipFields.RingDuration) > 0,
        };
    }
}
