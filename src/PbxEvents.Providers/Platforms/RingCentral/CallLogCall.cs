using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The records of one call and what they say of it together (history/ringcentral-history.md sections 4 and 5): an internal call has one
/// from each end.
/// </summary>
internal sealed class CallLogCall
{
    private static readonly FieldNames CallerNumbers = new("phoneNumber");
    private static readonly FieldNames CallerNames = new("name");

    /// <summary>The log tells whole seconds where it has no milliseconds, and a device stops ringing about when another is answered.</summary>
    private static readonly TimeSpan Blur = TimeSpan.FromSeconds(2);

    private readonly string _id;
    private readonly CallLogRow[] _rows;
    private readonly CallLogServices _services;
    private readonly CallLogPart[] _legs;
    private readonly CallLogPart[] _talks;

    /// <param name="id">The id that live events give the call.</param>
    /// <param name="rows">Its records; none is deleted or a fax.</param>
    /// <param name="services">Which extensions are no person's.</param>
    public CallLogCall(string id, IEnumerable<CallLogRow> rows, CallLogServices services)
    {
        _id = id;
        _services = services;

        // Of two ends of a call that began at the same moment the caller's is the first.
        _rows = [.. rows.OrderBy(r => r.StartedAt).ThenBy(r => r.Head.IsOutbound ? 0 : 1)];
        _legs = [.. _rows.SelectMany(r => r.Legs.Count > 0 ? r.Legs : [r.Head]).OrderBy(l => l.StartedAt ?? StartedAt).DistinctBy(KeyOf)];
        _talks = [.. _legs.Where(IsTalk)];
    }

    /// <summary>When its first record begins.</summary>
    public DateTimeOffset StartedAt => _rows[0].StartedAt;

    /// <summary>When its last record ended.</summary>
    public DateTimeOffset EndedAt => _rows.Max(r => r.EndedAt);

    /// <summary>True while a part of it goes on.</summary>
    public bool IsInProgress => Array.Exists(_rows, r => r.IsInProgress);

    public IReadOnlyList<CallLogRow> Rows => _rows;

    private CallLogRow First => _rows[0];

    private bool IsFromInside => First.Head.From.IsInside || First.Head.IsOutbound;

    private PbxDirection Direction => !IsFromInside ? PbxDirection.Inbound
        : First.Head.To.IsInside || First.Head.LegType == "extensiontoextension" || Array.Exists(_rows, r => !r.Head.IsOutbound) ? PbxDirection.Internal
        : PbxDirection.Outbound;

    private IEnumerable<CallLogPart> Heads => _rows.Select(r => r.Head);

    private IEnumerable<CallLogPart> Parts => Heads.Concat(_legs);

    /// <summary>The call as live events would have told it.</summary>
    public CallRecord ToRecord()
    {
        var head = First.Head;
        var update = new CallUpdate().Reset(_id);
        update.IsEnd = true;
        update.Direction = Direction;
        update.HidesFrom = Array.Exists(_rows, r => r.Head.From.IsHidden);
        (update.From, update.FromName, update.To) = (head.From.Number, head.From.Name, head.To.Number ?? Array.Find(_legs, l => l.To.Number is not null)?.To.Number);
        update.Queue = FindQueue();
        (update.StartedAt, update.EndedAt) = (StartedAt, EndedAt);
        update.Outcome = Judge();
        if (_talks.Length > 0)
        {
            update.AnsweredAt = _talks.Min(t => t.StartedAt ?? StartedAt);
            update.AnsweredBy = AnsweredBy(_talks[^1]);
        }
        update.Extension = head.Extension;
        update.VoicemailId = Parts.Select(p => p.VoicemailId).FirstOrDefault(v => v is not null);
        update.RecordingId = Parts.Select(p => p.RecordingId).FirstOrDefault(r => r is not null);
        AddLegs(update);
        return new CallRecord(update, EndedAt, Payload());
    }

    /// <summary>Section 4, point 2. A leg without its party's id is known by what it tells.</summary>
    private static object KeyOf(CallLogPart leg) => leg.PartyId ?? (object)(leg.StartedAt, leg.IsOutbound, leg.Extension, leg.To.Number, leg.LegType);

    /// <summary>
    /// A person's answer. The leg by which an extension calls another is answered by whatever took the call, so the other side's leg
    /// counts, where the log shows it; a record without legs has only its own word.
    /// </summary>
    private bool IsTalk(CallLogPart leg)
    {
        if (!CallLogWords.IsAnswered(leg) || CallLogWords.IsVoicemail(leg))
            return false;
        if (IsCallers(leg))
            return Array.TrueForAll(_legs, IsCallers);
        return leg.IsForwarded || Array.Exists(_rows, r => ReferenceEquals(r.Head, leg)) || (leg.Extension is not null && !_services.IsService(leg.Extension));
    }

    /// <summary>The leg of who called, not one by which a user's rule sends the call on.</summary>
    private bool IsCallers(CallLogPart leg) => leg.IsOutbound && IsFromInside && !leg.IsForwarded && leg.LegType != "transfercall";

    private string? AnsweredBy(CallLogPart talk) =>
        IsCallers(talk) || talk.IsForwarded ? talk.To.ExtensionId ?? talk.To.Number ?? First.Head.To.Number : talk.Extension ?? talk.To.ExtensionId;

    private string? FindQueue() => _legs.SelectMany(l => new[] { l.Extension, l.To.ExtensionId }).Concat(Heads.Select(h => h.To.ExtensionId)).FirstOrDefault(_services.IsQueue);

    /// <summary>Section 5: the first line that holds. Of who did not answer, the record's own word comes before those of its legs.</summary>
    private PbxOutcome Judge()
    {
        if (_talks.Length > 0)
            return Parts.Any(CallLogWords.IsTransfer) ? PbxOutcome.Transferred : PbxOutcome.Answered;
        if (Parts.Any(CallLogWords.IsVoicemail))
            return PbxOutcome.Voicemail;
        var isQueue = FindQueue() is not null;
        if (Parts.Any(p => p.Result == "abandoned") || (isQueue && Heads.Any(CallLogWords.IsHangUp)))
            return PbxOutcome.Abandoned;
        var outcome = First(Heads) ?? First(_legs) ?? PbxOutcome.Failed;

        // As live: an outbound call is nobody's miss, it did not come about.
        return Direction == PbxDirection.Outbound && outcome is PbxOutcome.Missed ? PbxOutcome.Failed : outcome;

        static PbxOutcome? First(IEnumerable<CallLogPart> parts)
        {
            var outcomes = parts.Select(CallLogWords.OutcomeOf).ToArray();
            return new PbxOutcome?[] { PbxOutcome.AnsweredElsewhere, PbxOutcome.Busy, PbxOutcome.Rejected, PbxOutcome.Missed, PbxOutcome.Failed }
                .FirstOrDefault(o => outcomes.Contains(o));
        }
    }

    private void AddLegs(CallUpdate update)
    {
        for (var i = 0; i < _legs.Length; i++)
        {
            var leg = _legs[i];
            var isTalk = Array.IndexOf(_talks, leg) >= 0;
            var role = IsCallers(leg) ? PbxLegRole.Caller
                : leg.IsForwarded || (leg.Extension is not null && !_services.IsService(leg.Extension)) ? PbxLegRole.Callee
                : PbxLegRole.System;
            update.Add(new LegUpdate(leg.PartyId ?? $"log:{i + 1}", role, PbxCallState.Ended)
            {
                // The phone that a user's rule sends a call to is none of the extension's.
                Extension = leg.IsForwarded ? null : leg.Extension,
                ExtensionName = role == PbxLegRole.Callee && !leg.IsForwarded && leg.Extension is { } own && leg.To.ExtensionId == own ? leg.To.Name : null,
                Number = role == PbxLegRole.Caller ? leg.From.Number : leg.To.Number,
                AnsweredAt = isTalk && role == PbxLegRole.Callee ? leg.StartedAt ?? StartedAt : null,
                Outcome = role != PbxLegRole.Callee ? null : OutcomeOf(leg, isTalk, update.Outcome),
            });
        }
    }

    private PbxOutcome OutcomeOf(CallLogPart leg, bool isTalk, PbxOutcome? ofCall)
    {
        if (isTalk)
            return ofCall == PbxOutcome.Transferred && !ReferenceEquals(leg, _talks[^1]) ? PbxOutcome.Transferred : PbxOutcome.Answered;

        // It rang for the person before voicemail took the call.
        if (CallLogWords.IsVoicemail(leg))
            return PbxOutcome.Missed;
        if (Array.Exists(_talks, t => leg.StartedAt <= t.StartedAt && leg.EndedAt >= t.StartedAt - Blur))
            return PbxOutcome.AnsweredElsewhere;
        var outcome = CallLogWords.OutcomeOf(leg);
        return outcome is PbxOutcome.Abandoned or null ? PbxOutcome.Missed : outcome.Value;
    }

    private ReadOnlyMemory<byte> Payload() => HiddenParty.MaskHidden(
        Encoding.UTF8.GetBytes($"[{string.Join(',', _rows.Select(r => r.Json))}]"), CallerNumbers, CallerNames);
}
