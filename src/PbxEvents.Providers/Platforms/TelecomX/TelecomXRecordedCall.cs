using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// The rows of one call and what they say of it together (history/telecomx-history.md section 5), by the same table as live events
/// (outcomes.md): a reason that only records tell, such as busy, does not make it another call than it would have been live.
/// </summary>
/// <param name="rows">Its rows.</param>
internal sealed class TelecomXRecordedCall(IEnumerable<TelecomXRecord> rows)
{
    /// <summary>The members of queue rows that name the caller; in the others it is found by number and name.</summary>
    private static readonly FieldNames CallerMembers = new("aNumber", "aNumberName", "aName");

    private readonly List<TelecomXQueueCall> _queueCalls = [];

    /// <summary>The rows, in the order of their starts.</summary>
    public IReadOnlyList<TelecomXRecord> Rows { get; } = [.. rows.OrderBy(r => r.StartedAt).ThenBy(r => r.EndedAt)];

    /// <summary>The row that the call began with.</summary>
    public TelecomXRecord First => Rows[0];

    /// <summary>True while some row has no end.</summary>
    public bool IsOpen => Rows.Any(r => r.EndedAt is null);

    /// <summary>When its last row ended; the far future while one goes on.</summary>
    public DateTimeOffset EndedAt => IsOpen ? DateTimeOffset.MaxValue : Rows.Max(r => r.EndedAt!.Value);

    /// <summary>The live id; null for a call that no live event told of.</summary>
    public string? Session { get; set; }

    /// <summary>The live leg that was found; null when none was.</summary>
    public TelecomXKey? Key { get; set; }

    /// <summary>True when several live calls could be meant (section 4): it is told as one of its own.</summary>
    public bool IsUnsure { get; set; }

    /// <summary>What live events, and lists of running calls, may name it by.</summary>
    public IEnumerable<string> Ids => Rows.SelectMany(r => new[] { r.Channel, r.Leg, r.CallId }).Append(Session).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>A system, and no person, answered: a menu, a queue or a mailbox.</summary>
    public bool WasLeftToSystem => !Rows.Any(IsTalk) && Rows.Any(r => r.AnsweredAt is not null);

    /// <summary>Adds a stay in a queue.</summary>
    public void Add(TelecomXQueueCall queueCall) => _queueCalls.Add(queueCall);

    /// <summary>The call as live events would have told it.</summary>
    /// <param name="voicemailId">The message that its caller left; null for none.</param>
    public CallRecord ToRecord(string? voicemailId)
    {
        _queueCalls.Sort((one, other) => one.EnteredAt.CompareTo(other.EnteredAt));
        var ids = Rows.Select(r => $"cdr:{r.Leg}").Distinct(StringComparer.Ordinal).ToArray();
        var update = new CallUpdate().Reset(Session ?? ids[0]);
        var talks = Rows.Where(IsTalk).ToArray();
        var last = talks.LastOrDefault();
        update.IsEnd = true;

        // Who calls a queue dials no extension, and does not call out.
        update.Direction = First.Direction == PbxDirection.Outbound && _queueCalls.Count > 0 ? PbxDirection.Internal : First.Direction;
        update.HidesFrom = Rows.Any(r => r.IsCallerHidden);
        if (!update.HidesFrom)
            (update.From, update.FromName) = (First.CallerNumber, First.CallerName);
        update.To = First.CalleeNumber;
        update.Queue = _queueCalls.LastOrDefault()?.Queue;
        (update.StartedAt, update.EndedAt, update.EndedBy) = (First.StartedAt, EndedAt, Rows[^1].EndedBy);
        update.AnsweredAt = talks.Length > 0 ? AnswerOf(talks[0]) : null;
        update.AnsweredBy = last is null ? null : ExtensionOf(last) ?? AnswererOf(last)?.AnsweredByNumber ?? last.CalleeNumber;
        update.Outcome = Judge(talks, update.Direction, voicemailId);
        update.VoicemailId = update.Outcome == PbxOutcome.Voicemail ? voicemailId : null;
        update.Extension = (last is null ? null : ExtensionOf(last)) ?? Rows.LastOrDefault(r => ExtensionOf(r) is not null)?.CalleeExtension ?? First.CallerExtension;
        AddLegs(update);
        return new CallRecord(update, EndedAt, Payload(update.HidesFrom)) { OtherIds = [.. ids.Where(i => i != update.CallId)] };
    }

    private PbxOutcome? Judge(TelecomXRecord[] talks, PbxDirection? direction, string? voicemailId)
    {
        if (talks.Length > 0)
            return talks[0] == Rows[^1] ? PbxOutcome.Answered : PbxOutcome.Transferred;
        if (WasLeftToSystem && voicemailId is not null)
            return PbxOutcome.Voicemail;
        var stay = _queueCalls.LastOrDefault();
        if (stay is { Status: "CANCELLED" } || (stay is { Status: null } && WasLeftToSystem && Rows[^1].EndedBy == PbxEndedBy.Caller))
            return PbxOutcome.Abandoned;
        if (Rows[^1].Reason == "BLOCKED")
            return PbxOutcome.Rejected;
        return direction == PbxDirection.Outbound ? PbxOutcome.Failed : direction is null ? null : PbxOutcome.Missed;
    }

    private bool IsTalk(TelecomXRecord row) => row.IsTalk || AnswererOf(row) is not null;

    /// <summary>The queue's stay in the time of a row that an agent ended; null when there was none.</summary>
    private TelecomXQueueCall? AnswererOf(TelecomXRecord row) => _queueCalls.Find(q => q.IsAnswered && TelecomXQueueCalls.IsWithin(q, row));

    private string? ExtensionOf(TelecomXRecord row) => AnswererOf(row)?.AnsweredByExtension ?? row.CalleeExtension;

    private DateTimeOffset? AnswerOf(TelecomXRecord row) => row.PersonAnsweredAt ?? AnswererOf(row)?.AnsweredAt ?? row.AnsweredAt;

    /// <summary>Phones that only rang have no row (section 9).</summary>
    private void AddLegs(CallUpdate update)
    {
        foreach (var caller in Rows.DistinctBy(r => r.Leg))
        {
            update.Add(new LegUpdate(caller == First && Key is { } key ? key.Leg : caller.Leg, PbxLegRole.Caller, PbxCallState.Ended)
            {
                Extension = caller.CallerExtension,
                Number = update.HidesFrom ? null : caller.CallerNumber,
            });
        }
        foreach (var row in Rows)
        {
            var isTalk = IsTalk(row);
            var extension = ExtensionOf(row);
            if (extension is null && !isTalk)
                continue;
            update.Add(new LegUpdate($"cdr:{row.Id}", PbxLegRole.Callee, PbxCallState.Ended)
            {
                Extension = extension,
                Number = extension is null ? row.CalleeNumber : AnswererOf(row)?.AnsweredByNumber ?? row.CalleeNumber,
                AnsweredAt = isTalk ? AnswerOf(row) : null,
                Outcome = isTalk ? PbxOutcome.Answered : update.Direction == PbxDirection.Outbound ? PbxOutcome.Failed : PbxOutcome.Missed,
            });
        }
    }

    private ReadOnlyMemory<byte> Payload(bool hidesFrom)
    {
        ReadOnlyMemory<byte> json = Encoding.UTF8.GetBytes($"[{string.Join(',', Rows.Select(r => r.Json).Concat(_queueCalls.Select(q => q.Json)))}]");
        return hidesFrom ? HiddenParty.Mask(json, CallerMembers, First.CallerNumber, First.CallerName) : json;
    }
}
