using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// The rows of one call, and what they say of it (history/yeastar-history.md sections 4 and 5): by the verdict that live records
/// get, and by what rows tell and events do not.
/// </summary>
/// <param name="callId">The call.</param>
internal sealed class YeastarRecordedCall(string callId)
{
    /// <summary>A call has a handful of stages; a server that sends more must not fill the memory.</summary>
    private const int MaxRows = 100;

    private readonly List<YeastarRow> _rows = new(2);

    public string CallId => callId;

    /// <summary>When its last stage ended, by our clock.</summary>
    public DateTimeOffset EndedAt => _rows.Max(r => r.EndedAt);

    /// <summary>Adds a row.</summary>
    /// <returns>False for a double.</returns>
    public bool Add(YeastarRow row)
    {
        if (_rows.Exists(r => r.Key == row.Key))
            return false;
        if (_rows.Count < MaxRows)
            _rows.Add(row);
        return true;
    }

    /// <summary>Adds the rows of the same call that another reading found.</summary>
    public void AddAll(YeastarRecordedCall other) => other._rows.ForEach(r => Add(r));

    /// <summary>The call.</summary>
    public CallRecord ToRecord()
    {
        var rows = InOrder();
        var endedAt = EndedAt;
        var stages = new YeastarCall();

        // The verdict expects them as events bring them: the last stage first.
        foreach (var row in rows.Reverse())
            stages.Add(row.Record with { ArrivedAt = endedAt });
        var verdict = YeastarVerdict.Of(stages, null, _ => null);
        var answered = rows.Where(r => IsAnsweredByPerson(r, rows.Length)).ToArray();
        var update = new CallUpdate().Reset(callId);
        update.IsEnd = true;
        update.Outcome = OutcomeOf(verdict, rows, answered);
        update.Direction = verdict.Direction;
        update.HidesFrom = verdict.HidesFrom;
        update.From = verdict.From.Number;
        update.FromName = verdict.From.Name;
        update.To = verdict.To;
        update.Queue = verdict.Queue;
        update.Extension = verdict.Extension;
        update.StartedAt = rows[0].StartedAt;
        update.RingingAt = rows.FirstOrDefault(r => !r.IsOfSystem && (r.RingTime > TimeSpan.Zero || r.Record.IsAnswered))?.StartedAt;
        update.AnsweredAt = answered.Length > 0 ? AnswerOf(answered[0]) : verdict.AnsweredAt;
        update.AnsweredBy = verdict.AnsweredBy;
        update.EndedAt = endedAt;
        update.RecordingId = verdict.RecordingId;
        AddLegs(update, rows, answered);
        return new CallRecord(update, endedAt, JsonPayload.Write(w =>
        {
            w.WriteStartArray();
            foreach (var row in rows)
                w.WriteRawValue(row.Json.Span);
            w.WriteEndArray();
        }));
    }

    /// <summary>By their start; several may begin in one second: first who passes a call on, then who gets it, then who is called outside.</summary>
    private YeastarRow[] InOrder() =>
    [
        .. _rows.OrderBy(r => r.StartedAt)
            .ThenBy(r => r.IsOfSystem && !r.Record.IsOfVoicemail ? 0 : r.Record.IsOfVoicemail ? 3 : r.Record.Direction == PbxDirection.Outbound ? 2 : 1)
            .ThenBy(r => r.EndedAt),
    ];

    private static PbxOutcome? OutcomeOf(YeastarVerdict verdict, YeastarRow[] rows, YeastarRow[] answered)
    {
        if (answered.Length > 0 && Array.Exists(rows, r => Says(r, "attended transferred") || Says(r, "blind transferred")))
            return PbxOutcome.Transferred;

        // Who leaves the queue gives up; a queue that gives the caller up has missed the call.
        return verdict.Outcome == PbxOutcome.Abandoned && Says(rows[^1], "timed out") ? PbxOutcome.Missed : verdict.Outcome;
    }

    private static bool Says(YeastarRow row, string words) => row.Reason?.Contains(words, StringComparison.OrdinalIgnoreCase) == true;

    private static bool IsAnsweredByPerson(YeastarRow row, int count) =>
        row.Record.IsAnswered && !row.IsOfSystem && (count == 1 || row.Record.TalkTime != TimeSpan.Zero);

    private static DateTimeOffset AnswerOf(YeastarRow row) =>
        row.StartedAt + (row.RingTime ?? row.Record.Duration - (row.Record.TalkTime ?? row.Record.Duration));

    /// <summary>Members and agents that only rang have no row.</summary>
    private static void AddLegs(CallUpdate update, YeastarRow[] rows, YeastarRow[] answered)
    {
        foreach (var row in rows)
        {
            var isAnswered = answered.Contains(row);
            if (row.Record.To.Number is not { } number || row.IsOfSystem || (!row.IsOfExtension && !isAnswered))
                continue;
            update.Add(new LegUpdate($"cdr:{row.Key}", PbxLegRole.Callee, PbxCallState.Ended)
            {
                Extension = row.IsOfExtension ? number : null,
                ExtensionName = row.IsOfExtension ? row.Record.To.Name : null,
                Number = number,
                AnsweredAt = isAnswered ? AnswerOf(row) : null,
                Outcome = isAnswered ? update.Outcome == PbxOutcome.Transferred && row != answered[^1] ? PbxOutcome.Transferred : PbxOutcome.Answered
                    : answered.Length > 0 ? PbxOutcome.AnsweredElsewhere
                    : row.Record.Status switch
                    {
                        "BUSY" => PbxOutcome.Busy,
                        "FAILED" => PbxOutcome.Failed,
                        _ => PbxOutcome.Missed,
                    },
            });
        }
    }
}
