using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>
/// The rows of one call and what they say of it together (history/onecloud-history.md sections 4 and 5), by the same table as live events
/// (outcomes.md): a reason that only records tell, such as busy, does not make it another call than it would have been live.
/// </summary>
/// <param name="callId">Its id.</param>
/// <param name="rows">Its rows, in the order of their starts.</param>
/// <param name="services">Which numbers are queues and menus.</param>
internal sealed class OneCloudCdrCall(string callId, IReadOnlyList<OneCloudCdr> rows, OneCloudServices services)
{
    /// <summary>The members that name an outside caller.</summary>
    private static readonly FieldNames CallerMembers = new(
        "call-orig-caller-id", "call-orig-from-name", "call-orig-from-user", "call-orig-from-uri", "call-orig-name", "call-orig-match-uri");

    /// <summary>The platform tells whole seconds.</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(1);

    /// <summary>When its last row ended.</summary>
    public DateTimeOffset EndedAt { get; } = rows.Max(r => r.EndedAt);

    /// <summary>The rows, with those that tell of no call.</summary>
    public IReadOnlyList<OneCloudCdr> Rows => rows;

    /// <summary>Every id that a live client may know it by, or that a leg of it that still goes on has.</summary>
    public IEnumerable<string> Ids => rows.SelectMany(r => new[] { r.Origin, r.Termination }).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>The call as live events would have told it; null when no row tells of a call.</summary>
    public CallRecord? ToRecord()
    {
        var legs = rows.Where(r => !r.IsDropped).ToArray();
        if (legs.Length == 0)
            return null;
        var first = legs[0];
        var update = new CallUpdate().Reset(callId);
        var callees = legs.Where(IsCallee).ToArray();
        var talks = callees.Where(r => r.IsTalk).ToArray();
        update.IsEnd = true;
        update.Direction = first.IsFromOutside ? PbxDirection.Inbound
            : (first.IsToOutside && !first.IsForwarded) || first.IsOwnPhone ? PbxDirection.Outbound
            : PbxDirection.Internal;
        update.HidesFrom = legs.Any(r => r.IsFromHidden);
        (update.From, update.FromName, update.To) = (first.From, first.FromName, first.To);
        update.Queue = legs.Select(QueueOf).FirstOrDefault(q => q is not null);
        (update.StartedAt, update.EndedAt) = (first.StartedAt, EndedAt);
        update.RingingAt = callees.Min(r => r.RingingAt);
        update.Outcome = Judge(update.Direction.Value, legs, callees, talks);
        update.EndedBy = EndedBy(legs.MaxBy(r => r.EndedAt)!);
        var last = talks.OrderBy(r => r.AnsweredAt).LastOrDefault();
        update.AnsweredAt = talks.Min(r => r.AnsweredAt);
        update.AnsweredBy = last?.TermExtension ?? last?.TermNumber;
        update.Extension = last?.TermExtension ?? callees.LastOrDefault(r => r.TermExtension is not null)?.TermExtension
            ?? legs.Select(ForwarderOf).FirstOrDefault(e => e is not null) ?? first.OrigExtension;
        AddLegs(update, legs, talks);
        return new CallRecord(update, EndedAt, Payload(update.HidesFrom)) { OtherIds = [.. Ids.Where(i => i != callId)] };
    }

    /// <summary>A person's leg, or one to an outside number.</summary>
    private bool IsCallee(OneCloudCdr row) => !row.IsVoicemail && !row.IsOwnPhone && !IsQueue(row) && !services.IsMenu(row.TermExtension);

    private bool IsQueue(OneCloudCdr row) => row.IsQueueResponder || services.IsQueue(row.TermExtension)
        || (row.TermExtension is not null && rows.Any(r => r.IsDispatched && r.ThroughUser == row.TermExtension));

    private string? QueueOf(OneCloudCdr row) => row.IsDispatched ? row.ThroughUser
        : IsQueue(row) ? services.IsQueue(row.TermUser) || !row.IsQueueResponder ? row.TermUser : row.DialledUser
        : null;

    /// <summary>Whose leg to the outside it is (onecloud.md section 7, point 9).</summary>
    private static string? ForwarderOf(OneCloudCdr row) => row.IsForwarded && row.IsToOutside ? row.ThroughUser : null;

    private PbxOutcome Judge(PbxDirection direction, OneCloudCdr[] legs, OneCloudCdr[] callees, OneCloudCdr[] talks)
    {
        if (talks.Length > 0)
            return direction != PbxDirection.Outbound && talks.Any(t => IsPassedOn(t, legs)) ? PbxOutcome.Transferred : PbxOutcome.Answered;
        if (legs.Any(r => r.IsVoicemail))
            return PbxOutcome.Voicemail;
        if (direction == PbxDirection.Outbound)
            return PbxOutcome.Failed;
        return legs.Any(r => IsQueue(r) && r.EndedAt >= EndedAt && IsCallersWish(r)) ? PbxOutcome.Abandoned : PbxOutcome.Missed;
    }

    /// <summary>Passed on by its party: its own reason, or a later row that came about by a transfer.</summary>
    private static bool IsPassedOn(OneCloudCdr row, OneCloudCdr[] legs) =>
        row.Reason == "Transferred" || legs.Any(r => r.IsTransfer && r != row && Array.IndexOf(legs, r) > Array.IndexOf(legs, row));

    private static bool IsCallersWish(OneCloudCdr row) =>
        row.Reason is null or "Abandoned" or "Caller Abandoned" or "Orig: Bye" or "Orig: Cancel";

    private static PbxEndedBy? EndedBy(OneCloudCdr row) => row.Reason switch
    {
        "Orig: Bye" or "Orig: Cancel" or "Abandoned" or "Caller Abandoned" => PbxEndedBy.Caller,
        "Term: Bye" => PbxEndedBy.Callee,
        _ => null,
    };

    private void AddLegs(CallUpdate update, OneCloudCdr[] legs, OneCloudCdr[] talks)
    {
        foreach (var caller in legs.DistinctBy(r => r.Origin))
            update.Add(new LegUpdate(caller.Origin, PbxLegRole.Caller, PbxCallState.Ended) { Extension = caller.OrigExtension, Number = caller.From });
        foreach (var row in legs)
        {
            if (row.Termination is null || row.IsOwnPhone)
                continue;
            var isCallee = IsCallee(row);
            update.Add(new LegUpdate($"{row.Origin}_{row.Termination}", isCallee ? PbxLegRole.Callee : PbxLegRole.System, PbxCallState.Ended)
            {
                Extension = isCallee ? row.TermExtension : null,
                Number = row.TermNumber,
                AnsweredAt = isCallee ? row.AnsweredAt : null,
                Outcome = !isCallee ? row.IsVoicemail ? PbxOutcome.Voicemail : null
                    : row.IsTalk ? IsPassedOn(row, legs) ? PbxOutcome.Transferred : PbxOutcome.Answered
                    : talks.Any(t => t.Origin == row.Origin && t.AnsweredAt <= row.EndedAt + Blur && t.EndedAt >= row.EndedAt) ? PbxOutcome.AnsweredElsewhere
                    : update.Direction == PbxDirection.Outbound ? PbxOutcome.Failed
                    : PbxOutcome.Missed,
            });
        }
    }

    private ReadOnlyMemory<byte> Payload(bool hidesFrom)
    {
        ReadOnlyMemory<byte> json = Encoding.UTF8.GetBytes($"[{string.Join(',', rows.Select(r => r.Json))}]");
        return hidesFrom ? HiddenParty.Mask(json, CallerMembers, null, null) : json;
    }
}
