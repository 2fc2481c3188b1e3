using System.Text;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>
/// A session's host without a connection: it keeps what the session gives out, tracks calls as the runtime does, and lets
/// a test move the time.
/// </summary>
internal sealed class RecordingHost : ISessionHost
{
    private readonly EventPipeline _pipeline = new("test", "Test", 1_000_000, 10_000, new ConnectionStatus(), new NameBook());
    private readonly LoopTimers _timers;
    private int _ids;

    public RecordingHost() => _timers = new LoopTimers(ManualClock, (tick, _) => tick());

    public ManualTimeProvider ManualClock { get; } = new();

    public TimeProvider Clock => ManualClock;

    public DateTimeOffset Now => ManualClock.GetUtcNow();

    /// <summary>The session under test.</summary>
    public ProtocolSession? Session { get; set; }

    public List<(int Link, OutFrame Frame)> Sent { get; } = [];

    /// <summary>The payloads sent, as text.</summary>
    public IReadOnlyList<string> SentText => Sent.Select(s => Encoding.UTF8.GetString(s.Frame.Payload.Span)).ToArray();

    public List<PbxEvent> Events { get; } = [];

    public PbxEvent LastEvent => Events[^1];

    public List<string> Unreadable { get; } = [];

    public List<PbxException> Warnings { get; } = [];

    public List<string> Activity { get; } = [];

    public List<(int Link, LinkRecovery Recovery)> Ready { get; } = [];

    /// <summary>What the session of the newest ready link wants to know after a gap.</summary>
    public SnapshotRequest? Wanted { get; private set; }

    public List<(int Link, PbxException Fault)> Closed { get; } = [];

    public List<(PbxSubscription Subscription, string? Text)> Confirmed { get; } = [];

    public List<(PbxSubscription Subscription, PbxException Error)> Rejected { get; } = [];

    public List<(int Token, string RequestId)> Accepted { get; } = [];

    public List<(int Token, PbxReply Reply, bool IsLast)> Replies { get; } = [];

    public List<(int Token, PbxException Error)> FailedRequests { get; } = [];

    public int Duplicates { get; private set; }

    public int Rotations { get; private set; }

    public int Renewals { get; private set; }

    /// <summary>How many timers are set.</summary>
    public int TimerCount => _timers.Count;

    public IReadOnlyList<PbxCall> Calls => _pipeline.Calls.GetCalls();

    public IReadOnlyList<PbxQueue> Queues => _pipeline.Queues.GetQueues();

    /// <summary>Feeds a text frame, as UTF-8.</summary>
    public void Receive(string text, int link = 1) =>
        Session!.FrameReceived(link, new Frame(FrameKind.Text, Encoding.UTF8.GetBytes(text)));

    /// <summary>Moves the time and lets the timers that become due tick, in order.</summary>
    public void Advance(TimeSpan by) => ManualClock.Advance(by);

    /// <summary>As the runtime does when the link is lost.</summary>
    public void LoseSight() => _pipeline.Calls.LoseSight();

    public string NewId() => $"id-{++_ids}";

    public void Send(int link, OutFrame frame) => Sent.Add((link, frame));

    public SessionTimer NewTimer(Action elapsed, Delegate? named = null) => _timers.New(elapsed, named);

    public void Emit(PbxEvent pbxEvent, CallUpdate? call = null, QueueUpdate? queue = null)
    {
        _pipeline.Now = Now;
        _pipeline.Emit(pbxEvent, call, queue);
        Events.Add(pbxEvent);
    }

    public PbxCall? FindCall(string callId) => _pipeline.Calls.Find(callId);

    public void CountDuplicate() => Duplicates++;

    public void ReportUnreadable(ReadOnlySpan<byte> frame, string why) => Unreadable.Add(why);

    public void Warn(PbxException warning) => Warnings.Add(warning);

    public void Log(string text) => Activity.Add(text);

    public void LinkReady(int link, LinkRecovery recovery, SnapshotRequest? wanted = null)
    {
        Ready.Add((link, recovery));
        Wanted = wanted;
    }

    public void CloseLink(int link, PbxException fault) => Closed.Add((link, fault));

    public void Rotate() => Rotations++;

    public void RenewCredential() => Renewals++;

    public void Confirm(PbxSubscription subscription, string? confirmation)
    {
        subscription.State = PbxSubscriptionState.Active;
        subscription.ConfirmedAt = Now;
        Confirmed.Add((subscription, confirmation));
    }

    public void Reject(PbxSubscription subscription, PbxException error)
    {
        subscription.State = PbxSubscriptionState.Rejected;
        Rejected.Add((subscription, error));
    }

    public void RequestAccepted(int token, string requestId) => Accepted.Add((token, requestId));

    public void RequestReplied(int token, PbxReply reply, bool isLast) => Replies.Add((token, reply, isLast));

    public void RequestFailed(int token, PbxException error) => FailedRequests.Add((token, error));
}
