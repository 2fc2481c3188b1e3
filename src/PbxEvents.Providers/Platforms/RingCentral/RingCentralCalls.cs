using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What became of a telephony notification.</summary>
internal enum TelephonyVerdict
{
    /// <summary>It says something new; the update holds it.</summary>
    News,

    /// <summary>It is older than what is known, or says nothing of a party.</summary>
    Stale,

    /// <summary>It came before.</summary>
    Duplicate,
}

/// <summary>
/// From telephony sessions to call updates (ringcentral.md section 8). The caller's Answered is not an answer, and one
/// Disconnected is not the end (section 8.1). Loop only.
/// </summary>
/// <param name="host">Knows the calls.</param>
/// <param name="pool">Where texts come from.</param>
internal sealed class RingCentralCalls(ISessionHost host, Utf8Pool pool)
{
    private const int Sequence = 0, SessionId = 1, EventTime = 2, Parties = 3;
    private const int PartyId = 0, Extension = 1, Direction = 2, From = 3, To = 4, Status = 5, MissedCall = 6, QueueCall = 7, Owner = 8, Recordings = 9;
    private const int Code = 0, Reason = 1, Peer = 2;
    private const int PeerSession = 0, PeerParty = 1;
    private const int RecordingId = 0;
    private const int Number = 0, ExtensionNumber = 1, EndExtension = 2, Name = 3;

    /// <summary>An end can be lost with a link; what is known of sessions must not grow for ever.</summary>
    private const int MaxSessions = 5000;

    private const string EndTimerPrefix = "end ";

    /// <summary>
    /// A call of which only a party's end was seen is over when no other party is heard of for so long: the next agent of a
    /// queue rings within milliseconds.
    /// </summary>
    private static readonly TimeSpan LoneEndGrace = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Nothing = [.. "{}"u8];

    private static readonly FieldNames BodyNames = new("sequence", "telephonySessionId", "eventTime", "parties");
    private static readonly FieldNames PartyNames =
        new("id", "extensionId", "direction", "from", "to", "status", "missedCall", "queueCall", "owner", "recordings");
    private static readonly FieldNames StatusNames = new("code", "reason", "peerId");
    private static readonly FieldNames PeerNames = new("telephonySessionId", "partyId");
    private static readonly FieldNames RecordingNames = new("id");
    private static readonly FieldNames EndNames = new("phoneNumber", "extensionNumber", "extensionId", "name");

    private readonly JsonFields _body = new(BodyNames, pool);
    private readonly JsonFields _party = new(PartyNames, pool);
    private readonly JsonFields _status = new(StatusNames, pool);
    private readonly JsonFields _peer = new(PeerNames, pool);
    private readonly JsonFields _recording = new(RecordingNames, pool);
    private readonly JsonFields _from = new(EndNames, pool);
    private readonly JsonFields _to = new(EndNames, pool);
    private readonly JsonFields _owner = new(EndNames, pool);
    private readonly Dictionary<string, TelephonySession> _sessions = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private readonly CallUpdate _update = new();
    private (string Session, string Party, string? Extension)? _fetched;

    /// <summary>What the last notification said; valid until the next one.</summary>
    public CallUpdate Update => _update;

    /// <summary>True when the caller hides himself in a party of the last notification.</summary>
    public bool HidesCaller { get; private set; }

    /// <summary>The sessions that have a living party.</summary>
    public IReadOnlyList<string> Open => _sessions.Values.Where(s => !s.HasEnded).Select(s => s.Id).ToArray();

    /// <summary>Reads a notification's body, or the answer to a question about a session, into <see cref="Update"/> and an event.</summary>
    /// <param name="body">The object.</param>
    /// <param name="pbxEvent">Gets call, leg, extension, numbers, queue and time.</param>
    public TelephonyVerdict Read(ReadOnlyMemory<byte> body, PbxEvent pbxEvent)
    {
        if (!_body.Read(body) || _body.Text(SessionId) is not { } id)
            return TelephonyVerdict.Stale;
        pbxEvent.CallId = id;
        if (RingCentralTime.Parse(_body, EventTime) is { } time)
            pbxEvent.Time = time;
        var sequence = _body.Number(Sequence);
        var session = Find(id);
        _update.Reset(id);
        HidesCaller = false;
        int read = 0, old = 0, duplicates = 0;
        var parties = _body.Json(Parties);
        var reader = new Utf8JsonReader(parties.Span);
        if (parties.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return TelephonyVerdict.Stale;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }
            _party.Read(parties, ref reader);
            if (_party.Text(PartyId) is not { } partyId)
                continue;
            ReadPart(_from, From);
            ReadPart(_to, To);
            ReadPart(_status, Status);
            _update.HidesFrom = HidesCaller |= IsHidden(_from);
            var party = session.Get(partyId);
            if (sequence is { } number && party.Sequence > 0 && number <= party.Sequence)
            {
                if (number < party.Sequence && CountLateAnswer(session, party, partyId, pbxEvent.Time))
                {
                    FillEvent(pbxEvent, partyId, isFirst: ++read == 1);
                    continue;
                }

                // Delivery can be out of order; what is known of the party is newer.
                (number == party.Sequence ? ref duplicates : ref old)++;
                FillEvent(pbxEvent, partyId, isFirst: false);
                continue;
            }
            party.Sequence = Math.Max(party.Sequence, sequence ?? 0);
            read++;
            Apply(session, party, partyId);
            FillEvent(pbxEvent, partyId, isFirst: read == 1);
        }
        pbxEvent.Queue = session.Queue;
        AwaitOthers(id);
        return read > 0 ? TelephonyVerdict.News : duplicates > 0 && old == 0 ? TelephonyVerdict.Duplicate : TelephonyVerdict.Stale;
    }

    /// <summary>True for a timer of this class.</summary>
    public static bool IsTimer(string timer) => timer.StartsWith(EndTimerPrefix, StringComparison.Ordinal);

    /// <summary>No other party was heard of: the call is over.</summary>
    public void TimerElapsed(string timer)
    {
        var id = timer[EndTimerPrefix.Length..];
        if (host.FindCall(id) is not { State: not PbxCallState.Ended } call || call.Legs.Any(l => l.State != PbxCallState.Ended))
            return;
        _update.Reset(id).IsEnd = true;
        host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = "CallEnded", Synthesized = true }, _update);
    }

    /// <summary>
    /// The call that a party has fetched, out of a park slot or from a ringing phone, when the event just read tells of it
    /// (<c>peerId</c>, section 8): in that call the fetching extension talks now.
    /// </summary>
    /// <returns>The update of that call; null when there is none, or nothing is known of it.</returns>
    public CallUpdate? TakeFetched()
    {
        if (_fetched is not { } fetched)
            return null;
        _fetched = null;
        if (host.FindCall(fetched.Session) is not { State: not PbxCallState.Ended } call
            || call.Legs.Any(l => l.LegId == fetched.Party && (l.Role == PbxLegRole.Caller || l.AnsweredAt is not null)))
        {
            return null;
        }
        _update.Reset(fetched.Session).Add(new LegUpdate(fetched.Party, PbxLegRole.Callee, PbxCallState.Answered)
        {
            Extension = fetched.Extension,
            Number = fetched.Extension,
        });
        return _update;
    }

    /// <summary>The platform does not know a session any more: the call is over.</summary>
    public CallUpdate End(string id)
    {
        _sessions.Remove(id);
        _update.Reset(id).IsEnd = true;
        return _update;
    }

    private TelephonySession Find(string id)
    {
        if (_sessions.TryGetValue(id, out var session))
            return session;
        _sessions.Add(id, session = new TelephonySession(id));
        _order.Enqueue(id);
        while (_sessions.Count > MaxSessions && _order.TryDequeue(out var oldest))
            _sessions.Remove(oldest);
        return session;
    }

    /// <summary>
    /// Delivery can be out of order: an answer, or voicemail's, that comes after the party's end counts all the same, unless the
    /// platform has said that it missed the call.
    /// </summary>
    private bool CountLateAnswer(TelephonySession session, TelephonyParty party, string partyId, DateTimeOffset time)
    {
        var code = _status.Text(Code)?.ToLowerInvariant() ?? "";
        if (!party.HasEnded || party.WasAnswered || party.IsMissTold)
            return false;
        if (TelephonyReasons.StateOf(code) is not (PbxCallState.Answered or PbxCallState.Held) || code == "faxreceive")
            return false;
        var isVoicemail = TelephonyReasons.IsVoicemail(code);
        if (party.IsInbound)
        {
            _update.Add(new LegUpdate(partyId, isVoicemail ? PbxLegRole.System : PbxLegRole.Callee, null)
            {
                AnsweredAt = isVoicemail ? null : time,
                Outcome = isVoicemail ? PbxOutcome.Voicemail : null,
            });
        }
        else if (isVoicemail || session.HasCallee || !party.HasProceeded || _to.Text(EndExtension) is not null)
        {
            return false;
        }
        else
        {
            _update.AnsweredAt = time;
            _update.AnsweredBy = NumberOf(_to);
        }
        party.WasAnswered = !isVoicemail;
        party.IsMachine = isVoicemail;
        if (isVoicemail)
            _update.Outcome = PbxOutcome.Voicemail;
        _update.IsCorrection = true;
        return true;
    }

    /// <summary>A script that starts while phones ring, or asks for missed calls only, sees nothing but a party's end.</summary>
    private void AwaitOthers(string id)
    {
        if (_update.Legs.Count == 0 || _update.IsEnd || host.FindCall(id) is not null || _update.Legs.Any(l => l.State != PbxCallState.Ended))
            return;
        _update.KeepsOpen = true;
        host.SetTimer(EndTimerPrefix + id, LoneEndGrace);
    }

    /// <summary>An event speaks of the first party that brings news, else of the first one.</summary>
    private void FillEvent(PbxEvent pbxEvent, string partyId, bool isFirst)
    {
        if (!isFirst && pbxEvent.LegId is not null)
            return;
        pbxEvent.LegId = partyId;
        pbxEvent.Extension = ExtensionOfParty();
        pbxEvent.From = NumberOf(_from);
        pbxEvent.To = NumberOf(_to);
    }

    private void Apply(TelephonySession session, TelephonyParty party, string partyId)
    {
        var previous = party.Code;
        var code = _status.Text(Code)?.ToLowerInvariant() ?? previous;
        var reason = _status.Text(Reason)?.ToLowerInvariant();
        party.Code = code;
        party.IsInbound = _party.Has(Direction) ? _party.Is(Direction, "Inbound") : party.IsInbound;
        party.Extension = ExtensionOfParty() ?? party.Extension;
        var state = TelephonyReasons.StateOf(code);
        if (TelephonyReasons.IsVoicemail(code) || code == "faxreceive")
            party.IsMachine = true;
        else if (code is "answered" or "hold")
            party.IsMachine = false;
        party.WasAlerted |= party.IsInbound && state is PbxCallState.Ringing or PbxCallState.Answered or PbxCallState.Held;
        party.HasEnded = state == PbxCallState.Ended;
        party.HasProceeded |= code == "proceeding";
        if (_party.Flag(QueueCall) == true)
            session.Queue ??= session.FindPassedFrom(party) ?? OtherExtensionOf(_to, party) ?? NumberOf(_to);

        var role = PbxLegRole.Caller;
        PbxOutcome? outcome = null;
        if (party.IsInbound)
        {
            var isMissed = _party.Flag(MissedCall) == true;

            // A menu or a queue: set up, never rang, went without a reason while the caller stays (section 8.1, first call).
            var hasOnlyPassed = party is { HasEnded: true, WasAlerted: false } && reason is null && !isMissed && session.HasOthers(party);
            role = party.IsMachine || hasOnlyPassed ? PbxLegRole.System : PbxLegRole.Callee;
            outcome = OutcomeOf(party, code, reason, isMissed);
            party.IsMissTold |= outcome == PbxOutcome.Missed;
        }
        else if (party.HasEnded && TelephonyReasons.IsFetch(reason))
        {
            Fetch(session, party);
        }
        DescribeCall(session, party, reason, outcome);
        if (party.IsInbound && state is PbxCallState.Answered && !party.IsMachine)
            party.WasAnswered = true;
        FollowCallerOnly(session, party, previous, state);
        _update.Add(new LegUpdate(partyId, role, state)
        {
            Outcome = outcome,
            Extension = party.Extension,
            Number = NumberOf(party.IsInbound ? _to : _from),
        });
    }

    /// <summary>
    /// A party that dialled a park slot or a pick-up code is gone with the other call: its own session is over, and that is no
    /// failure (section 8, peerId).
    /// </summary>
    private void Fetch(TelephonySession session, TelephonyParty party)
    {
        if (_status.IsStructure(Peer) && _peer.Read(_status.Json(Peer)) && _peer.Text(PeerSession) is { } peer
            && _peer.Text(PeerParty) is { } peerParty && peer != session.Id)
        {
            _fetched = (peer, peerParty, party.Extension);
        }
        _update.Outcome = PbxOutcome.Transferred;
        _update.IsEnd = session.HasEnded;
    }

    /// <summary>How a called party turned out, as far as this frame says; what it said before stays.</summary>
    private static PbxOutcome? OutcomeOf(TelephonyParty party, string code, string? reason, bool isMissed)
    {
        if (party.IsMachine)
            return TelephonyReasons.IsVoicemail(code) ? PbxOutcome.Voicemail : null;
        if (party.HasEnded && TelephonyReasons.IsTransfer(reason))
            return PbxOutcome.Transferred;
        if (party.WasAnswered)
            return null;
        var told = party.HasEnded ? TelephonyReasons.OutcomeOf(reason) : null;
        return told ?? (isMissed ? PbxOutcome.Missed : null);
    }

    private void DescribeCall(TelephonySession session, TelephonyParty party, string? reason, PbxOutcome? outcome)
    {
        var call = host.FindCall(session.Id);
        FollowDirection(session, party, isSettled: call?.AnsweredAt is not null);

        // The first party tells who called whom; later ones (a menu's choice, a transfer's target) have a To of their own.
        if (call?.From is null)
        {
            _update.From ??= NumberOf(_from);
            _update.FromName ??= IsHidden(_from) ? null : _from.Text(Name);
        }
        if (call?.To is null)
            _update.To ??= NumberOf(_to);
        _update.Queue = session.Queue;
        if (session.Queue is not null)
            _update.OutcomeIfUnanswered = PbxOutcome.Abandoned;
        if (outcome == PbxOutcome.Voicemail)
            _update.Outcome = PbxOutcome.Voicemail;
        if (_party.IsStructure(Recordings) && ReadRecording() is { } recording)
            _update.RecordingId = recording;
        if (!party.HasEnded)
            return;
        _update.EndedBy = TelephonyReasons.EndedBy(reason);
        if (!party.IsInbound && TelephonyReasons.OutcomeOf(reason) is { } failure and (PbxOutcome.Failed or PbxOutcome.Busy or PbxOutcome.Rejected))
            _update.Outcome = failure;
        if (TelephonyReasons.IsTransfer(reason))
        {
            _update.IsTransfer = true;

            // Who sees only this extension never hears of the party it went to.
            if (session.HasEnded && party.WasAnswered)
            {
                _update.IsEnd = true;
                _update.Outcome = PbxOutcome.Transferred;
            }
        }
        else if (TelephonyReasons.IsPark(reason))
        {
            _update.State = PbxCallState.Parked;
        }
    }

    /// <summary>
    /// Who sees only the calling extension never hears of an outside callee. An inside one lets the caller's leg be answered
    /// at once, straight from Setup; an outside one lets it proceed first, so an answer after that is the callee's (inferred
    /// from the orders in section 8.1).
    /// </summary>
    private void FollowCallerOnly(TelephonySession session, TelephonyParty party, string previous, PbxCallState? state)
    {
        if (party.IsInbound || session.HasCallee)
            return;
        if (state == PbxCallState.Answered && previous == "proceeding" && _to.Text(EndExtension) is null)
            party.WasAnswered = true;
        if (!party.WasAnswered || state is not (PbxCallState.Answered or PbxCallState.Held or PbxCallState.Parked))
            return;
        _update.State = state;
        _update.AnsweredBy = state == PbxCallState.Answered ? NumberOf(_to) : null;
    }

    /// <summary>Which way a call goes does not change any more once it was answered: a transfer may lead elsewhere.</summary>
    private void FollowDirection(TelephonySession session, TelephonyParty party, bool isSettled)
    {
        if (isSettled)
            return;
        if (!party.IsInbound)
        {
            session.IsFromInside ??= party.Extension is not null;
            session.IsToInside |= _to.Text(EndExtension) is not null;
        }
        else if (party.Extension is not null)
        {
            session.IsFromInside ??= _from.Text(EndExtension) is not null;
            session.IsToInside = true;
        }
        _update.Direction = (session.IsFromInside, session.IsToInside) switch
        {
            (null, _) => null,
            (false, _) => PbxDirection.Inbound,
            (true, true) => PbxDirection.Internal,
            (true, false) => PbxDirection.Outbound,
        };
    }

    /// <summary>Flat in notifications, in an object of its own in the answer to a question (section 9).</summary>
    private string? ExtensionOfParty()
    {
        if (_party.Text(Extension) is { } flat)
            return flat;
        return _party.IsStructure(Owner) && _owner.Read(_party.Json(Owner)) ? _owner.Text(EndExtension) : null;
    }

    private void ReadPart(JsonFields fields, int slot)
    {
        if (!_party.IsStructure(slot) || !fields.Read(_party.Json(slot)))
            fields.Read(Nothing);
    }

    /// <summary>With <c>withRecordings=true</c> (section 7) a party has a list of them; the last one is told.</summary>
    private string? ReadRecording()
    {
        var json = _party.Json(Recordings);
        var reader = new Utf8JsonReader(json.Span);
        string? last = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            _recording.Read(json, ref reader);
            last = _recording.Text(RecordingId) ?? last;
        }
        return last;
    }

    private static string? NumberOf(JsonFields end) => IsHidden(end) ? null : NumberIn(end);

    private static string? NumberIn(JsonFields end) => end.Text(Number) ?? end.Text(ExtensionNumber) ?? end.Text(EndExtension);

    private static bool IsHidden(JsonFields end) => HiddenParty.IsHidden(NumberIn(end), end.Text(Name));

    private static string? OtherExtensionOf(JsonFields end, TelephonyParty party) =>
        end.Text(EndExtension) is { } extension && extension != party.Extension ? extension : null;
}
