using System.Globalization;
using System.Text.Json.Nodes;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>
/// The records of a session (history/ringcentral-history.md sections 3 to 5): one from the end of each side that is inside, with a leg for
/// each party of it. A leg that was answered begins with the answer.
/// </summary>
/// <param name="clockAhead">How far the platform's clock is ahead.</param>
internal sealed class RingCentralLogRecords(TimeSpan clockAhead)
{
    /// <summary>A time as the platform writes it.</summary>
    /// <param name="time">The time.</param>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The records.</summary>
    /// <param name="session">A session that is over.</param>
    public IEnumerable<JsonObject> Of(RingCentralCall session)
    {
        var called = session.Parties.Where(p => p.Number > 1).ToArray();
        var callees = called.Where(p => p.Extension is not null && !session.TimesOf(p.Number).IsVoicemail).ToArray();
        if (session.From.Extension is not null)
            yield return Outgoing(session, called);
        if (session.From.Extension is null || callees.Length > 0)
            yield return Incoming(session, callees);
    }

    private JsonObject Outgoing(RingCentralCall session, RingCentralParty[] called)
    {
        var caller = session.Find(1)!;
        var (result, reason) = called.Any(p => session.TimesOf(p.Number).AnsweredAt is not null) ? ("Call connected", null)
            : WordsOf(caller.Reason is null && called.Length > 0 ? called[^1] : caller);
        var leg = Leg(session, caller, result, reason, IsToInside(session) ? "ExtensionToExtension" : "SipToPstnMetered", isMaster: true);
        var record = Head(session, caller, "Outbound", "VoIP Call", result, reason, [leg]);
        record["extension"] = Owner(caller.Extension!);
        record["transport"] = "VoIP";
        AddOther(record, session, "transferTarget");
        return record;
    }

    private JsonObject Incoming(RingCentralCall session, RingCentralParty[] callees)
    {
        var isVoicemail = session.Parties.Any(p => session.TimesOf(p.Number).IsVoicemail);
        var legs = new List<JsonObject>();
        RingCentralParty? before = null;
        foreach (var party in callees)
        {
            var times = session.TimesOf(party.Number);
            var isService = IsService(session, party);
            var (result, reason) = isVoicemail && times.AnsweredAt is null && !isService ? ("Voicemail", null)
                : isService || times.AnsweredAt is not null ? ("Accepted", null)
                : WordsOf(party);
            legs.Add(Leg(session, party, result, reason, TypeOf(session, party, before), isMaster: legs.Count == 0));
            before = party;
        }

        // A call that nobody took is told as it ended at its first stage: a queue or a menu has the caller's own end.
        var isTaken = callees.Any(p => !IsService(session, p) && session.TimesOf(p.Number).AnsweredAt is not null);
        var (word, why) = isTaken ? ("Accepted", (string?)null)
            : isVoicemail ? ("Voicemail", null)
            : callees.Length == 0 || IsService(session, callees[0]) ? ("Missed", "Hang Up")
            : ((string)legs[^1]["result"]!, (string?)legs[^1]["reason"]);
        var record = Head(session, callees.FirstOrDefault(), "Inbound", "Phone Call", word, why, legs);
        record["transport"] = "PSTN";
        if (session.HasMessage)
        {
            record["message"] = new JsonObject { ["id"] = RingCentralRenderer.MessageOf(session.Call), ["type"] = "VoiceMail" };
        }

        AddOther(record, session, session.Call.CallId == session.Id ? "transferee" : "transferTarget");
        return record;
    }

    private JsonObject Head(
        RingCentralCall session, RingCentralParty? party, string direction, string action, string result, string? reason, IEnumerable<JsonObject> legs)
    {
        var isInbound = direction == "Inbound";
        var to = new JsonObject();
        if (session.To.Length > 0)
            to[IsToInside(session) ? "extensionNumber" : "phoneNumber"] = session.To;
        if (isInbound && party?.Extension is { } extension)
        {
            to["extensionNumber"] = extension;
            to["extensionId"] = extension;
        }

        return Timed(new JsonObject
        {
            ["sessionId"] = session.Call.Digits(session.Id, 12),
            ["telephonySessionId"] = session.Id,
            ["partyId"] = party is null ? null : session.PartyId(party.Number),
            ["type"] = "Voice",
            ["direction"] = direction,
            ["action"] = action,
            ["result"] = result,
            ["from"] = From(session),
            ["to"] = to,
            ["legs"] = new JsonArray([.. legs]),
        }, session.TimesOf(1).StartedAt, session.EndedAt!.Value, reason);
    }

    private JsonObject Leg(RingCentralCall session, RingCentralParty party, string result, string? reason, string type, bool isMaster)
    {
        var times = session.TimesOf(party.Number);
        var isCaller = party.Number == 1;
        var start = isCaller || IsService(session, party) ? times.StartedAt : times.AnsweredAt ?? times.StartedAt;
        var end = result == "Voicemail" ? session.EndedAt!.Value : times.EndedAt!.Value;
        var to = isCaller ? session.To : party.Extension!;
        var isInside = !isCaller || IsToInside(session);
        return Timed(new JsonObject
        {
            ["telephonySessionId"] = session.Id,
            ["partyId"] = session.PartyId(party.Number),
            ["type"] = "Voice",
            ["direction"] = isCaller ? "Outbound" : "Inbound",
            ["action"] = isCaller ? "VoIP Call" : "Phone Call",
            ["result"] = result,
            ["legType"] = type,
            ["master"] = isMaster,
            ["extension"] = Owner(party.Extension!),
            ["from"] = From(session),
            ["to"] = new JsonObject { [isInside ? "extensionNumber" : "phoneNumber"] = to },
        }, start, end, reason);
    }

    private JsonObject Timed(JsonObject json, DateTimeOffset start, DateTimeOffset end, string? reason)
    {
        json["startTime"] = Text(start + clockAhead);
        json["duration"] = (int)(end - start).TotalSeconds;
        json["durationMs"] = (long)(end - start).TotalMilliseconds;
        if (reason is not null)
            json["reason"] = reason;
        return json;
    }

    private static JsonObject Owner(string extension) => new()
    {
        // The id is a number here and a text elsewhere.
        ["id"] = long.Parse(extension, CultureInfo.InvariantCulture),
        ["uri"] = $"https://platform.ringcentral.com/restapi/v1.0/account/{RingCentralSimulator.Account}/extension/{extension}",
    };

    private static JsonObject From(RingCentralCall session)
    {
        var from = new JsonObject();
        if (session.Call.IsCallerHidden)
            return from;
        from[session.From.Extension is null ? "phoneNumber" : "extensionNumber"] = session.From.Number;
        if (session.From.Extension is { } extension)
            from["extensionId"] = extension;
        from["name"] = session.Call.FromName;
        return from;
    }

    private static bool IsToInside(RingCentralCall session) =>
        session.From.Extension is not null && session.Parties.Any(p => p is { Number: > 1, Extension: not null });

    private static bool IsService(RingCentralCall session, RingCentralParty party) =>
        party.Extension == RingCentralRenderer.Menu || party.Extension == session.Call.QueueName;

    private static string TypeOf(RingCentralCall session, RingCentralParty party, RingCentralParty? before) =>
        before?.Reason is "BlindTransfer" or "AttendedTransfer" ? "TransferCall"
        : before?.Reason == "CallPark" ? "CallPark"
        : before is not null && session.TimesOf(before.Number).AnsweredAt is null && before.Reason == "AgentAnswered" && session.Call.Queue is null
            && session.Call.Legs.Any(l => l.IsPickUp && l.Extension == party.Extension) ? "Pickup"
        : "Accept";

    /// <summary>How a party turned out that was not answered.</summary>
    private static (string Result, string? Reason) WordsOf(RingCentralParty party) => party.Reason switch
    {
        "AgentAnswered" => ("Missed", "Stopped"),
        "NoAnswer" => ("Missed", "No Answer"),
        "Cancelled" => ("Missed", "Hang Up"),
        "TargetBusy" => ("Busy", "Line Busy"),
        "Rejected" => ("Rejected", null),
        "InvalidNumber" => ("Wrong Number", null),
        _ => ("Missed", null),
    };

    private static void AddOther(JsonObject record, RingCentralCall session, string name)
    {
        if (session.Parties.Select(p => p.Peer).FirstOrDefault(p => p is not null) is { } other)
            record[name] = new JsonObject { ["telephonySessionId"] = other };
    }
}
