using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The fields of a telephony session, as a notification or the answer to a question holds them (ringcentral.md sections 8 and 9): its
/// head, then party by party. One instance is used again for every frame. Loop only.
/// </summary>
/// <param name="pool">Where texts come from.</param>
internal sealed class TelephonyReader(Utf8Pool pool)
{
    private static readonly byte[] Nothing = [.. "{}"u8];

    private static readonly FieldNames
        BodyNames = new(), PartyNames = new(), StatusNames = new(), PeerNames = new(), RecordingNames = new(), EndNames = new();

    private static readonly Field
        SequenceField = BodyNames.Add("sequence"), IdField = BodyNames.Add("telephonySessionId"), SessionField = BodyNames.Add("sessionId"), TimeField = BodyNames.Add("eventTime"),
        PartiesField = BodyNames.Add("parties"),
        PartyIdField = PartyNames.Add("id"), FlatExtension = PartyNames.Add("extensionId"), Direction = PartyNames.Add("direction"),
        FromField = PartyNames.Add("from"), ToField = PartyNames.Add("to"), Status = PartyNames.Add("status"),
        MissedCall = PartyNames.Add("missedCall"), QueueCall = PartyNames.Add("queueCall"), Owner = PartyNames.Add("owner"),
        Recordings = PartyNames.Add("recordings"),
        CodeField = StatusNames.Add("code"), ReasonField = StatusNames.Add("reason"), PeerField = StatusNames.Add("peerId"),
        PeerSession = PeerNames.Add("telephonySessionId"), PeerParty = PeerNames.Add("partyId"),
        RecordingId = RecordingNames.Add("id"),
        Number = EndNames.Add("phoneNumber"), ExtensionNumber = EndNames.Add("extensionNumber"), EndExtension = EndNames.Add("extensionId"),
        Name = EndNames.Add("name");

    private readonly JsonFields _body = new(BodyNames, pool);
    private readonly JsonFields _party = new(PartyNames, pool);
    private readonly JsonFields _status = new(StatusNames, pool);
    private readonly JsonFields _peer = new(PeerNames, pool);
    private readonly JsonFields _recording = new(RecordingNames, pool);
    private readonly JsonFields _from = new(EndNames, pool);
    private readonly JsonFields _to = new(EndNames, pool);
    private readonly JsonFields _owner = new(EndNames, pool);

    // ---- the session -------------------------------------------------------------------------------------------------

    public string? Id => _body.Text(IdField);

    /// <summary>The older id, which says nothing more while the session lives.</summary>
    public string? SessionId => _body.Text(SessionField);

    public long? Sequence => _body.Number(SequenceField);

    public DateTimeOffset? Time => RingCentralTime.Parse(_body, TimeField);

    /// <summary>The list of parties; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Parties => _body.Json(PartiesField);

    // ---- the party that was read last --------------------------------------------------------------------------------

    public string? PartyId => _party.Text(PartyIdField);

    /// <summary>The party's extension. Flat in notifications, in an object of its own in the answer to a question (section 9).</summary>
    public string? Extension => _party.Text(FlatExtension)
        ?? (_party.IsStructure(Owner) && _owner.Read(_party.Json(Owner)) ? _owner.Text(EndExtension) : null);

    /// <summary>True for the called side; null when it does not say.</summary>
    public bool? IsInbound => _party.Has(Direction) ? _party.Is(Direction, "Inbound") : null;

    /// <summary>The status in lower case; null when it does not say.</summary>
    public string? Code => _status.Text(CodeField)?.ToLowerInvariant();

    /// <summary>The reason in lower case; null when it does not say.</summary>
    public string? Reason => _status.Text(ReasonField)?.ToLowerInvariant();

    public bool IsMissed => _party.Flag(MissedCall) == true;

    public bool IsOfQueue => _party.Flag(QueueCall) == true;

    /// <summary>The caller's number; null when there is none, or the caller hides it.</summary>
    public string? From => NumberOf(_from);

    public string? FromName => HidesFrom ? null : _from.Text(Name);

    public string? FromExtension => _from.Text(EndExtension);

    public bool HidesFrom => IsHidden(_from);

    public string? To => NumberOf(_to);

    /// <summary>The called party's name; null when it is not told.</summary>
    public string? ToName => IsHidden(_to) ? null : _to.Text(Name);

    public string? ToExtension => _to.Text(EndExtension);

    /// <summary>The party in another session that this one goes on as; null when there is none.</summary>
    public (string Session, string Party)? Peer =>
        _status.IsStructure(PeerField) && _peer.Read(_status.Json(PeerField))
        && _peer.Text(PeerSession) is { } session && _peer.Text(PeerParty) is { } party
            ? (session, party)
            : null;

    /// <summary>With <c>withRecordings=true</c> (section 7) a party has a list of them; the last one is told. Null for none.</summary>
    public string? Recording
    {
        get
        {
            var json = _party.Json(Recordings);
            var reader = new Utf8JsonReader(json.Span);
            string? last = null;
            if (json.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                _recording.Read(json, ref reader);
                last = _recording.Text(RecordingId) ?? last;
            }
            return last;
        }
    }

    /// <summary>Reads the head.</summary>
    /// <returns>False when it is no object.</returns>
    public bool Read(ReadOnlyMemory<byte> body) => _body.Read(body);

    /// <summary>Reads the party that a reader stands at.</summary>
    /// <param name="parties">The bytes that it reads.</param>
    /// <param name="reader">At StartObject; afterwards at EndObject.</param>
    public void ReadParty(ReadOnlyMemory<byte> parties, ref Utf8JsonReader reader)
    {
        _party.Read(parties, ref reader);
        ReadPart(_from, FromField);
        ReadPart(_to, ToField);
        ReadPart(_status, Status);
    }

    private void ReadPart(JsonFields part, Field field)
    {
        if (!_party.IsStructure(field) || !part.Read(_party.Json(field)))
            part.Read(Nothing);
    }

    private static string? NumberOf(JsonFields end) => IsHidden(end) ? null : NumberIn(end);

    private static string? NumberIn(JsonFields end) => end.Text(Number) ?? end.Text(ExtensionNumber) ?? end.Text(EndExtension);

    private static bool IsHidden(JsonFields end) => HiddenParty.IsHidden(NumberIn(end), end.Text(Name));
}
