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
internal sealed class RingCentralCalls
{
    /// <summary>
    /// A call of which only a party's end was seen is over when no other party is heard of for so long: the next agent of a
    /// queue rings within milliseconds.
    /// </summary>
    private static readonly TimeSpan LoneEndGrace = TimeSpan.FromMilliseconds(500);

    private readonly ISessionHost _host;
    private readonly LiveCallIds _sessionIds;
    private readonly TelephonyReader _wire;
    private readonly KeyedTimers<string> _loneEndTimers;
    private readonly RecentMap<TelephonySession> _sessions = new();
    private readonly CallUpdate _update = new();
    private (string Session, string Party, string? Extension)? _fetched;

    /// <param name="host">Knows the calls as they are told.</param>
    /// <param name="pool">Where texts come from.</param>
    /// <param name="sessionIds">Gets the older ids of calls.</param>
    public RingCentralCalls(ISessionHost host, Utf8Pool pool, LiveCallIds sessionIds)
    {
        _host = host;
        _sessionIds = sessionIds;
        _wire = new TelephonyReader(pool);
        _loneEndTimers = new KeyedTimers<string>(host, NobodyElseCame);
    }

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
        if (!_wire.Read(body) || _wire.Id is not { } id)
            return TelephonyVerdict.Stale;
        pbxEvent.CallId = id;
        if (_wire.Time is { } time)
            pbxEvent.Time = time;
        var sequence = _wire.Sequence;
        var session = Find(id);
        _update.Reset(id);
        HidesCaller = false;
        int read = 0, old = 0, duplicates = 0;
        var parties = _wire.Parties;
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
            _wire.ReadParty(parties, ref reader);
            if (_wire.PartyId is not { } partyId)
                continue;
            _update.HidesFrom = HidesCaller |= _wire.HidesFrom;
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
        if (_host.FindCall(fetched.Session) is not { State: not PbxCallState.Ended } call
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
    /// <returns>Its end.</returns>
    public CallUpdate End(string id)
    {
        if (_sessions.TryGet(id, out var session))
            session.IsGone = true;
        _update.Reset(id).IsEnd = true;
        return _update;
    }

    private TelephonySession Find(string id)
    {
        if (!_sessions.TryGet(id, out var session) || session.IsGone)
        {
            _sessions.Set(id, session = new TelephonySession(id));
            if (_wire.SessionId is { } older)
                _sessionIds.Set(older, id, _host.Now);
        }
        return session;
    }

    /// <summary>
    /// Delivery can be out of order: an answer, or voicemail's, that comes after the party's end counts all the same, unless the
    /// platform has said that it missed the call.
    /// </summary>
    private bool CountLateAnswer(TelephonySession session, TelephonyParty party, string partyId, DateTimeOffset time)
    {
        var code = _wire.Code ?? "";
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
        else if (isVoicemail || session.HasCallee || !party.HasProceeded || _wire.ToExtension is not null)
        {
            return false;
        }
        else
        {
            _update.AnsweredAt = time;
            _update.AnsweredBy = _wire.To;
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
        if (_update.Legs.Count == 0 || _update.IsEnd || _host.FindCall(id) is not null || _update.Legs.Any(l => l.State != PbxCallState.Ended))
            return;
        _update.KeepsOpen = true;
        _loneEndTimers.Set(id, LoneEndGrace);
    }

    /// <summary>No other party was heard of: the call is over.</summary>
    private void NobodyElseCame(string id)
    {
        if (_host.FindCall(id) is not { State: not PbxCallState.Ended } call || call.Legs.Any(l => l.State != PbxCallState.Ended))
            return;
        _update.Reset(id).IsEnd = true;
        _host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = "CallEnded", Synthesized = true }, _update);
    }

    /// <summary>An event speaks of the first party that brings news, else of the first one.</summary>
    private void FillEvent(PbxEvent pbxEvent, string partyId, bool isFirst)
    {
        if (!isFirst && pbxEvent.LegId is not null)
            return;
        pbxEvent.LegId = partyId;
        pbxEvent.Extension = _wire.Extension;
        pbxEvent.From = _wire.From;
        pbxEvent.To = _wire.To;
    }

    private void Apply(TelephonySession session, TelephonyParty party, string partyId)
    {
        var previous = party.Code;
        var code = _wire.Code ?? previous;
        var reason = _wire.Reason;
        party.Code = code;
        party.IsInbound = _wire.IsInbound ?? party.IsInbound;
        party.Extension = _wire.Extension ?? party.Extension;
        var state = TelephonyReasons.StateOf(code);
        if (TelephonyReasons.IsVoicemail(code) || code == "faxreceive")
            party.IsMachine = true;
        else if (code is "answered" or "hold")
            party.IsMachine = false;
        party.WasAlerted |= party.IsInbound && state is PbxCallState.Ringing or PbxCallState.Answered or PbxCallState.Held;
        party.HasEnded = state == PbxCallState.Ended;
        party.HasProceeded |= code == "proceeding";
        if (_wire.IsOfQueue)
            session.Queue ??= session.FindPassedFrom(party) ?? CalledOther(party) ?? _wire.To;

        var role = PbxLegRole.Caller;
        PbxOutcome? outcome = null;
        if (party.IsInbound)
        {
            var isMissed = _wire.IsMissed;

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
            ExtensionName = party.IsInbound && party.Extension is not null && _wire.ToExtension == party.Extension ? _wire.ToName : null,
            Number = party.IsInbound ? _wire.To : _wire.From,
        });
    }

    /// <summary>
    /// A party that dialled a park slot or a pick-up code is gone with the other call: its own session is over, and that is no
    /// failure (section 8, peerId).
    /// </summary>
    private void Fetch(TelephonySession session, TelephonyParty party)
    {
        if (_wire.Peer is { } peer && peer.Session != session.Id)
            _fetched = (peer.Session, peer.Party, party.Extension);
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
        var call = _host.FindCall(session.Id);
        FollowDirection(session, party, isSettled: call?.AnsweredAt is not null);

        // The first party tells who called whom; later ones (a menu's choice, a transfer's target) have a To of their own.
        if (call?.From is null)
        {
            _update.From ??= _wire.From;
            _update.FromName ??= _wire.FromName;
        }
        if (call?.To is null)
            _update.To ??= _wire.To;
        _update.Queue = session.Queue;
        if (session.Queue is not null)
            _update.OutcomeIfUnanswered = PbxOutcome.Abandoned;
        if (outcome == PbxOutcome.Voicemail)
            _update.Outcome = PbxOutcome.Voicemail;
        if (_wire.Recording is { } recording)
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
        if (state == PbxCallState.Answered && previous == "proceeding" && _wire.ToExtension is null)
            party.WasAnswered = true;
        if (!party.WasAnswered || state is not (PbxCallState.Answered or PbxCallState.Held or PbxCallState.Parked))
            return;
        _update.State = state;
        _update.AnsweredBy = state == PbxCallState.Answered ? _wire.To : null;
    }

    /// <summary>Which way a call goes does not change any more once it was answered: a transfer may lead elsewhere.</summary>
    private void FollowDirection(TelephonySession session, TelephonyParty party, bool isSettled)
    {
        if (isSettled)
            return;
        if (!party.IsInbound)
        {
            session.IsFromInside ??= party.Extension is not null;
            session.IsToInside |= _wire.ToExtension is not null;
        }
        else if (party.Extension is not null)
        {
            session.IsFromInside ??= _wire.FromExtension is not null;
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

    private string? CalledOther(TelephonyParty party) => _wire.ToExtension is { } extension && extension != party.Extension ? extension : null;
}
