using System.Text.Json.Serialization;
using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Journal;

/// <summary>A call as a journal keeps it: without its events, which the journal has, and its connection, which the run says.</summary>
internal sealed record StoredCall
{
    public required string CallId { get; init; }

    public PbxDirection Direction { get; init; }

    public string? From { get; init; }

    public string? FromName { get; init; }

    public string? To { get; init; }

    public string? Extension { get; init; }

    public string? ExtensionName { get; init; }

    public string? Queue { get; init; }

    public string? QueueName { get; init; }

    public PbxCallState State { get; init; }

    public PbxOutcome? Outcome { get; init; }

    public PbxEndedBy? EndedBy { get; init; }

    public string? VoicemailId { get; init; }

    public string? RecordingId { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? RingingAt { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? AnsweredBy { get; init; }

    public PbxCallOrigin Origin { get; init; }

    public IReadOnlyList<KeptLeg>? Legs { get; init; }

    public static StoredCall Of(PbxCall call) => new()
    {
        CallId = call.CallId,
        Direction = call.Direction,
        From = call.From,
        FromName = call.FromName,
        To = call.To,
        Extension = call.Extension,
        ExtensionName = call.ExtensionName,
        Queue = call.Queue,
        QueueName = call.QueueName,
        State = call.State,
        Outcome = call.Outcome,
        EndedBy = call.EndedBy,
        VoicemailId = call.VoicemailId,
        RecordingId = call.RecordingId,
        StartedAt = call.StartedAt,
        RingingAt = call.RingingAt,
        AnsweredAt = call.AnsweredAt,
        EndedAt = call.EndedAt,
        AnsweredBy = call.AnsweredBy,
        Origin = call.Origin,
        Legs = call.Legs.Count == 0 ? null : [.. call.Legs.Select(KeptLeg.Of)],
    };

    public PbxCall ToCall(JournalRun run, IReadOnlyList<PbxEvent> events) => new()
    {
        CallId = CallId,
        Connection = run.Connection,
        Provider = run.Provider,
        Direction = Direction,
        From = From,
        FromName = FromName,
        To = To,
        Extension = Extension,
        ExtensionName = ExtensionName,
        Queue = Queue,
        QueueName = QueueName,
        State = State,
        Outcome = Outcome,
        EndedBy = EndedBy,
        VoicemailId = VoicemailId,
        RecordingId = RecordingId,
        StartedAt = StartedAt.ToLocalTime(),
        RingingAt = RingingAt?.ToLocalTime(),
        AnsweredAt = AnsweredAt?.ToLocalTime(),
        EndedAt = EndedAt?.ToLocalTime(),
        AnsweredBy = AnsweredBy,
        Origin = Origin,
        Legs = Legs is null ? [] : [.. Legs.Select(l => l.ToLeg())],
        Events = events,
    };
}

/// <summary>A gap as a journal keeps it.</summary>
internal sealed record StoredGap
{
    public string? Connection { get; init; }

    public DateTimeOffset From { get; init; }

    public DateTimeOffset To { get; init; }

    public PbxGapReason Reason { get; init; }

    public PbxGapRecovery Recovery { get; init; }

    public int CallsRecovered { get; init; }

    public long? EventsLost { get; init; }

    public string? Detail { get; init; }

    public static StoredGap Of(PbxGap gap) => new()
    {
        Connection = gap.Connection,
        From = gap.From,
        To = gap.To,
        Reason = gap.Reason,
        Recovery = gap.Recovery,
        CallsRecovered = gap.CallsRecovered,
        EventsLost = gap.EventsLost,
        Detail = gap.Detail,
    };

    public PbxGap ToGap()
    {
        var gap = new PbxGap
        {
            Connection = Connection ?? "",
            From = From.ToLocalTime(),
            To = To.ToLocalTime(),
            Reason = Reason,
            Recovery = Recovery,
            EventsLost = EventsLost,
            Detail = Detail,
        };
        for (var i = 0; i < CallsRecovered; i++)
            gap.CountRecovered();
        return gap;
    }
}

/// <summary>An error as a journal keeps it: what a person is told. What lay behind it is not kept.</summary>
internal sealed record StoredError
{
    public PbxErrorKind Kind { get; init; }

    public string Message { get; init; } = "";

    public string Advice { get; init; } = "";

    public string? Target { get; init; }

    public string? Code { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public bool IsPermanent { get; init; }

    public bool IsRoutine { get; init; }

    public static StoredError Of(PbxException error) => new()
    {
        Kind = error.Kind,
        Message = error.Message,
        Advice = error.Advice,
        Target = error.Target,
        Code = error.Code,
        RetryAfter = error.RetryAfter,
        IsPermanent = error.IsPermanent,
        IsRoutine = error.IsRoutine,
    };

    public PbxException ToError() => new(Kind, Message, Advice)
    {
        Target = Target,
        Code = Code,
        RetryAfter = RetryAfter,
        IsPermanent = IsPermanent,
        IsRoutine = IsRoutine,
    };
}

/// <summary>The JSON of a journal's columns. Words, not numbers, stand for what a list of words has: a file outlives the list's order.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredCall))]
[JsonSerializable(typeof(StoredGap))]
[JsonSerializable(typeof(StoredError))]
internal sealed partial class StoredJson : JsonSerializerContext;
