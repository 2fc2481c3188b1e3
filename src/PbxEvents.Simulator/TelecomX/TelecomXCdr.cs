using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>
/// The call records of a call: one for each stay of the caller with somebody, on the caller's channel (history/telecomx-history.md
/// sections 3 and 10). Phones that only rang have none.
/// </summary>
/// <param name="pbx">The PBX's fixtures.</param>
/// <param name="namesSession">True to tell the call's id in each.</param>
internal sealed class TelecomXCdr(TelecomXPbx pbx, bool namesSession)
{
    /// <summary>The records of a call, also of those of its parts that are over while it goes on.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The records.</returns>
    public IEnumerable<TelecomXCdrRow> Of(SimulatedCall call)
    {
        var passedOn = call.Legs.FirstOrDefault(l => l.EndReason == EndReason.Transferred);
        var handedOverAt = passedOn?.EndedAt;
        if (handedOverAt is { } until)
        {
            yield return Row(call, "0", call.StartedAt, until, passedOn!, AnswerOf(call, passedOn!), passedOn!.AnsweredAt is not null) with { Reason = "HANGUP", EndedBy = "B" };
        }

        foreach (var asked in call.Legs.Where(l => l.IsConsultation))
        {
            // The question before an attended transfer is a call of its own, from the party that asks.
            if ((handedOverAt ?? asked.EndedAt) is { } end)
            {
                yield return Row(call, "consultation I", asked.OfferedAt, end, asked, asked.AnsweredAt, asked.AnsweredAt is not null) with
                {
                    Asker = call.Legs[1].Extension,
                    Reason = asked.AnsweredAt is null ? "CANCEL" : "HANGUP",
                    EndedBy = "A",
                };
            }
        }

        if (call.EndedAt is not { } endedAt)
            yield break;
        var called = call.Legs.Where(l => l.Index > 0 && l != passedOn).ToArray();

        // A queue that nobody answers in is no extension.
        var callee = called.FirstOrDefault(l => l.AnsweredAt is not null) ?? (call.Queue is null ? called.FirstOrDefault() : null);
        var answeredAt = callee is { IsConsultation: true } ? handedOverAt : AnswerOf(call, callee);
        yield return Row(call, "0", handedOverAt ?? call.StartedAt, endedAt, callee, answeredAt, callee?.AnsweredAt is not null) with
        {
            Reason = ReasonOf(call, answeredAt is not null),
            EndedBy = call.IsEndedByCaller ? "A" : call.Legs[0].EndReason is EndReason.NoAnswer or EndReason.Failed ? "S" : "B",
        };
    }

    /// <summary>When the caller was first answered, by whatever it was.</summary>
    private static DateTimeOffset? AnswerOf(SimulatedCall call, SimulatedLeg? callee) => call.System switch
    {
        null => callee?.AnsweredAt,
        SystemKind.Voicemail => call.Legs.Where(l => l.Index > 0).Max(l => l.EndedAt),
        _ => call.StartedAt,
    };

    private static string ReasonOf(SimulatedCall call, bool isAnswered) => isAnswered ? "HANGUP" : call.Legs[0].EndReason switch
    {
        EndReason.Cancelled => "CANCEL",
        // A declined phone has no word of its own (section 5).
        EndReason.Busy or EndReason.Rejected => "BUSY",
        EndReason.Failed => "NOT_FOUND",
        _ => "UNREACHABLE",
    };

    private TelecomXCdrRow Row(
        SimulatedCall call, string channel, DateTimeOffset startedAt, DateTimeOffset endedAt, SimulatedLeg? callee, DateTimeOffset? answeredAt, bool isPerson) =>
        new(call, TelecomXRenderer.Channel(call, channel), startedAt, endedAt, callee)
        {
            AnsweredAt = answeredAt,
            IsAnsweredByPerson = isPerson,
            Session = namesSession ? channel == "0" ? TelecomXRenderer.SessionOf(call) : TelecomXRenderer.ConsultationOf(call) : null,
            ExtensionId = pbx.ExtensionId,
            Customer = pbx.Customer,
        };
}

/// <summary>A call record. Immutable.</summary>
/// <param name="Call">What it is a part of.</param>
/// <param name="Channel">The caller's channel.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it was over.</param>
/// <param name="Callee">Who was called; null for nobody.</param>
internal sealed record TelecomXCdrRow(SimulatedCall Call, string Channel, DateTimeOffset StartedAt, DateTimeOffset EndedAt, SimulatedLeg? Callee)
{
    /// <summary>When somebody or something answered; null when nothing did.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>True when a person answered.</summary>
    public bool IsAnsweredByPerson { get; init; }

    /// <summary>The extension that asks, in the question before an attended transfer; null elsewhere.</summary>
    public string? Asker { get; init; }

    /// <summary>The platform's word for the end.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who ended it: A, B or S.</summary>
    public string EndedBy { get; init; } = "";

    /// <summary>The call's id; null when records do not tell it.</summary>
    public string? Session { get; init; }

    /// <summary>The customer.</summary>
    public required string Customer { get; init; }

    /// <summary>From an extension to its id.</summary>
    public required Func<string, string> ExtensionId { get; init; }

    /// <summary>The calling extension; null for somebody outside.</summary>
    public string? CallerExtension => Asker ?? Call.Legs[0].Extension;

    /// <summary>The record as the platform writes it.</summary>
    /// <returns>The object.</returns>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["_id"] = Call.Hex($"cdr {Channel} {StartedAt.UtcTicks}", 24),
            ["pbx"] = TelecomXPbx.Host,
            ["channelId"] = Channel,
            ["started"] = TelecomXPbx.Time(StartedAt),
            ["answered"] = TelecomXPbx.Time(AnsweredAt),
            ["answeredByCallee"] = IsAnsweredByPerson,
            ["ended"] = TelecomXPbx.Time(EndedAt),
            ["caller"] = new JsonObject
            {
                ["number"] = Asker ?? Call.From,
                ["name"] = Asker is null ? Call.FromName : null,
                ["privacy"] = Call.IsCallerHidden,
                ["type"] = CallerExtension is null ? "EXTERNAL" : "SIPPHONE",
                ["divertedBy"] = Callee?.ForwardedFrom is { } diverting ? ExtensionId(diverting) : null,
                ["extension"] = CallerExtension is { } calling ? ExtensionId(calling) : null,
                ["sipPhone"] = null,
            },
            ["callee"] = new JsonObject
            {
                ["number"] = Asker is not null ? Callee!.Extension : Callee?.Number ?? (Call.To.Length > 0 ? Call.To : null),
                ["name"] = null,
                ["extension"] = Callee?.Extension is { } called ? ExtensionId(called) : null,
            },
            ["customer"] = Customer,
            ["terminatedBy"] = EndedBy,
            ["terminatedReason"] = Reason,
        };
        if (Session is not null)
            json["sessionId"] = Session;
        return json;
    }
}
