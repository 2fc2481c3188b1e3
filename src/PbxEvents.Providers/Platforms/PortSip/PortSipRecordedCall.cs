using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The rows of one call, and what they say of it together (history/portsip-history.md sections 4 and 5).</summary>
/// <param name="callId">Its id in live events.</param>
/// <param name="rows">Its rows.</param>
/// <param name="numbers">What numbers stand for.</param>
internal sealed class PortSipRecordedCall(string callId, IReadOnlyList<PortSipRow> rows, PortSipNumbers numbers)
{
    /// <summary>Who rang until somebody answered stopped so soon afterwards.</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(3);

    private readonly PortSipRow[] _parts = [.. rows.OrderBy(r => r.StartedAt).ThenBy(r => r.EndedAt).ThenBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>The row of the whole call, where its parts are told apart from it; null where there are only parts.</summary>
    public PortSipRow? Whole { get; init; }

    /// <summary>Another id by which a live client may know it.</summary>
    public string? OtherId { get; init; }

    /// <summary>True when a caller left a message while a call went on or soon afterwards.</summary>
    public Func<string, DateTimeOffset, DateTimeOffset, bool>? HasLeftMessage { get; set; }

    /// <summary>When the call was over.</summary>
    public DateTimeOffset EndedAt => Whole?.EndedAt ?? _parts.Max(p => p.EndedAt ?? p.StartedAt);

    private PortSipRow First => Whole ?? _parts[0];

    /// <summary>True when nobody answered a call that came in.</summary>
    public bool IsUnanswered => First.Direction != PbxDirection.Outbound && !Answered.Any() && !IsTakenByGroup;

    private IEnumerable<PortSipRow> People => _parts.Where(IsPerson);

    private IEnumerable<PortSipRow> Answered => People.Where(p => p.AnsweredAt is not null).OrderBy(p => p.AnsweredAt);

    /// <summary>A ring group does not answer by itself: a person of it has, who has no part of his own.</summary>
    private bool IsTakenByGroup => _parts.Any(p => numbers.IsGroup(p) && p.AnsweredAt is not null);

    /// <summary>The call as live events would have told it.</summary>
    public CallRecord ToRecord()
    {
        var people = People.ToArray();
        var answered = Answered.ToArray();
        var update = new CallUpdate().Reset(callId);
        update.IsEnd = true;
        update.Direction = First.Direction;
        update.HidesFrom = _parts.Any(p => p.HidesCaller) || First.HidesCaller;
        update.From = First.Caller;
        update.FromName = First.CallerName;
        update.To = First.Callee;
        update.Queue = _parts.FirstOrDefault(numbers.IsQueue)?.Number ?? _parts.Select(p => p.Service).FirstOrDefault(numbers.IsQueue);
        update.StartedAt = First.StartedAt;
        update.RingingAt = people.Min(p => p.RangAt);
        update.AnsweredAt = answered.Length > 0 ? answered[0].AnsweredAt : IsTakenByGroup ? _parts.First(p => numbers.IsGroup(p) && p.AnsweredAt is not null).AnsweredAt : null;
        update.AnsweredBy = answered.LastOrDefault()?.Number;
        update.EndedAt = EndedAt;
        update.Outcome = Judge(answered);

        // Releases before 22.5.1 take the callee's hanging up for the caller's (section 10); where nobody talked there is no doubt.
        update.EndedBy = update.Outcome is PbxOutcome.Missed or PbxOutcome.Abandoned && Last(_ => true) is { } last && PortSipWords.IsByCaller(last.Reason)
            ? PbxEndedBy.Caller : null;
        AddLegs(update, people, answered);
        update.Extension = answered.Select(ExtensionOf).LastOrDefault(e => e is not null) ?? people.Select(ExtensionOf).LastOrDefault(e => e is not null)
            ?? (First.Direction != PbxDirection.Inbound ? First.Caller : numbers.IsExtension(First.Callee) ? First.Callee : null);
        return new CallRecord(update, EndedAt, JsonPayload.Write(w =>
        {
            w.WriteStartArray();
            foreach (var row in Whole is null ? _parts : _parts.Prepend(Whole).Distinct())
                w.WriteRawValue(row.Json.Span);
            w.WriteEndArray();
        }))
        {
            OtherIds = OtherId is null ? [] : [OtherId],
        };
    }

    /// <summary>Section 5, the first condition that holds.</summary>
    private PbxOutcome Judge(PortSipRow[] answered)
    {
        if (answered.Length > 0 || IsTakenByGroup)
        {
            return answered.Any(IsPassedOn) || (answered.Length > 0 && _parts.Any(p => PortSipWords.IsRedirected(p.Reason)))
                ? PbxOutcome.Transferred : PbxOutcome.Answered;
        }
        if (First.Direction != PbxDirection.Outbound && HasReachedMailbox())
            return PbxOutcome.Voicemail;
        if (First.Direction != PbxDirection.Outbound && HasGivenUpInQueue())
            return PbxOutcome.Abandoned;
        if (_parts.Any(p => p.Reroute == "CAPACITY_BLOCKED"))
            return PbxOutcome.Failed;
        var code = First.Code != 0 ? First.Code : _parts.Select(p => p.Code).LastOrDefault(c => c >= 400);
        return PortSipWords.Unanswered(code) is var outcome && outcome == PbxOutcome.Missed && First.Direction == PbxDirection.Outbound
            ? PbxOutcome.Failed : outcome;
    }

    private bool HasReachedMailbox() => Last(p => p.AnsweredAt is not null) is { } last && numbers.IsMailbox(last)
        || (First.Caller is { } caller && HasLeftMessage?.Invoke(caller, First.StartedAt, EndedAt) == true);

    private bool HasGivenUpInQueue() => _parts.Any(p => p.Reroute == "QUEUE_ABANDONED")
        || _parts.Any(p => numbers.IsQueue(p) && PortSipWords.IsByCaller(p.Reason) && (p.EndedAt is not { } end || end >= EndedAt - Blur));

    /// <summary>The part of a kind that ended last.</summary>
    private PortSipRow? Last(Func<PortSipRow, bool> isSo) => _parts.Where(isSo).MaxBy(p => p.EndedAt);

    /// <summary>Its person has answered and passed the call on: by the reason, or by a part that came about so afterwards.</summary>
    private bool IsPassedOn(PortSipRow part) => PortSipWords.IsTransfer(part.Reason)
        || _parts.Any(p => p != part && p.Reroute == "TRANSFER" && p.StartedAt >= part.AnsweredAt);

    private bool IsPerson(PortSipRow part) => numbers.IsPerson(part, First);

    private string? ExtensionOf(PortSipRow part) => part.Number is { } number && !numbers.IsOutside(number, First) ? number : null;

    private void AddLegs(CallUpdate update, PortSipRow[] people, PortSipRow[] answered)
    {
        // As live: the Call-ID of the caller's leg.
        update.Add(new LegUpdate(First.CallId ?? "caller", PbxLegRole.Caller, PbxCallState.Ended)
        {
            Extension = First.Direction is PbxDirection.Internal or PbxDirection.Outbound ? First.Caller : null,
            Number = First.Caller,
        });
        var used = new HashSet<string>(StringComparer.Ordinal) { update.Legs[0].LegId };
        foreach (var part in _parts)
        {
            if (part.Number is not { } number)
                continue;
            var device = part.Device ?? number;
            var legId = device;
            for (var i = 2; !used.Add(legId); i++)
                legId = $"{device} {i}";
            var isPerson = people.Contains(part);
            update.Add(new LegUpdate(legId, isPerson ? PbxLegRole.Callee : PbxLegRole.System, PbxCallState.Ended)
            {
                Extension = isPerson ? ExtensionOf(part) : null,
                Number = number,
                AnsweredAt = part.AnsweredAt,
                Outcome = isPerson ? OutcomeOf(part, answered) : null,
            });
        }
    }

    private PbxOutcome OutcomeOf(PortSipRow part, PortSipRow[] answered)
    {
        if (part.AnsweredAt is not null)
            return IsPassedOn(part) ? PbxOutcome.Transferred : PbxOutcome.Answered;

        // It has to have rung until that answer: who rang before and was given up has missed the call.
        var wasTaken = answered.Any(a => part.EndedAt is not { } end || (end - a.AnsweredAt!.Value).Duration() < Blur);
        return wasTaken && part.Code is < 400 or 487 ? PbxOutcome.AnsweredElsewhere : PortSipWords.Unanswered(part.Code);
    }
}
