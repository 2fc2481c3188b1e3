using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.OneCloud;

/// <summary>Call records as onecloud.md section 4.1 describes them: flat, every value a text, unset ones empty.</summary>
/// <param name="domain">The domain.</param>
/// <param name="clock">The clock.</param>
internal sealed class OneCloudRecords(string domain, TimeProvider clock)
{
    private const string Host = "core1.simulator";
    private const string NoTime = "0000-00-00 00:00:00";

    /// <summary>The id of a call: its caller's leg.</summary>
    /// <param name="call">The call.</param>
    public static string OriginOf(SimulatedCall call) => $"{call.Hex("origin", 24)}@{Host}";

    /// <summary>The id of a leg.</summary>
    /// <param name="call">The call.</param>
    /// <param name="leg">What tells it from others of the call.</param>
    public static string LegOf(SimulatedCall call, string leg) => $"{call.Digits($"leg {leg}", 14)}-{call.Hex($"leg {leg}", 16)}";

    /// <summary>Makes a record.</summary>
    /// <param name="call">The call.</param>
    /// <param name="pair">What it is about.</param>
    /// <returns>The record.</returns>
    public JsonObject Make(SimulatedCall call, OneCloudPair pair)
    {
        var (from, to) = (pair.From, pair.To);
        var record = new JsonObject
        {
            ["hostname"] = Host,
            ["sessionId"] = call.Digits($"session {pair.Origin}", 17),
            ["orig_callid"] = pair.Origin,
            ["orig_leg_tag"] = call.Hex("orig tag", 10),
            ["orig_ip"] = "127.0.0.1",
            ["orig_sub"] = from.Extension,
            ["orig_domain"] = from.IsOutside ? "*" : domain,
            ["orig_type"] = from.IsOutside ? "gateway" : "device",
            ["orig_from_uri"] = Uri(from),
            ["orig_from_name"] = from.Name,
            ["orig_from_user"] = from.Number,
            ["orig_from_host"] = from.IsOutside ? "trunk.simulator" : domain,
            ["orig_to_uri"] = pair.Dialled.Length == 0 ? "" : $"sip:{pair.Dialled}@{domain}",
            ["orig_to_user"] = pair.Dialled,
            ["orig_to_host"] = domain,
            ["orig_user"] = from.Extension,
            ["orig_name"] = from.Name,
            ["orig_id"] = from.Number,
            ["by_action"] = pair.ByAction,
            ["by_sub"] = pair.BySub,
            ["by_domain"] = pair.BySub.Length > 0 ? domain : "",
            ["by_uri"] = pair.BySub.Length > 0 ? $"sip:{pair.BySub}@{domain}" : "",
            ["by_callid"] = pair.ByCallId,
            ["term_callid"] = pair.Term,
            ["term_leg_tag"] = call.Hex($"tag {pair.Term}", 10),
            ["term_ip"] = "127.0.0.1",
            ["term_sub"] = to.Extension,
            ["term_domain"] = to.IsOutside ? "*" : domain,
            ["term_type"] = to.IsOutside ? "gateway" : "device",
            ["term_to_uri"] = pair.TermUri ?? Uri(to),
            ["term_uri"] = pair.TermUri ?? Uri(to),
            ["term_user"] = to.IsOutside ? "" : to.Number,
            ["term_id"] = to.Number,
            ["ani"] = from.Number,
            ["dnis"] = pair.Dialled,
            ["orig_call_info"] = pair.IsOrigActive ? "active" : "progressing",
            ["term_call_info"] = pair.AnsweredAt is null ? "alerting" : "active",
            ["time_start"] = Text(call.StartedAt),
            ["time_begin"] = Text(call.StartedAt),
            ["time_answer"] = pair.AnsweredAt is { } answered ? Text(answered) : NoTime,
            ["time_refresh"] = Text(clock.GetUtcNow()),
            ["ts"] = Text(clock.GetUtcNow()),
            ["route_to"] = "",
            ["route_class"] = "0",
            ["media"] = "PCMU",
            ["pac"] = "",
            ["action"] = "nop",
            ["notes"] = "",
            ["acr_id"] = $"{pair.Origin}_{pair.Term}_{to.Number}",
        };
        if (pair.IsRemoved)
            record["remove"] = "yes";
        return record;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private string Uri(OneCloudParty party) => $"sip:{party.Number}@{(party.IsOutside ? "trunk.simulator" : domain)}";
}
