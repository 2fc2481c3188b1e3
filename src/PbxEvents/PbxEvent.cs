using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PbxEvents;

/// <summary>
/// One event of a platform, or of the connection itself (<see cref="PbxCategory.Connection"/>). Immutable once it has a
/// <see cref="Sequence"/>, so any thread may read it. Its texts are safe to show: control characters in them have
/// been made visible. <see cref="Raw"/> has what was received.
/// </summary>
public sealed class PbxEvent
{
    private string? _id;
    private string _name = "";
    private string? _topic;
    private string? _callId;
    private string? _legId;
    private string? _from;
    private string? _to;
    private string? _extension;
    private string? _extensionName;
    private string? _queue;
    private string? _queueName;
    private string? _tenant;

    // A buffer holds a hundred thousand events: what needs no offset and no byte for "null" of its own has none.
    private long _receivedTicks;
    private Registration _registration;

    /// <summary>The call, or what makes it when somebody looks: most events that are read from a journal only pass by.</summary>
    private object? _call;

    private enum Registration : byte
    {
        Unknown,
        Yes,
        No,
    }

    /// <summary>
    /// Position in the connection's stream: 1, 2, 3, with no holes. 0 on a Gap that only one reader has, because it was too slow.
    /// </summary>
    public long Sequence { get; internal set; }

    /// <summary>
    /// Idempotency key: the platform's own event id where it has one, else one that is made of what came and when. What the platform sends again
    /// under its id has the same one; an event that comes again in the same words, such as a trunk that is down a second time, has another.
    /// </summary>
    public string Id
    {
        get => _id ??= DeriveId();
        internal set => _id = VisibleText.OfValue(value);
    }

    /// <summary>
    /// When it happened by the platform's clock, in this machine's zone; the arrival time when the platform does not say.
    /// </summary>
    public DateTimeOffset Time { get; internal set; }

    /// <summary>When its frame arrived here, in this machine's zone.</summary>
    public DateTimeOffset ReceivedAt
    {
        get => ReceivedUtc.ToLocalTime();
        internal set => _receivedTicks = value.UtcTicks;
    }

    /// <summary>The same in UTC, which is cheap to read.</summary>
    internal DateTimeOffset ReceivedUtc => new(_receivedTicks, TimeSpan.Zero);

    /// <summary>The platform: <c>TelecomX</c>, <c>OneCloud</c>, <c>RingCentral</c>, <c>PortSIP</c> or <c>Yeastar</c>.</summary>
    public string Provider { get; internal set; } = "";

    /// <summary>The name of the connection that received it.</summary>
    public string Connection { get; internal set; } = "";

    /// <summary>What it is about.</summary>
    public PbxCategory Category { get; internal set; }

    /// <summary>The platform's own name of the event, such as <c>CALL_START</c> or <c>30011</c>.</summary>
    public string Name
    {
        get => _name;
        internal set => _name = VisibleText.OfValue(value);
    }

    /// <summary>The platform's own name of the stream that brought it (channel, filter, topic); null where there is none.</summary>
    public string? Topic
    {
        get => _topic;
        internal set => _topic = VisibleText.OfValue(value);
    }

    /// <summary>The state of the call after this event; null when the event is not about a call.</summary>
    public PbxCallState? CallState { get; internal set; }

    /// <summary>The outcome, once <see cref="CallState"/> is Ended.</summary>
    public PbxOutcome? Outcome { get; internal set; }

    /// <summary>The outcome as filters and tables have it: Unknown when the call ended and its outcome is not known.</summary>
    internal PbxOutcome? KnownOutcome => CallState == PbxCallState.Ended ? Outcome ?? PbxOutcome.Unknown : null;

    /// <summary>The platform's id of the call.</summary>
    public string? CallId
    {
        get => _callId;
        internal set => _callId = VisibleText.OfValue(value);
    }

    /// <summary>The platform's id of the leg that the event is about.</summary>
    public string? LegId
    {
        get => _legId;
        internal set => _legId = VisibleText.OfValue(value);
    }

    /// <summary>The calling number or address.</summary>
    public string? From
    {
        get => _from;
        internal set => _from = VisibleText.OfValue(value);
    }

    /// <summary>The called number or address.</summary>
    public string? To
    {
        get => _to;
        internal set => _to = VisibleText.OfValue(value);
    }

    /// <summary>The extension that the event is about; on a Registration event of a trunk the trunk's name.</summary>
    public string? Extension
    {
        get => _extension;
        internal set => _extension = VisibleText.OfValue(value);
    }

    /// <summary>
    /// The name of <see cref="Extension"/>, from the event itself or the platform's directory; null when neither has it, and while the
    /// directory has not been read.
    /// </summary>
    public string? ExtensionName
    {
        get => _extensionName;
        internal set => _extensionName = VisibleText.OfValue(value);
    }

    /// <summary>
    /// On a Registration event: whether the phone or trunk is registered after it. Null where the platform does not say, and on
    /// events about anything else.
    /// </summary>
    public bool? IsRegistered
    {
        get => _registration == Registration.Unknown ? null : _registration == Registration.Yes;
        internal set => _registration = value is null ? Registration.Unknown : value.Value ? Registration.Yes : Registration.No;
    }

    /// <summary>The queue that the event is about.</summary>
    public string? Queue
    {
        get => _queue;
        internal set => _queue = VisibleText.OfValue(value);
    }

    /// <summary>The name of <see cref="Queue"/>, as <see cref="ExtensionName"/>.</summary>
    public string? QueueName
    {
        get => _queueName;
        internal set => _queueName = VisibleText.OfValue(value);
    }

    /// <summary>The platform's id of the tenant it belongs to; null where the platform does not say.</summary>
    public string? Tenant
    {
        get => _tenant;
        internal set => _tenant = VisibleText.OfValue(value);
    }

    /// <summary>True when PbxEvents made the event (from a snapshot, a timer, its own state), not the platform's stream.</summary>
    public bool Synthesized { get; internal set; }

    /// <summary>The call as it was after this event; null when the event is not about a tracked call.</summary>
    public PbxCall? Call
    {
        get => _call is Func<PbxCall> make ? Make(make) : (PbxCall?)_call;
        internal set => _call = value;
    }

    /// <summary>The gap, on the Connection event Gap, which takes the place of the missing events; null on all others.</summary>
    public PbxGap? Gap { get; internal set; }

    /// <summary>What went wrong, on a Connection event that reports it.</summary>
    public PbxException? Error { get; internal set; }

    /// <summary>
    /// The payload as JSON text, exactly as received, except that a party who must not be shown is <c>anonymous</c> in it. Empty
    /// for events that PbxEvents made itself.
    /// </summary>
    public string Raw => Encoding.UTF8.GetString(Payload.Span);

    /// <summary>The payload as UTF-8 JSON.</summary>
    internal ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>
    /// True when the call entered <see cref="CallState"/> with this event: what <c>Wait-PbxCall</c> and the
    /// <c>PbxEvents.Call.*</c> engine events react to. Not true when a second device rings, or a call is taken off hold.
    /// </summary>
    internal bool IsCallNews { get; set; }

    /// <summary>What the module built for <c>Data</c> on first use.</summary>
    internal object? DataCache { get; set; }

    /// <summary>Gives it a call that is made when somebody looks.</summary>
    internal void MakeCallLater(Func<PbxCall> make) => _call = make;

    /// <summary>The payload as UTF-8 JSON, without a copy.</summary>
    /// <returns>The bytes; do not write to them.</returns>
    public ReadOnlyMemory<byte> GetUtf8() => Payload;

    /// <summary>The event in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Sequence} {Category} {Name}{(CallState is { } s ? $" {s}" : "")}{(Outcome is { } o ? $" {o}" : "")}";

    /// <summary>All who look get the same one.</summary>
    private PbxCall Make(Func<PbxCall> make)
    {
        Interlocked.CompareExchange(ref _call, make(), make);
        return (PbxCall)_call!;
    }

    /// <summary>
    /// Of what came and when: most platforms tell "trunk T1 is down" or "new voicemail from Ann" in the same bytes each time, and the second time is
    /// another event. That of one frame that came twice is the session's to drop. A call's record is the same whenever it is read.
    /// </summary>
    private string DeriveId()
    {
        // A zero byte keeps "ab"+"c" apart from "a"+"bc".
        var isRecord = Synthesized && CallId is not null && !Payload.IsEmpty;
        var name = Encoding.UTF8.GetBytes(isRecord ? $"{Name}\0" : $"{Name}\0{Connection}\0{Sequence}\0{_receivedTicks}\0");
        var text = ArrayPool<byte>.Shared.Rent(name.Length + Payload.Length);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        name.CopyTo(text, 0);
        Payload.Span.CopyTo(text.AsSpan(name.Length));
        SHA256.HashData(text.AsSpan(0, name.Length + Payload.Length), hash);
        ArrayPool<byte>.Shared.Return(text);
        return Convert.ToHexStringLower(hash[..12]);
    }
}
