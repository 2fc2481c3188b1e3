using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// What is to be said of a call at its end. Several records can come for one call, one for each stage, the last stage's first
/// (yeastar.md section 5.3), so none of them decides alone: all of them do, then the members, and last the report of a
/// failure, which speaks of one leg's attempt. All its times are of our clock. Immutable.
/// </summary>
internal sealed class YeastarVerdict
{
    private static readonly TimeSpan LongestCall = TimeSpan.FromDays(10);

    private YeastarVerdict()
    {
    }

    /// <summary>Null when the members know better, or nobody does.</summary>
    public PbxOutcome? Outcome { get; private init; }

    /// <summary>Null when what the members showed stands.</summary>
    public PbxDirection? Direction { get; private init; }

    public SipAddress From { get; private init; }

    /// <summary>True when the caller hides the number.</summary>
    public bool HidesFrom { get; private init; }

    public string? To { get; private init; }

    public string? Extension { get; private init; }

    public string? Queue { get; private init; }

    /// <summary>Null when the members showed it, or when nobody answered.</summary>
    public string? AnsweredBy { get; private init; }

    public string? RecordingId { get; private init; }

    public DateTimeOffset? StartedAt { get; private init; }

    /// <summary>Null when the members showed it, or when nobody answered.</summary>
    public DateTimeOffset? AnsweredAt { get; private init; }

    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>Weighs what is known of a call.</summary>
    /// <param name="call">Its records, what it passed through, and its failure.</param>
    /// <param name="known">What its members showed; null when there were none.</param>
    /// <param name="queueOf">The queue that a path or number is; null when it is not known to be one.</param>
    public static YeastarVerdict Of(YeastarCall call, PbxCall? known, Func<string?, string?> queueOf)
    {
        // The last stage's comes first, and several may begin in one second.
        YeastarRecord[] records = call.Records.Count < 2 ? [.. call.Records] : [.. call.Records.Reverse().OrderBy(r => r.StartedAt ?? DateTimeOffset.MaxValue)];
        var endedAt = EndOf(known);
        if (records.Length == 0)
            return new YeastarVerdict { Outcome = HintOf(call, known), EndedAt = endedAt };
        var (first, last) = (records[0], call.Records[^1]);
        var direction = IsSure(known) || first.Direction == PbxDirection.Unknown ? known?.Direction ?? PbxDirection.Unknown : first.Direction;
        var queue = known?.Queue ?? queueOf(call.Path) ?? QueueIn(records, queueOf);
        var persons = Array.FindAll(records, r => IsPerson(r, records.Length == 1 && known is null));
        var ours = Array.FindAll(records, r => r.Direction != PbxDirection.Outbound && !IsOfSystem(r, call, queueOf));
        var isUnseen = known?.AnsweredAt is null && persons.Length > 0;

        // The clock of the PBX, and the zone it writes in, may be others than ours: only the distances between its times count.
        var end = endedAt ?? last.ArrivedAt;
        DateTimeOffset? lastEnd = null;
        var longest = TimeSpan.Zero;
        foreach (var record in records)
        {
            lastEnd = record.EndedAt > lastEnd ? record.EndedAt : lastEnd ?? record.EndedAt;
            longest = record.Duration > longest ? record.Duration : longest;
        }
        var shift = end - lastEnd;
        var start = first.StartedAt + shift;
        if (start is null || end - start > LongestCall)
            (shift, start) = (null, end - longest);
        return new YeastarVerdict
        {
            Outcome = known?.AnsweredAt is null ? Weigh() : null,
            Direction = direction == PbxDirection.Unknown ? null : direction,
            From = first.From,
            HidesFrom = first.IsFromHidden,
            To = first.Did ?? first.To.Number,
            Extension = direction == PbxDirection.Outbound ? first.From.Number
                : (ours.LastOrDefault(r => persons.Contains(r)) ?? ours.LastOrDefault())?.To.Number,
            Queue = queue,
            AnsweredBy = isUnseen ? persons[^1].To.Number : null,
            RecordingId = records.LastOrDefault(r => r.Recording is not null)?.Recording,
            StartedAt = start,
            AnsweredAt = isUnseen ? ((persons[0].EndedAt + shift) ?? end) - (persons[0].TalkTime ?? persons[0].Duration) : null,
            EndedAt = end,
        };

        // "ANSWERED" without a second of talk is an announcement's, unless it is all there is.
        bool IsPerson(YeastarRecord record, bool isAlone) =>
            record.IsAnswered && !IsOfSystem(record, call, queueOf) && (isAlone || record.TalkTime != TimeSpan.Zero);

        PbxOutcome? Weigh()
        {
            var hint = HintOf(call, known);
            if (persons.Length > 0)
            {
                return persons.Where(p => p.Direction != PbxDirection.Outbound).DistinctBy(p => p.To.Number).Count() > 1
                    ? PbxOutcome.Transferred
                    : PbxOutcome.Answered;
            }
            if (records.Any(r => r.IsAnswered && r.IsOfGroup && r.TalkTime > TimeSpan.Zero))
                return PbxOutcome.Answered;
            if (records.Any(r => r.IsOfVoicemail))
                return PbxOutcome.Voicemail;
            if (direction != PbxDirection.Outbound
                && records.Any(r => r.Status == "ABANDONED" || (queue is not null && (r.IsUnanswered || r.IsAnswered))))
            {
                return PbxOutcome.Abandoned;
            }
            if (records.Any(r => r.Status is "NO ANSWER" or "NO ANSWERED" or "ABANDONED"))
            {
                return hint is PbxOutcome.Busy or PbxOutcome.Rejected ? hint
                    : direction == PbxDirection.Outbound ? PbxOutcome.Failed
                    : PbxOutcome.Missed;
            }
            if (records.Any(r => r.Status == "BUSY"))
                return hint == PbxOutcome.Rejected ? hint : PbxOutcome.Busy;

            // The part that went on to outside failed; what became of the call the members tell.
            if (records.Any(r => r.Status == "FAILED" && (r.Direction != PbxDirection.Outbound || direction == PbxDirection.Outbound || known is null)))
                return hint ?? PbxOutcome.Failed;

            // A menu took the call, and nobody else did.
            return direction != PbxDirection.Outbound && records.Any(r => r.IsAnswered && IsOfSystem(r, call, queueOf)) ? PbxOutcome.Missed : hint;
        }
    }

    /// <summary>True for the record of a stage at which no extension was called: a menu, a queue, a group.</summary>
    public static bool IsOfSystem(YeastarRecord record, YeastarCall call, Func<string?, string?> queueOf) =>
        record.IsOfService || record.IsOfGroup || call.HasPassed(record.To.Number) || queueOf(record.To.Number) is not null;

    /// <summary>True when the members show both sides of the call, so that no record of one stage can know better.</summary>
    public static bool IsSure(PbxCall? known) => known?.Direction switch
    {
        PbxDirection.Inbound => true,
        PbxDirection.Internal => known.Legs.Any(l => l.Role == PbxLegRole.Caller) && known.Legs.Any(l => l is { Role: PbxLegRole.Callee, Extension: not null }),
        _ => false,
    };

    /// <summary>
    /// What a failure report lets suppose. It is no word about a call that rang, unless the only one who was called refused it:
    /// the caller's ordinary hang-up makes reports too.
    /// </summary>
    private static PbxOutcome? HintOf(YeastarCall call, PbxCall? known)
    {
        if (known?.AnsweredAt is not null)
            return null;
        var callees = known?.Legs.Where(l => l.Role == PbxLegRole.Callee).ToArray() ?? [];
        if (callees is [{ Outcome: PbxOutcome.Busy or PbxOutcome.Rejected } one, ..] && callees.All(l => l.Outcome == one.Outcome))
            return one.Outcome;
        var isAlone = callees.Select(l => l.Number).Distinct().Count() < 2;
        return call.Failure is { } failure && isAlone && (known?.RingingAt is null || failure is PbxOutcome.Busy or PbxOutcome.Rejected) ? failure : null;
    }

    private static string? QueueIn(YeastarRecord[] records, Func<string?, string?> queueOf)
    {
        foreach (var record in records)
        {
            if ((record.IsOfQueue ? record.To.Number : queueOf(record.To.Number)) is { } queue)
                return queue;
        }
        return null;
    }

    /// <summary>When the last member went; null while one is there, and when none was seen.</summary>
    private static DateTimeOffset? EndOf(PbxCall? known)
    {
        DateTimeOffset? end = null;
        for (var i = 0; i < known?.Legs.Count; i++)
        {
            if (known.Legs[i].State != PbxCallState.Ended)
                return null;
            end = known.Legs[i].EndedAt > end ? known.Legs[i].EndedAt : end ?? known.Legs[i].EndedAt;
        }
        return end;
    }
}
