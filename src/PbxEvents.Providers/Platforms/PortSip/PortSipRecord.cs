using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// The final record of a call (portsip.md section 4.3). Numbers may be text and text numbers, and two names of the reason
/// are in use (section 8). Immutable.
/// </summary>
internal sealed record PortSipRecord
{
    public string? SessionId { get; private init; }

    public string? Caller { get; private init; }

    public string? CallerName { get; private init; }

    public string? Callee { get; private init; }

    public PbxDirection? Direction { get; private init; }

    /// <summary>True when the call was sent on to outside.</summary>
    public bool GoesOutside { get; private init; }

    public DateTimeOffset? StartedAt { get; private init; }

    public DateTimeOffset? AnsweredAt { get; private init; }

    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>v22: answered, noanswer or fail, in capitals; empty when it is missing.</summary>
    public string Status { get; private init; } = "";

    public string? Reason { get; private init; }

    public long Code { get; private init; }

    /// <summary>One for each device or hop, in order.</summary>
    public IReadOnlyList<PortSipRecordTarget> Targets { get; private init; } = [];

    /// <summary>True when it says whether somebody answered, and who.</summary>
    public bool TellsWhoAnswered => Targets.Count > 0 || Status is "NOANSWER" or "FAIL";

    public static PortSipRecord Read(JsonFields fields, JsonFields entry) => new()
    {
        SessionId = fields.Text(PortSipFields.SessionId),
        Caller = fields.Party(PortSipFields.Caller),
        CallerName = fields.CallerNameOf(),
        Callee = fields.Party(PortSipFields.Callee),
        Direction = PortSipWords.Direction(fields.Text(PortSipFields.Direction)),
        GoesOutside = PortSipWords.GoesOutside(fields.Text(PortSipFields.Direction)),
        StartedAt = fields.Moment(PortSipFields.StartTime),
        AnsweredAt = fields.Moment(PortSipFields.AnsweredTime),
        EndedAt = fields.Moment(PortSipFields.EndedTime),
        Status = fields.Word(PortSipFields.CallStatus),
        Reason = fields.Text(PortSipFields.EndedReason) ?? fields.Text(PortSipFields.EndReason),
        Code = fields.Number(PortSipFields.StatusCode) ?? 0,
        Targets = fields.Entries(PortSipFields.CallTargets).Select(json => PortSipRecordTarget.Read(json, entry)).ToArray(),
    };

    /// <summary>
    /// True when a target that answered was a person (section 7, point 3). Menus and queues answer without ringing; the
    /// sample's IVR and queue have the second of their ringing as that of their answer.
    /// </summary>
    public bool IsPerson(PortSipRecordTarget target, PortSipDirectory directory)
    {
        if (directory.IsQueue(target.Number))
            return false;
        return directory.IsExtension(target.Number) || Direction == PbxDirection.Outbound || target.IsOfGroup || target.HasRung;
    }

    /// <summary>How a device that was tried came out of it.</summary>
    public PbxOutcome OutcomeOf(PortSipRecordTarget target, PortSipDirectory directory)
    {
        if (target.AnsweredAt is not null)
            return PortSipWords.IsTransfer(target.Reason) ? PbxOutcome.Transferred : PbxOutcome.Answered;

        // Section 7: not answered, no reason, beside an answered one. It has to have rung until that answer: who rang before
        // and was given up has missed the call.
        var wasTaken = Targets.Any(t => t.AnsweredAt is { } moment && IsPerson(t, directory)
            && (target.EndedAt is not { } end || (end - moment).Duration() < TimeSpan.FromSeconds(3)));
        if (wasTaken && target.Code is < 400 or 487)
            return PbxOutcome.AnsweredElsewhere;
        return PortSipWords.Unanswered(target.Code);
    }

    /// <summary>How the call turned out.</summary>
    /// <param name="directory">What is known of the numbers.</param>
    /// <param name="known">The call as its events showed it; null when none did.</param>
    /// <param name="isGuessed">True when the events let suppose who answered, without saying it: then only the record counts.</param>
    /// <param name="isAbandoned">True when a queue said that the caller gave up.</param>
    /// <returns>Null when a person answered and what the events showed is to decide.</returns>
    public PbxOutcome? Outcome(PortSipDirectory directory, PbxCall? known, bool isGuessed, bool isAbandoned)
    {
        var answered = Targets.Where(t => t.AnsweredAt is not null && IsPerson(t, directory)).ToArray();

        var isInQueue = Targets.Any(t => directory.IsQueue(t.Number)) || directory.IsQueue(Callee) || known?.Queue is not null;
        var hasGivenUp = isAbandoned || (isInQueue && PortSipWords.IsByCaller(Reason));
        var isAnswered = (known?.AnsweredAt is not null && !isGuessed) || answered.Length > 0
            || (Targets.Count == 0 && (Status == "ANSWERED" || AnsweredAt is not null) && !directory.IsQueue(Callee));
        if (isAnswered)
        {
            // A menu's or a queue's "referred" is how it puts a caller through; only a person passes a call on. A device that
            // sends it elsewhere (302) never answers.
            var isTransferred = answered.Any(t => PortSipWords.IsTransfer(t.Reason)) || PortSipWords.IsTransfer(Reason)
                || Targets.Any(t => PortSipWords.IsRedirected(t.Reason));
            return isTransferred ? PbxOutcome.Transferred : known is null || isGuessed ? PbxOutcome.Answered : null;
        }
        if (hasGivenUp)
            return PbxOutcome.Abandoned;
        var code = Code != 0 ? Code : Targets.Select(t => t.Code).LastOrDefault(c => c >= 400);
        var refusal = PortSipWords.Unanswered(code == 0 ? null : code);
        return Status switch
        {
            "FAIL" => refusal,
            "NOANSWER" => refusal is PbxOutcome.Busy or PbxOutcome.Rejected ? refusal : PbxOutcome.Missed,
            _ => Code >= 400 ? refusal : PbxOutcome.Missed,
        };
    }
}
