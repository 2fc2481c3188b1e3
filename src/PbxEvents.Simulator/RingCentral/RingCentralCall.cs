using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>One party of a call, as it stands. Immutable.</summary>
/// <param name="Number">1 for the caller.</param>
/// <param name="Extension">Its extension; null for an outside party.</param>
/// <param name="Code">Its status code.</param>
internal sealed record RingCentralParty(int Number, string? Extension, string Code)
{
    /// <summary>Why; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>True when the call was missed here.</summary>
    public bool IsMissed { get; init; }

    /// <summary>True when the call came through a queue.</summary>
    public bool IsQueueCall { get; init; }

    /// <summary>The telephony session it went to; null for none.</summary>
    public string? Peer { get; init; }

    /// <summary>The number of the party in that session that it became; null for none.</summary>
    public int? PeerParty { get; init; }

    /// <summary>True until it is disconnected or gone.</summary>
    public bool IsAlive => Code is not ("Disconnected" or "Gone");
}

/// <summary>What a party went through. Immutable.</summary>
/// <param name="StartedAt">When it was set up.</param>
internal sealed record PartyTimes(DateTimeOffset StartedAt)
{
    /// <summary>When it was answered; null when it was not.</summary>
    public DateTimeOffset? AnsweredAt { get; private init; }

    /// <summary>When it was gone; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; private init; }

    /// <summary>True for voicemail's own party.</summary>
    public bool IsVoicemail { get; private init; }

    /// <summary>With how the party stands now.</summary>
    /// <param name="party">The party.</param>
    /// <param name="now">The time.</param>
    public PartyTimes With(RingCentralParty party, DateTimeOffset now) => this with
    {
        AnsweredAt = AnsweredAt ?? (party.Code == "Answered" ? now : null),
        EndedAt = EndedAt ?? (party.IsAlive ? null : now),
        IsVoicemail = IsVoicemail || party.Code == "VoiceMail",
    };
}

/// <summary>One telephony session of the simulator: its parties, and how they are written (ringcentral.md section 8). One writer; anybody may read.</summary>
/// <param name="call">The call that is played.</param>
/// <param name="id">The session's id.</param>
/// <param name="from">Who calls.</param>
/// <param name="fromExtension">The caller's extension; null for an outside caller.</param>
/// <param name="to">Who is called.</param>
/// <param name="toExtension">The called extension; null when it is not known at the beginning.</param>
internal sealed class RingCentralCall(SimulatedCall call, string id, string from, string? fromExtension, string to, string? toExtension)
{
    private readonly ConcurrentDictionary<int, RingCentralParty> _parties = new();
    private readonly ConcurrentDictionary<int, PartyTimes> _times = new();
    private int _sequence = 1;

    public string Id => id;

    /// <summary>The call that is played.</summary>
    public SimulatedCall Call => call;

    /// <summary>Who calls: a number, and an extension for one from inside.</summary>
    public (string Number, string? Extension) From => (from, fromExtension);

    /// <summary>The number that was called; empty when that is not told.</summary>
    public string To => to;

    /// <summary>True when the caller left a message.</summary>
    public bool HasMessage { get; set; }

    /// <summary>When the last party was gone; null while one lives.</summary>
    public DateTimeOffset? EndedAt => IsAlive ? null : _times.Values.Max(t => t.EndedAt);

    /// <summary>The parties, the caller's first.</summary>
    public IReadOnlyList<RingCentralParty> Parties => [.. _parties.Values.OrderBy(p => p.Number)];

    /// <summary>True while a party lives.</summary>
    public bool IsAlive => _parties.Values.Any(p => p.IsAlive);

    /// <summary>The number of the next party.</summary>
    public int NextParty => _parties.Count + 1;

    /// <summary>The party of that number; null when there is none.</summary>
    public RingCentralParty? Find(int number) => _parties.GetValueOrDefault(number);

    /// <summary>What a party went through, and when.</summary>
    /// <param name="number">The party's number.</param>
    public PartyTimes TimesOf(int number) => _times[number];

    /// <summary>A party changed.</summary>
    /// <param name="party">How it stands now.</param>
    /// <param name="now">When.</param>
    /// <returns>The notification of it.</returns>
    public RingCentralNotification Change(RingCentralParty party, DateTimeOffset now)
    {
        _parties[party.Number] = party;
        _times[party.Number] = _times.GetValueOrDefault(party.Number, new PartyTimes(now)).With(party, now);
        var body = new JsonObject
        {
            ["sequence"] = ++_sequence,
            ["sessionId"] = call.Digits(id, 12),
            ["telephonySessionId"] = id,
            ["serverId"] = "10.0.0.1.SIM",
            ["eventTime"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            ["origin"] = new JsonObject { ["type"] = "Call" },
            ["parties"] = new JsonArray(Write(party, isFlat: true)),
        };
        return new RingCentralNotification("telephony/sessions", PbxCategory.Call, body) { Extension = party.Extension, CallId = id };
    }

    /// <summary>The whole session, as REST shows it.</summary>
    public JsonObject Describe(DateTimeOffset now) => new()
    {
        ["id"] = id,
        ["creationTime"] = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
        ["origin"] = new JsonObject { ["type"] = "Call" },
        ["telephonySessionId"] = id,
        ["parties"] = new JsonArray([.. Parties.Select(p => (JsonNode)Write(p, isFlat: false))]),
    };

    /// <summary>The entry of an extension's list of active calls; null when it has no living party here.</summary>
    /// <param name="extension">The extension.</param>
    public JsonObject? DescribeFor(string extension)
    {
        if (Parties.LastOrDefault(p => p.Extension == extension && p.IsAlive) is not { } party)
            return null;
        var status = party.Code switch
        {
            "Setup" or "Proceeding" => "Ringing",
            "Hold" => "OnHold",
            "Parked" => "ParkedCall",
            _ => "CallConnected",
        };
        return new JsonObject
        {
            ["id"] = call.Hex($"active {id} {party.Number}", 16),
            ["direction"] = party.Number == 1 ? "Outbound" : "Inbound",
            ["from"] = call.IsCallerHidden ? null : from,
            ["fromName"] = call.IsCallerHidden ? null : call.FromName,
            ["to"] = to,
            ["queueCall"] = party.IsQueueCall,
            ["telephonyStatus"] = status,
            ["sessionId"] = call.Digits(id, 12),
            ["telephonySessionId"] = id,
            ["partyId"] = PartyId(party.Number),
        };
    }

    /// <summary>The id of a party.</summary>
    /// <param name="number">Its number.</param>
    public string PartyId(int number) => PartyId(id, number);

    private static string PartyId(string session, int number) => $"p-{session[2..]}-{number}";

    // Notifications carry flat ids, the answer to a question an owner (ringcentral.md section 9).
    private JsonObject Write(RingCentralParty party, bool isFlat)
    {
        var isCaller = party.Number == 1;
        var status = new JsonObject { ["code"] = party.Code, ["rcc"] = false };
        if (party.Reason is not null)
            status["reason"] = party.Reason;
        if (party.Peer is { } peer)
        {
            var peerId = new JsonObject { ["telephonySessionId"] = peer, ["sessionId"] = call.Digits(peer, 12) };
            if (party.PeerParty is { } number)
                peerId["partyId"] = PartyId(peer, number);
            status["peerId"] = peerId;
        }

        var written = new JsonObject
        {
            ["accountId"] = RingCentralSimulator.Account,
            ["id"] = PartyId(party.Number),
            ["direction"] = isCaller ? "Outbound" : "Inbound",
            ["from"] = call.IsCallerHidden ? new JsonObject() : EndOf(from, call.FromName, fromExtension),
            ["to"] = isCaller ? EndOf(to, null, toExtension) : EndOf(party.Extension ?? to, null, party.Extension),
            ["status"] = status,
            ["park"] = new JsonObject(),
            ["missedCall"] = party.IsMissed,
            ["standAlone"] = false,
            ["muted"] = false,
            ["queueCall"] = party.IsQueueCall,
        };
        if (party.Extension is null)
            return written;
        if (isFlat)
            written["extensionId"] = party.Extension;
        else
            written["owner"] = new JsonObject { ["accountId"] = RingCentralSimulator.Account, ["extensionId"] = party.Extension };
        return written;
    }

    private static JsonObject EndOf(string number, string? name, string? extension)
    {
        var end = new JsonObject();
        if (number.Length > 0)
            end["phoneNumber"] = number;
        if (name is not null)
            end["name"] = name;
        if (extension is not null)
            end["extensionId"] = extension;
        return end;
    }
}
