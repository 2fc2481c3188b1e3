using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// One row of the call records: one stage of a call (history/yeastar-history.md section 3). Immutable.
/// </summary>
/// <param name="CallId">The id of its call, by section 4.</param>
/// <param name="Key">What is the same of the same row, within its call.</param>
/// <param name="Record">What it tells, as an event 30012 does.</param>
/// <param name="Json">All of it, without a party who hides.</param>
internal sealed record YeastarRow(string CallId, string Key, YeastarRecord Record, ReadOnlyMemory<byte> Json)
{
    /// <summary>Ten digits from 2001 to 2286.</summary>
    private const int SecondsLength = 10;

    private static readonly FieldNames Names = new();

    private static readonly Field
        Id = Names.Add("call_id"), Uid = Names.Add("uid"), NewRowId = Names.Add("new_id"), OldRowId = Names.Add("id"),
        Timestamp = Names.Add("timestamp"), CallFrom = Names.Add("call_from"), CallTo = Names.Add("call_to"),
        FromNumber = Names.Add("call_from_number"), FromName = Names.Add("call_from_name"), ToNumber = Names.Add("call_to_number"),
        ToName = Names.Add("call_to_name"), Duration = Names.Add("duration"), RingDuration = Names.Add("ring_duration"),
        TalkDuration = Names.Add("talk_duration"), Disposition = Names.Add("disposition"), CallType = Names.Add("call_type"),
        ReasonText = Names.Add("reason"), DidNumber = Names.Add("did_number"), Did = Names.Add("did"), RecordFile = Names.Add("record_file");

    /// <summary>How long it rang; on a queue's row, how long the caller waited. Null when it is missing.</summary>
    public TimeSpan? RingTime { get; private init; }

    /// <summary>The PBX's words for how the stage ended; null when it is missing.</summary>
    public string? Reason { get; private init; }

    /// <summary>Begins with the stage, by our clock.</summary>
    public DateTimeOffset StartedAt => Record.StartedAt!.Value;

    public DateTimeOffset EndedAt => StartedAt + Record.Duration;

    /// <summary>True when an extension was called, not a service, a group or somebody outside.</summary>
    public bool IsOfExtension => Record.Direction != PbxDirection.Outbound && !IsOfSystem && Record.To.Number is not null;

    /// <summary>True when a menu, a queue, a group or a voicemail box was called.</summary>
    public bool IsOfSystem => Record.IsOfService || Record.IsOfGroup;

    /// <summary>Fields to read rows with. Not thread-safe.</summary>
    public static JsonFields NewFields() => new(Names, new Utf8Pool());

    /// <summary>The start of a row by the PBX's clock; null when it tells none.</summary>
    public static DateTimeOffset? StartOf(JsonFields fields) =>
        fields.Number(Timestamp) is { } seconds and > 0 and < 100_000_000_000 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>The start of a call by the PBX's clock, as its id tells it; null for an id of another form.</summary>
    public static DateTimeOffset? StartOf(string callId)
    {
        var dot = callId.IndexOf('.', StringComparison.Ordinal);
        return dot == SecondsLength && long.TryParse(callId.AsSpan(0, dot), out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    /// <summary>Reads the row at hand.</summary>
    /// <param name="fields">Its fields.</param>
    /// <param name="json">All of it.</param>
    /// <param name="clockAhead">How far the PBX's clock is ahead of ours.</param>
    /// <returns>Null when it tells no call or no time.</returns>
    public static YeastarRow? Read(JsonFields fields, ReadOnlyMemory<byte> json, TimeSpan clockAhead)
    {
        if (IdOf(fields) is not { } callId || StartOf(fields) is not { } start)
            return null;
        var from = fields.Text(CallFrom) ?? fields.Text(FromNumber);
        var to = fields.Text(CallTo);
        var key = fields.Text(NewRowId) ?? fields.Text(OldRowId) ?? $"{fields.Text(Timestamp)} {fields.Text(ToNumber) ?? to}";
        return new YeastarRow(callId, key, new YeastarRecord
        {
            Direction = YeastarRecord.ReadDirection(fields.Text(CallType)),
            Status = fields.Text(Disposition)?.ToUpperInvariant() ?? "",
            From = Party(from, fields.Text(FromNumber), fields.Text(FromName)),
            IsFromHidden = SipAddress.IsHidden(from),
            To = Party(to, fields.Text(ToNumber), fields.Text(ToName)),
            Did = fields.Text(DidNumber) ?? fields.Text(Did),
            Recording = fields.Text(RecordFile),
            StartedAt = start - clockAhead,
            Duration = fields.Seconds(Duration) ?? TimeSpan.Zero,
            TalkTime = fields.Seconds(TalkDuration),
        }, YeastarFields.ToShow(json, SipAddress.IsHidden(from)))
        {
            RingTime = fields.Seconds(RingDuration),
            Reason = fields.Text(ReasonText),
        };
    }

    /// <summary>The party's own text; what it leaves open, the fields beside it tell.</summary>
    private static SipAddress Party(string? text, string? number, string? name)
    {
        if (SipAddress.IsHidden(text))
            return default;
        var read = SipAddress.Read(text);
        return new SipAddress(read.Number ?? number, read.Name ?? name);
    }

    /// <summary>Section 4: the id that live events give the call. A row without one may name it in its recording.</summary>
    private static string? IdOf(JsonFields fields) =>
        fields.Text(Id) ?? IdInRecording(fields.Text(RecordFile)) ?? (fields.Text(Uid) is { } uid ? $"uid:{uid}" : null);

    /// <summary><c>time-call_id-from-to-type.wav</c>.</summary>
    private static string? IdInRecording(string? file)
    {
        foreach (var part in file?.Split('-') ?? [])
        {
            if (StartOf(part) is not null && part.AsSpan(SecondsLength + 1) is { IsEmpty: false } counter && !counter.ContainsAnyExceptInRange('0', '9'))
                return part;
        }
        return null;
    }
}
