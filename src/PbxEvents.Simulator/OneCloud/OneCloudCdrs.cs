using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>
/// The call records of a call, one for each called leg that is over (history/onecloud-history.md sections 3 to 5). Times are whole
/// seconds; of a talk a begun second counts.
/// </summary>
/// <param name="domain">The domain.</param>
/// <param name="book">Which records are there by now.</param>
internal sealed class OneCloudCdrs(string domain, CallBook book)
{
    /// <summary>The number of the menu that answers in the scenarios.</summary>
    public const string Menu = "5000";

    /// <summary>The records of a call that are there by now, in the order of its legs.</summary>
    /// <param name="call">The call; one that goes on has those of its ended legs.</param>
    public IEnumerable<OneCloudCdrRow> Of(SimulatedCall call)
    {
        var ordinal = 0;
        return LegsOf(call).Where(r => book.IsTold(r.EndedAt)).Select(r => new OneCloudCdrRow(r.StartedAt, r.Pair.From.Extension, r.Pair.To.Extension, Make(call, r, ++ordinal)));
    }

    /// <summary>The ids of the legs of a call that go on.</summary>
    /// <param name="call">The call.</param>
    public IEnumerable<(string Origin, string Term)> Running(SimulatedCall call)
    {
        var legs = LegsOf(call).Where(r => r.EndedAt is null).Select(r => (r.Pair.Origin, r.Pair.Term));
        return legs.DefaultIfEmpty((OneCloudRecords.OriginOf(call), ""));
    }

    private IEnumerable<OneCloudCdrLeg> LegsOf(SimulatedCall call)
    {
        if (call.System is SystemKind.Queue or SystemKind.Ivr)
            yield return Service(call);
        foreach (var leg in call.Legs.Where(l => l.Index > 0))
        {
            if (!leg.IsConsultation)
            {
                yield return Plain(call, leg);
                continue;
            }

            // The question is over when the call is passed on, or when the one who was asked leaves before.
            var passedOnAt = call.Legs.FirstOrDefault(l => l.EndReason == EndReason.Transferred)?.EndedAt;
            yield return new OneCloudCdrLeg(OneCloudRenderer.ConsultationPair(call, 1, leg.Index), leg.OfferedAt, passedOnAt ?? leg.EndedAt, "Orig: Bye")
            {
                RingingAt = leg.RingingAt,
                AnswerTime = leg.AnsweredAt,
                TalkFrom = leg.AnsweredAt,
            };
            if (passedOnAt is { } at)
            {
                yield return new OneCloudCdrLeg(OneCloudRenderer.TransferredPair(call, leg.Index), at, leg.EndedAt, ReasonOf(leg)) { AnswerTime = at, TalkFrom = at };
            }
        }

        if (call.System is SystemKind.Voicemail)
        {
            var from = call.Legs.Max(l => l.Index == 0 ? l.OfferedAt : l.EndedAt) ?? call.StartedAt;
            yield return new OneCloudCdrLeg(OneCloudRenderer.VoicemailPair(call, domain), from, call.EndedAt, "Orig: Bye") { AnswerTime = from, TalkFrom = from };
        }
    }

    private static OneCloudCdrLeg Plain(SimulatedCall call, SimulatedLeg leg) =>
        new(OneCloudRenderer.LegPair(call, leg.Index), leg.OfferedAt, leg.EndedAt, ReasonOf(leg))
        {
            RingingAt = leg.RingingAt,

            // What answered the caller first stays in the rows of the legs after it (section 10).
            AnswerTime = call.System is SystemKind.Queue or SystemKind.Ivr ? call.StartedAt : leg.AnsweredAt,
            TalkFrom = leg.AnsweredAt,
            IsDispatched = call.System is SystemKind.Queue,
        };

    /// <summary>The queue's or the menu's own leg, which lasts until somebody takes the call from it.</summary>
    private static OneCloudCdrLeg Service(SimulatedCall call)
    {
        var isQueue = call.System is SystemKind.Queue;
        var next = isQueue ? call.Legs.FirstOrDefault(l => l.Index > 0 && l.AnsweredAt is not null)?.AnsweredAt : call.Legs.FirstOrDefault(l => l.Index > 0)?.OfferedAt;
        var pair = OneCloudRenderer.ServicePair(call, isQueue ? call.QueueName : Menu, isQueue ? "queue" : "menu");
        return new OneCloudCdrLeg(pair, call.StartedAt, next ?? call.EndedAt, next is null ? "Orig: Bye" : "Term: Bye")
        {
            AnswerTime = call.StartedAt,
            TalkFrom = call.StartedAt,
        };
    }

    private static string ReasonOf(SimulatedLeg leg) => leg.EndReason switch
    {
        EndReason.Hangup => "Orig: Bye",
        EndReason.NoAnswer => "No Answer",
        EndReason.Cancelled => "Orig: Cancel",
        EndReason.Busy => "Term: 486",
        EndReason.Rejected => "Term: 603",
        EndReason.AnsweredElsewhere => "Cancel",
        EndReason.Transferred => "Transferred",
        EndReason.Failed => "Term: 404",
        _ => "",
    };

    private JsonObject Make(SimulatedCall call, OneCloudCdrLeg leg, int ordinal)
    {
        var (pair, end) = (leg.Pair, leg.EndedAt!.Value);
        var (from, to) = (pair.From, pair.To);
        var isService = to.Extension.Length == 0 && !to.IsOutside;
        return new JsonObject
        {
            ["id"] = call.Digits($"cdr {pair.Term}", 17),
            ["domain"] = domain,
            ["call-orig-call-id"] = pair.Origin,
            ["call-term-call-id"] = pair.Term,
            ["call-through-call-id"] = leg.IsDispatched ? OneCloudRecords.LegOf(call, "queue") : pair.ByCallId,
            ["call-through-action"] = leg.IsDispatched ? "QueueSDispatch" : pair.ByAction,
            ["call-through-user"] = leg.IsDispatched ? call.QueueName : pair.BySub,
            ["call-orig-user"] = from.Extension,
            ["call-orig-domain"] = from.IsOutside ? "*" : domain,
            ["call-orig-caller-id"] = from.Number,
            ["call-orig-from-name"] = from.Name,
            ["call-orig-to-user"] = pair.Dialled,
            ["call-term-user"] = to.IsOutside ? "" : to.Number,
            ["call-term-domain"] = to.IsOutside ? "*" : domain,
            ["call-term-caller-id"] = to.Number,
            ["call-term-to-uri"] = pair.TermUri ?? $"sip:{to.Number}@{(to.IsOutside ? "trunk.simulator" : domain)}",
            ["call-start-datetime"] = Text(leg.StartedAt),
            ["call-ringing-datetime"] = Text(leg.RingingAt),
            ["call-answer-datetime"] = Text(leg.AnswerTime),
            ["call-disconnect-datetime"] = Text(end),
            ["call-total-duration-seconds"] = Seconds(leg.StartedAt, end),
            ["call-talking-duration-seconds"] = leg.TalkFrom is { } talk ? Math.Max(1, Seconds(talk, end)) : 0,
            ["call-on-hold-duration-seconds"] = 0,
            ["call-direction"] = from.IsOutside ? leg.TalkFrom is null && !isService ? 2 : 1 : to.IsOutside ? 0 : 3,
            ["call-disconnect-reason-text"] = leg.Reason,
            ["call-leg-ordinal-index"] = ordinal,
            ["hide-from-results"] = 0,
        };
    }

    private static double Seconds(DateTimeOffset from, DateTimeOffset to) => Math.Ceiling((to - from).TotalSeconds);

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture) ?? "0000-00-00 00:00:00";
}

/// <summary>A called leg as the records tell of it. Immutable.</summary>
/// <param name="Pair">Its ids and parties.</param>
/// <param name="StartedAt">When it was set up.</param>
/// <param name="EndedAt">When it was over; null while it goes on.</param>
/// <param name="Reason">Why.</param>
internal sealed record OneCloudCdrLeg(OneCloudPair Pair, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Reason)
{
    /// <summary>When it rang; null when it did not.</summary>
    public DateTimeOffset? RingingAt { get; init; }

    /// <summary>The answer time that the record tells; null for none.</summary>
    public DateTimeOffset? AnswerTime { get; init; }

    /// <summary>When the talk at this leg began; null when there was none.</summary>
    public DateTimeOffset? TalkFrom { get; init; }

    /// <summary>True when the queue gave the call here.</summary>
    public bool IsDispatched { get; init; }
}

/// <summary>A record and what it is looked for by. Immutable, but for the JSON, which is made anew for each question.</summary>
/// <param name="StartedAt">When its leg was set up.</param>
/// <param name="OrigExtension">The calling extension; empty for none.</param>
/// <param name="TermExtension">The called extension; empty for none.</param>
/// <param name="Json">The record.</param>
internal sealed record OneCloudCdrRow(DateTimeOffset StartedAt, string OrigExtension, string TermExtension, JsonObject Json);
