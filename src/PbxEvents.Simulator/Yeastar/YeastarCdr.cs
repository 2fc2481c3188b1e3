using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>
/// The PBX's call records (history/yeastar-history.md): a row for each stage of a call, all of them there at its end. Safe from any
/// thread.
/// </summary>
/// <param name="calls">The calls that have ended.</param>
/// <param name="faults">Whether records are refused.</param>
/// <param name="options">The menu's number, the PBX's zone, the form of its times.</param>
/// <param name="clock">The clock.</param>
internal sealed class YeastarCdr(CallBook calls, FaultState faults, YeastarSimulatorOptions options, TimeProvider clock)
{
    private const string DisplayForm = "dd'/'MM'/'yyyy hh':'mm':'ss tt";
    private const int MaxPageSize = 10_000;
    private const string Trunk = "T1";

    /// <summary>Takes the end points.</summary>
    /// <param name="routes">The server's routes.</param>
    /// <param name="isKnown">True for a request with a token that lives.</param>
    public void Map(HttpRouter routes, Func<ServerRequest, bool> isKnown)
    {
        routes.Map("GET", "/openapi/v1.0/cdr/search", r => Answer(r, isKnown, Search));
        routes.Map("GET", "/openapi/v1.0/cdr/list", r => Answer(r, isKnown, r => Page(r, Rows())));
        routes.Map("GET", "/openapi/v1.0/system/information", r => isKnown(r) ? Information() : YeastarAccounts.Code(10004, "TOKEN EXPIRED"));
    }

    private ServerResponse Answer(ServerRequest request, Func<ServerRequest, bool> isKnown, Func<ServerRequest, ServerResponse> handle) =>
        !isKnown(request) ? YeastarAccounts.Code(10004, "TOKEN EXPIRED")
        : faults.RefusesRecords ? YeastarAccounts.Code(80010, "NO PERMISSION")
        : handle(request);

    private ServerResponse Information()
    {
        var now = clock.GetUtcNow();
        return ServerResponse.Json(200, new JsonObject
        {
            ["errcode"] = 0,
            ["errmsg"] = "SUCCESS",
            ["data"] = new JsonObject
            {
                ["system_date_format"] = "DD/MM/YYYY",
                ["system_time_format"] = "hh:mm:ss PM",
                ["system_time"] = Shown(now),
                ["timestamp"] = now.ToUnixTimeSeconds(),
            },
        }.ToJsonString());
    }

    private string Shown(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, options.TimeZone).ToString(DisplayForm, CultureInfo.InvariantCulture);

    /// <summary>By the start of the stage. Times of a form that the firmware does not know find nothing, and nothing is said.</summary>
    private ServerResponse Search(ServerRequest request)
    {
        if (request.Parameter("start_time") is not { Length: > 0 } start || request.Parameter("end_time") is not { Length: > 0 } end)
            return YeastarAccounts.Code(40002, "PARAMETER ERROR");
        return Page(request, Read(start) is { } from && Read(end) is { } to ? Rows().Where(r => from <= StartOf(r) && StartOf(r) <= to) : []);
    }

    private long? Read(string text)
    {
        if (long.TryParse(text, out var seconds))
            return options.TakesShownTimesOnly ? null : seconds;
        return DateTime.TryParseExact(text, DisplayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new DateTimeOffset(local, options.TimeZone.GetUtcOffset(local)).ToUnixTimeSeconds()
            : null;
    }

    private static ServerResponse Page(ServerRequest request, IEnumerable<JsonObject> rows)
    {
        var page = AtLeastOne(request.Number("page")) ?? 1;
        var size = Math.Min(AtLeastOne(request.Number("page_size")) ?? MaxPageSize, MaxPageSize);
        var isDescending = request.Parameter("order_by") == "desc";
        var all = (isDescending ? rows.OrderByDescending(StartOf) : rows.OrderBy(StartOf)).ToList();
        return ServerResponse.Json(200, new JsonObject
        {
            ["errcode"] = 0,
            ["errmsg"] = "SUCCESS",
            ["total_number"] = all.Count,
            ["data"] = new JsonArray([.. all.Skip((page - 1) * size).Take(size)]),
        }.ToJsonString());
    }

    private static int? AtLeastOne(int? number) => number > 0 ? number : null;

    private static long StartOf(JsonObject row) => (long)row["timestamp"]!;

    private IEnumerable<JsonObject> Rows() => calls.Told.SelectMany(RowsOf);

    /// <summary>Section 5: who only rang for a group or a queue has no row.</summary>
    private IEnumerable<JsonObject> RowsOf(SimulatedCall call)
    {
        var end = call.EndedAt!.Value;
        var legs = call.Legs.Where(l => l.Index > 0).ToArray();
        var answered = legs.Where(l => l.AnsweredAt is not null).ToArray();
        var row = 0;
        if (call.System == SystemKind.Queue)
        {
            yield return Row($"Queue Sales<{call.QueueName}>", call.StartedAt, answered.FirstOrDefault()?.AnsweredAt, end, "NO ANSWER",
                answered.Length > 0 ? $"{Label(answered[0].Extension!)} connected" : $"{From(call)} hung up");
        }
        else if (call.System == SystemKind.Ivr)
        {
            var menu = Row($"IVR Main<{options.Menu}>", call.StartedAt, call.StartedAt, legs.FirstOrDefault()?.OfferedAt ?? end, "ANSWERED", null);
            menu.Remove("ring_duration");
            yield return menu;
        }

        var staged = answered.Length > 0 || call.System == SystemKind.Queue ? answered : legs[..Math.Min(1, legs.Length)];
        foreach (var leg in staged)
        {
            if (leg.ForwardedFrom is { } extension)
                yield return Row(Label(extension), call.StartedAt, null, leg.OfferedAt, "NO ANSWER", null);
            var consulted = leg.IsConsultation ? legs[0].EndedAt : null;
            var answer = consulted ?? leg.AnsweredAt;
            var stage = Row(
                leg.Extension is null ? leg.Number ?? call.To : Label(leg.Extension), consulted ?? leg.OfferedAt, answer, leg == staged[^1] && call.System != SystemKind.Voicemail ? end : leg.EndedAt!.Value,
                DispositionOf(call, leg), ReasonOf(call, leg, legs));
            if (leg.ForwardedFrom is not null)
                stage["call_type"] = "Outbound";
            yield return stage;
            if (consulted is not { } transferredAt)
                continue;
            stage = Row(Label(leg.Extension!), leg.OfferedAt, leg.AnsweredAt, transferredAt, "ANSWERED", null);
            stage["call_id"] = YeastarRenderer.ConsultationOf(call);
            stage["uid"] = call.Hex("consultation uid", 20);
            stage["call_type"] = "Internal";
            stage["call_from"] = Label(call.Extension);
            stage["call_from_number"] = call.Extension;
            stage["did_number"] = "";
            yield return stage;
        }

        if (call.System == SystemKind.Voicemail)
            yield return Row($"Voicemail {Label(call.Extension)}", legs.LastOrDefault()?.EndedAt ?? call.StartedAt, null, end, "VOICEMAIL", null);

        JsonObject Row(string to, DateTimeOffset start, DateTimeOffset? answer, DateTimeOffset stageEnd, string unanswered, string? reason)
        {
            // The PBX counts whole seconds, and nobody answers and hangs up in the same one, however fast a scenario is played.
            var ring = (int)((answer ?? stageEnd) - start).TotalSeconds;
            var talk = answer is { } at ? Math.Max(1, (int)(stageEnd - at).TotalSeconds) : 0;
            var name = IsLabel(to) ? to[..to.IndexOf('<', StringComparison.Ordinal)] : "";
            return new JsonObject
            {
                ["call_id"] = call.CallId,
                ["uid"] = call.Hex("uid", 20),

                // Its first half is a clock: the end of the call (section 6).
                ["new_id"] = $"{(long)(end.ToUnixTimeSeconds() / 1.024):x8}{(call.Number * 16) + row++:x8}",
                ["timestamp"] = start.ToUnixTimeSeconds(),
                ["time"] = Shown(start),
                ["call_from"] = From(call),
                ["call_from_number"] = call.IsCallerHidden ? "Unknown" : call.From,
                ["call_from_name"] = call.IsCallerHidden || call.Direction != PbxDirection.Inbound ? "" : call.FromName,
                ["call_to"] = to,
                ["call_to_number"] = IsLabel(to) ? to[(name.Length + 1)..^1] : to,
                ["call_to_name"] = name,
                ["duration"] = ring + talk,
                ["ring_duration"] = ring,
                ["talk_duration"] = talk,
                ["disposition"] = answer is null ? unanswered : "ANSWERED",
                ["call_type"] = $"{call.Direction}",
                ["reason"] = reason ?? "",
                ["src_trunk"] = call.Direction == PbxDirection.Inbound ? Trunk : "",
                ["dst_trunk"] = call.Direction == PbxDirection.Outbound ? Trunk : "",
                ["did_number"] = call.Direction == PbxDirection.Inbound ? call.To : "",
                ["record_file"] = "",
            };
        }
    }

    private static bool IsLabel(string party) => party.EndsWith('>');

    private static string Label(string extension) => $"Extension {extension}<{extension}>";

    /// <summary>Section 5.2 of yeastar.md: who does not show a number is called so.</summary>
    private static string From(SimulatedCall call) =>
        call.IsCallerHidden ? "Unknown"
        : call.Direction == PbxDirection.Inbound ? $"{call.FromName}<{call.From}>"
        : Label(call.From);

    /// <summary>A refusal has no word of its own.</summary>
    private static string DispositionOf(SimulatedCall call, SimulatedLeg leg) => leg.EndReason switch
    {
        EndReason.Busy => "BUSY",
        EndReason.Failed when call.Direction == PbxDirection.Outbound => "FAILED",
        _ => "NO ANSWER",
    };

    private static string? ReasonOf(SimulatedCall call, SimulatedLeg leg, SimulatedLeg[] legs) =>
        leg.EndReason == EndReason.Transferred && legs.FirstOrDefault(l => l.Index > leg.Index) is { } next
            ? $"{Label(leg.Extension!)} {(next.IsConsultation ? "attended" : "blind")} transferred {From(call)} to {Label(next.Extension!)}"
        : leg.IsPickUp ? $"{Label(leg.Extension!)} picked up {Label(legs[0].Extension!)}"
        : null;
}
