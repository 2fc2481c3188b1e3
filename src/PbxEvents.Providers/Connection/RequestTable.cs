using System.Threading.Channels;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>The requests that wait for replies. Changed on the loop only.</summary>
internal sealed class RequestTable
{
    private readonly Dictionary<int, PendingRequest> _pending = [];
    private int _lastToken;

    public int Add(PendingRequest request)
    {
        var token = ++_lastToken;
        _pending.Add(token, request);
        return token;
    }

    public PendingRequest? Find(int token) => _pending.GetValueOrDefault(token);

    public void Remove(int token) => _pending.Remove(token);

    /// <summary>The link is gone, and every pending request with it: at once, not after their time-outs.</summary>
    public void FailAll(PbxException why)
    {
        foreach (var request in _pending.Values)
            request.Fail(why);
        _pending.Clear();
    }
}

/// <summary>One request in flight. Told by the loop, read by the caller.</summary>
internal sealed class PendingRequest(PbxRequest request)
{
    /// <summary>A partner that streams faster than the caller reads must not fill the memory; the newest replies stay.</summary>
    private const int MaxUnreadReplies = 10_000;

    private readonly TaskCompletionSource<string> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<PbxReply> _replies = Channel.CreateBounded<PbxReply>(
        new BoundedChannelOptions(MaxUnreadReplies) { FullMode = BoundedChannelFullMode.DropOldest });

    public PbxRequest Request => request;

    /// <summary>Ends with the platform's id when the platform has taken the request.</summary>
    public Task<string> Accepted => _accepted.Task;

    public ChannelReader<PbxReply> Replies => _replies.Reader;

    public void Accept(string requestId) => _accepted.TrySetResult(requestId);

    public void Reply(PbxReply reply, bool isLast)
    {
        _accepted.TrySetResult(reply.RequestId);
        _replies.Writer.TryWrite(reply);
        if (isLast)
            _replies.Writer.TryComplete();
    }

    public void Fail(PbxException why)
    {
        _accepted.TrySetException(why);
        _replies.Writer.TryComplete(why);

        // Nobody may be left to look at it; an unobserved exception must not surface later.
        _ = _accepted.Task.Exception;
    }
}
