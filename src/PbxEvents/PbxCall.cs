namespace PbxEvents;

/// <summary>
/// A call as it was at one moment. Immutable: a later event brings a later <see cref="PbxCall"/> with the same
/// <see cref="CallId"/>, so a script sees the state it waited for, however late it looks.
/// </summary>
public sealed record PbxCall
{
    // Every event of a call makes one: a time that is not there has no flag of its own.
    private readonly DateTimeOffset _ringingAt;
    private readonly DateTimeOffset _answeredAt;
    private readonly DateTimeOffset _endedAt;

    // What few calls have takes no room in the others.
    private readonly Rarities? _rare;

    /// <summary>The platform's id of the call.</summary>
    public required string CallId { get; init; }

    /// <summary>The connection it was seen on.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The platform.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The direction of the call.</summary>
    public PbxDirection Direction { get; init; }

    /// <summary>The calling number or address.</summary>
    public string? From { get; init; }

    /// <summary>The calling party's name, where the platform gives one.</summary>
    public string? FromName { get; init; }

    /// <summary>The called number or address.</summary>
    public string? To { get; init; }

    /// <summary>The extension it is about: the one that answered, otherwise the last one that rang, otherwise the calling one.</summary>
    public string? Extension { get; init; }

    /// <summary>
    /// The name of <see cref="Extension"/>, from the event or the platform's directory; null when neither has it, and while the directory
    /// has not been read.
    /// </summary>
    public string? ExtensionName { get; init; }

    /// <summary>The queue it came through; null when it did not.</summary>
    public string? Queue { get; init; }

    /// <summary>The name of <see cref="Queue"/>, as <see cref="ExtensionName"/>.</summary>
    public string? QueueName
    {
        get => _rare?.QueueName;
        init => _rare = value == _rare?.QueueName ? _rare : (_rare ?? new Rarities()) with { QueueName = value };
    }

    /// <summary>The state of the call.</summary>
    public PbxCallState State { get; init; }

    /// <summary>
    /// The outcome; null until <see cref="State"/> is Ended, and when too much of the call was missed to know.
    /// </summary>
    public PbxOutcome? Outcome { get; init; }

    /// <summary>
    /// True when a person answered it: for an inbound call, somebody talked with the caller. The answer of a menu, a
    /// queue or a voicemail box does not count.
    /// </summary>
    public bool IsReached => AnsweredAt is not null
        || Outcome is PbxOutcome.Answered or PbxOutcome.Transferred or PbxOutcome.AnsweredElsewhere;

    /// <summary>
    /// True for an inbound call that ended and reached nobody, whatever the platform calls it: missed, abandoned, busy,
    /// rejected, voicemail, failed. Never when it is unknown how it ended.
    /// </summary>
    public bool IsUnreached => State == PbxCallState.Ended && Direction == PbxDirection.Inbound && Outcome is not null && !IsReached;

    /// <summary>The outcome as filters and tables have it: Unknown when the call ended and its outcome is not known.</summary>
    internal PbxOutcome? KnownOutcome => State == PbxCallState.Ended ? Outcome ?? PbxOutcome.Unknown : null;

    /// <summary>Who hung up; null where the platform does not report it, and while the call is in progress.</summary>
    public PbxEndedBy? EndedBy { get; init; }

    /// <summary>The platform's id of the voicemail that the caller left; null when there is none or no event names it.</summary>
    public string? VoicemailId
    {
        get => _rare?.VoicemailId;
        init => _rare = value == _rare?.VoicemailId ? _rare : (_rare ?? new Rarities()) with { VoicemailId = value };
    }

    /// <summary>The platform's id of the call's recording, the last one when there are several; null when no event names one.</summary>
    public string? RecordingId
    {
        get => _rare?.RecordingId;
        init => _rare = value == _rare?.RecordingId ? _rare : (_rare ?? new Rarities()) with { RecordingId = value };
    }

    /// <summary>When the call was first seen.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When a device first rang; null when none did.</summary>
    public DateTimeOffset? RingingAt
    {
        get => _ringingAt == default ? null : _ringingAt;
        init => _ringingAt = value.GetValueOrDefault();
    }

    /// <summary>When a person first answered; null when none did.</summary>
    public DateTimeOffset? AnsweredAt
    {
        get => _answeredAt == default ? null : _answeredAt;
        init => _answeredAt = value.GetValueOrDefault();
    }

    /// <summary>When the last leg ended; null while the call is in progress.</summary>
    public DateTimeOffset? EndedAt
    {
        get => _endedAt == default ? null : _endedAt;
        init => _endedAt = value.GetValueOrDefault();
    }

    /// <summary>The extension, otherwise the number, of the person who answered last; null when nobody did.</summary>
    public string? AnsweredBy { get; init; }

    /// <summary>From the first answer to the end; null while the call is in progress or when nobody answered.</summary>
    public TimeSpan? TalkTime => EndedAt - AnsweredAt;

    /// <summary>From the start to the end; null while the call is in progress.</summary>
    public TimeSpan? Duration => EndedAt - StartedAt;

    /// <summary>
    /// Record when the end comes from the platform's call records, because it came in a gap; otherwise Live. With Record it has the legs that the
    /// records have, which may be fewer.
    /// </summary>
    public PbxCallOrigin Origin { get; init; }

    /// <summary>The legs, in the order they appeared.</summary>
    public IReadOnlyList<PbxLeg> Legs { get; init; } = [];

    /// <summary>
    /// The events of the call up to this moment, oldest first; of a very long call the first 1000. A connection keeps them for the calls in
    /// progress and the last 1000 that ended; an older call in its list has none.
    /// </summary>
    public IReadOnlyList<PbxEvent> Events { get; init; } = [];

    /// <summary>The call in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{CallId} {From} -> {To} {State}{(Outcome is { } o ? $" {o}" : "")}";

    private sealed record Rarities
    {
        public string? QueueName { get; init; }

        public string? VoicemailId { get; init; }

        public string? RecordingId { get; init; }
    }
}
