using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Benchmarks.Micro;

/// <summary>A session's host that does with an event what the connection does: track, number, keep.</summary>
internal sealed class TrackingHost(int capacity) : ISessionHost
{
    private readonly EventPipeline _pipeline = new("bench", "Bench", capacity, 10_000, new ConnectionStatus(), new NameBook()) { Now = DateTimeOffset.UtcNow };

    public CallTracker Calls => _pipeline.Calls;

    public List<OutFrame> Sent { get; } = [];

    public TimeProvider Clock => TimeProvider.System;

    public DateTimeOffset Now => _pipeline.Now;

    /// <summary>How many events there were.</summary>
    public long Count => _pipeline.Log.Head;

    public string NewId() => Guid.NewGuid().ToString("N");

    public void Send(int link, OutFrame frame) => Sent.Add(frame);

    public void Emit(PbxEvent pbxEvent, CallUpdate? call = null, QueueUpdate? queue = null) => _pipeline.Emit(pbxEvent, call, queue);

    public PbxCall? FindCall(string callId) => Calls.Find(callId);

    public void Confirm(PbxSubscription subscription, string? confirmation) => subscription.State = PbxSubscriptionState.Active;

    public void Reject(PbxSubscription subscription, PbxException error) => throw error;

    public void ReportUnreadable(ReadOnlySpan<byte> frame, string why) => throw new InvalidOperationException(why);

    public void CountDuplicate() => throw new InvalidOperationException("The load holds an event twice.");

    public void CloseLink(int link, PbxException fault) => throw fault;

    public void Warn(PbxException warning) => throw warning;

    public void Log(string text)
    {
    }

    public SessionTimer NewTimer(Action elapsed, Delegate? named = null) => new NoTimer();

    public void LinkReady(int link, LinkRecovery recovery, SnapshotRequest? wanted = null)
    {
    }

    public void Rotate()
    {
    }

    public void RenewCredential()
    {
    }

    public void RequestAccepted(int token, string requestId)
    {
    }

    public void RequestReplied(int token, PbxReply reply, bool isLast)
    {
    }

    public void RequestFailed(int token, PbxException error)
    {
    }

    /// <summary>A burst takes no time.</summary>
    private sealed class NoTimer : SessionTimer
    {
        public override bool IsSet => false;

        public override void Set(TimeSpan delay)
        {
        }

        public override void Cancel()
        {
        }
    }
}
