using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>What a session may ask for, passed on to the parts of its connection.</summary>
/// <param name="connection">The connection.</param>
internal sealed class SessionHost(ConnectionSupervisor connection) : ISessionHost
{
    private const int ExcerptBytes = 200;

    /// <summary>Faults that are told once each: a server that sends the same nonsense every second must not fill the buffer.</summary>
    private const int MaxReported = 100;

    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    public TimeProvider Clock => connection.Clock;

    public DateTimeOffset Now => connection.Pipeline.Now;

    public string NewId() => Guid.NewGuid().ToString("N");

    public SessionTimer NewTimer(Action elapsed, Delegate? named = null) => connection.Timers.New(elapsed, named);

    public void Emit(PbxEvent pbxEvent, CallUpdate? call = null, QueueUpdate? queue = null) => connection.Pipeline.Emit(pbxEvent, call, queue);

    public PbxCall? FindCall(string callId) => connection.Pipeline.Calls.Find(callId);

    public void CountDuplicate() => connection.Status.CountDropped();

    public void ReportUnreadable(ReadOnlySpan<byte> frame, string why) => ReportUnreadable(frame, why, null);

    public void Warn(PbxException warning) => Tell("Warning", warning);

    public void Log(string text) => connection.Activity.Write(text);

    public void Send(int link, OutFrame frame) => connection.Links.Send(link, frame);

    public void LinkReady(int link, LinkRecovery recovery, SnapshotRequest? wanted = null) => connection.Links.Ready(link, recovery, wanted);

    public void CloseLink(int link, PbxException fault) => connection.Links.Close(link, fault);

    public void Rotate() => connection.Links.Rotate();

    public void RenewCredential() => connection.Work.Renew();

    public void Confirm(PbxSubscription subscription, string? confirmation)
    {
        Log($"Subscription {subscription} is confirmed.");
        connection.Subscriptions.Confirm(subscription, confirmation, Now);
        connection.Gaps.Listening();
    }

    public void Reject(PbxSubscription subscription, PbxException error)
    {
        connection.Activity.Write($"Subscription {subscription} is refused: {error.Message}", ActivityLevel.Error);
        if (!connection.Subscriptions.Reject(subscription, error))
            Warn(error);
    }

    public void RequestAccepted(int token, string requestId) => connection.Requests.Find(token)?.Accept(requestId);

    public void RequestReplied(int token, PbxReply reply, bool isLast)
    {
        reply.Connection = connection.Name;
        connection.Requests.Find(token)?.Reply(reply, isLast);
        if (isLast)
            connection.Requests.Remove(token);
    }

    public void RequestFailed(int token, PbxException error)
    {
        connection.Requests.Find(token)?.Fail(error);
        connection.Requests.Remove(token);
    }

    /// <summary>
    /// Something on the loop threw. A session promises that it never does; if it does, the connection outlives it, and what is told
    /// names the item and keeps the exception.
    /// </summary>
    public void ReportMistake(in LoopItem item, Exception e)
    {
        if (item.Kind == LoopItemKind.Frame)
            ReportUnreadable(item.Frame.Payload.Span, $"{e.GetType().Name}: {e.Message}", e);
        else if (IsNews($"{item.Name} {e.GetType().Name} {e.Message}"))
            Warn(Faults.Unexpected($"handling {item.Name}", e));
    }

    private void ReportUnreadable(ReadOnlySpan<byte> frame, string why, Exception? cause)
    {
        connection.Status.CountDropped();
        if (!IsNews(why))
            return;
        var excerpt = Encoding.UTF8.GetString(frame[..Math.Min(frame.Length, ExcerptBytes)]);
        Tell("UnreadableFrame", Faults.Unreadable(connection.Driver.Server, why, excerpt, cause));
    }

    private bool IsNews(string what) => _reported.Count < MaxReported && _reported.Add(what);

    private void Tell(string name, PbxException problem)
    {
        connection.Status.LastError = problem;
        connection.Activity.Write(problem.Message, ActivityLevel.Warning);
        connection.Pipeline.EmitConnection(name, problem);
    }
}
