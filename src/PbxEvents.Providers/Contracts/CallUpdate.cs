namespace PbxEvents.Providers.Contracts;

/// <summary>
/// What one event says about a call, in the words that all platforms share. A session keeps one instance and resets it
/// for each event, so that no event costs an allocation here.
/// </summary>
internal sealed class CallUpdate
{
    private readonly List<LegUpdate> _legs = new(4);
    private DateTimeOffset? _startedAt;
    private DateTimeOffset? _ringingAt;
    private DateTimeOffset? _answeredAt;
    private DateTimeOffset? _endedAt;
    private string? _from;
    private string? _fromName;
    private string? _to;
    private string? _queue;
    private string? _answeredBy;
    private string? _extension;
    private string? _voicemailId;
    private string? _recordingId;

    /// <summary>The platform's id of the call.</summary>
    public string CallId { get; private set; } = "";

    /// <summary>True when the calling party must not be shown: number and name of the call stay null from then on.</summary>
    public bool HidesFrom { get; set; }

    /// <summary>True when the called party must not be shown: its number stays null from then on.</summary>
    public bool HidesTo { get; set; }

    /// <summary>Which way it goes; null when this event does not say.</summary>
    public PbxDirection? Direction { get; set; }

    /// <summary>The calling number; null when this event does not say.</summary>
    public string? From
    {
        get => _from;
        set => _from = VisibleText.OfValue(value);
    }

    /// <summary>The calling party's name; null when this event does not say.</summary>
    public string? FromName
    {
        get => _fromName;
        set => _fromName = VisibleText.OfValue(value);
    }

    /// <summary>The called number; null when this event does not say.</summary>
    public string? To
    {
        get => _to;
        set => _to = VisibleText.OfValue(value);
    }

    /// <summary>The queue it went into; null when this event does not say.</summary>
    public string? Queue
    {
        get => _queue;
        set => _queue = VisibleText.OfValue(value);
    }

    /// <summary>True when the platform itself says the call was passed on to another party with this event.</summary>
    public bool IsTransfer { get; set; }

    /// <summary>
    /// True when the platform itself says that the whole call is over. A call also ends when all its known legs have,
    /// unless <see cref="KeepsOpen"/> says otherwise.
    /// </summary>
    public bool IsEnd { get; set; }

    /// <summary>
    /// True when the call is to stay open although all its legs have ended, because the platform's final record decides
    /// (Yeastar's CDR). The session must end it later with <see cref="IsEnd"/>.
    /// </summary>
    public bool KeepsOpen { get; set; }

    /// <summary>
    /// How the call turned out when <see cref="IsEnd"/>, or how it turns out if nobody answers: the platform's own word, which
    /// wins over what the legs show. Kept until the end; null when this event does not say.
    /// </summary>
    public PbxOutcome? Outcome { get; set; }

    /// <summary>
    /// How the call turns out if nobody answers and the platform does not say: what follows from where it is (Abandoned in a
    /// queue). It counts only when everything of the call was seen. Kept until the end; null when nothing follows.
    /// </summary>
    public PbxOutcome? OutcomeIfUnanswered { get; set; }

    /// <summary>
    /// True when something of the call may not have been seen: it stood before its first event, or its end was not told. Then
    /// nobody is said to have missed it, unless the platform says so.
    /// </summary>
    public bool HasUnseen { get; set; }

    /// <summary>Who hung up; null when this event does not say.</summary>
    public PbxEndedBy? EndedBy { get; set; }

    /// <summary>The platform's id of the caller's voicemail; null when this event does not say.</summary>
    public string? VoicemailId
    {
        get => _voicemailId;
        set => _voicemailId = VisibleText.OfValue(value);
    }

    /// <summary>The platform's id of the recording; null when this event does not say.</summary>
    public string? RecordingId
    {
        get => _recordingId;
        set => _recordingId = VisibleText.OfValue(value);
    }

    /// <summary>
    /// A state of the call as a whole that no leg shows (PortSIP's <c>call_established</c>); null to derive it from the legs.
    /// </summary>
    public PbxCallState? State { get; set; }

    /// <summary>Who answered, with <see cref="State"/> Answered; null when this event does not say.</summary>
    public string? AnsweredBy
    {
        get => _answeredBy;
        set => _answeredBy = VisibleText.OfValue(value);
    }

    /// <summary>The extension the call is about, on a final record that tells it; null to go by the legs. Legs that were seen win over it.</summary>
    public string? Extension
    {
        get => _extension;
        set => _extension = VisibleText.OfValue(value);
    }

    /// <summary>
    /// When the call began, on a final record that tells it; null for the time of the first event. It counts only when the
    /// call was not known before.
    /// </summary>
    public DateTimeOffset? StartedAt
    {
        get => _startedAt;
        set => _startedAt = value?.ToLocalTime();
    }

    /// <summary>When a device first rang, on a final record that tells it; null to go by the events.</summary>
    public DateTimeOffset? RingingAt
    {
        get => _ringingAt;
        set => _ringingAt = value?.ToLocalTime();
    }

    /// <summary>When the call ended, on a final record that tells it; null for the time of the event.</summary>
    public DateTimeOffset? EndedAt
    {
        get => _endedAt;
        set => _endedAt = value?.ToLocalTime();
    }

    /// <summary>When a person first answered, on a final record that tells it of the whole call; null to go by the events and legs.</summary>
    public DateTimeOffset? AnsweredAt
    {
        get => _answeredAt;
        set => _answeredAt = value?.ToLocalTime();
    }

    /// <summary>
    /// True for a word that came too late and corrects what the end of the call was told to be: an answer that was delivered
    /// after the end. The call stays ended; its outcome is made anew.
    /// </summary>
    public bool IsCorrection { get; set; }

    /// <summary>
    /// True on a final record that names everybody who was called, of a call in which some of it was only supposed before: the
    /// legs of callees, who answered and when are forgotten, and this update alone tells them.
    /// </summary>
    public bool ReplacesCallees { get; set; }

    /// <summary>True on a final record that tells all of the call, whatever was not seen of it: there is nothing that another one could add.</summary>
    public bool TellsWholeCall { get; set; }

    /// <summary>True when it comes from the platform's call records, not from an event.</summary>
    public bool IsRecord { get; set; }

    /// <summary>True when it tells how things stand, not that something happened (a snapshot): nobody is woken for it.</summary>
    public bool IsSnapshot { get; set; }

    /// <summary>The changes of legs, in order.</summary>
    public IReadOnlyList<LegUpdate> Legs => _legs;

    /// <summary>Empties the update for the next event.</summary>
    /// <param name="callId">The call.</param>
    /// <returns>This update.</returns>
    public CallUpdate Reset(string callId)
    {
        CallId = VisibleText.OfValue(callId);
        Direction = null;
        From = FromName = To = Queue = Extension = AnsweredBy = VoicemailId = RecordingId = null;
        HidesFrom = HidesTo = IsTransfer = IsEnd = KeepsOpen = IsSnapshot = IsRecord = HasUnseen = IsCorrection = ReplacesCallees = TellsWholeCall = false;
        StartedAt = RingingAt = AnsweredAt = EndedAt = null;
        Outcome = OutcomeIfUnanswered = null;
        EndedBy = null;
        State = null;
        _legs.Clear();
        return this;
    }

    /// <summary>The same of a call that is known by another id.</summary>
    /// <param name="callId">The id.</param>
    public void Rename(string callId) => CallId = callId;

    /// <summary>Adds a change of a leg.</summary>
    /// <param name="leg">The change.</param>
    public void Add(in LegUpdate leg) => _legs.Add(leg);
}
