using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// Requests and replies of one link (ringcentral.md section 5.2): replies are matched by <c>messageId</c>, no more than
/// <c>maxActiveRequests</c> are under way, the others wait in order. Loop only.
/// </summary>
internal sealed class RingCentralExchange
{
    private readonly ISessionHost _host;
    private readonly int _link;
    private readonly Dictionary<string, Call> _active = new(StringComparer.Ordinal);
    private readonly LinkedList<Call> _waiting = new();
    private readonly KeyedTimers<string> _replyTimers;

    public RingCentralExchange(ISessionHost host, int link)
    {
        _host = host;
        _link = link;
        _replyTimers = new KeyedTimers<string>(host, ReplyMissing);
    }

    /// <summary>How many may be under way; the server's word.</summary>
    public int MaxActive { get; set; } = 10;

    /// <summary>Sends a request as soon as its turn comes.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path, with its query.</param>
    /// <param name="body">JSON; empty for none.</param>
    /// <param name="timeout">From the moment it is sent; null for none.</param>
    /// <param name="done">Told once; status 0 when the time is over. Not told when the link is lost.</param>
    /// <param name="isFirst">True to go before those that wait.</param>
    /// <returns>The id.</returns>
    public string Send(string method, string path, ReadOnlyMemory<byte> body, TimeSpan? timeout, Action<RingCentralReply> done, bool isFirst)
    {
        var call = new Call(_host.NewId(), Write, timeout, done);
        if (isFirst)
            _waiting.AddFirst(call);
        else
            _waiting.AddLast(call);
        SendWaiting();
        return call.Id;

        ReadOnlyMemory<byte> Write(string id) => WriteFrame(id, method, path, body);
    }

    /// <summary>A reply, or an error that names a request.</summary>
    /// <returns>False when nobody waits for it.</returns>
    public bool Received(string? messageId, in RingCentralReply reply)
    {
        if (messageId is null || !_active.Remove(messageId, out var call))
            return false;
        _replyTimers.Cancel(messageId);
        call.Done(reply);
        SendWaiting();
        return true;
    }

    /// <summary>Nobody waits for a request any more.</summary>
    public void Forget(string messageId)
    {
        if (_active.Remove(messageId))
            _replyTimers.Cancel(messageId);
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Id != messageId)
                continue;
            _waiting.Remove(node);
            break;
        }
        SendWaiting();
    }

    /// <summary>The link is gone, and everything on it.</summary>
    public void Clear()
    {
        _replyTimers.CancelAll();
        _active.Clear();
        _waiting.Clear();
    }

    private void SendWaiting()
    {
        while (_active.Count < MaxActive && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            var call = next.Value;
            _active.Add(call.Id, call);
            if (call.Timeout is { } timeout)
                _replyTimers.Set(call.Id, timeout);
            _host.Send(_link, new OutFrame(FrameKind.Text, call.Write(call.Id)));
        }
    }

    private void ReplyMissing(string messageId) => Received(messageId, RingCentralReply.None);

    private static ReadOnlyMemory<byte> WriteFrame(string id, string method, string path, ReadOnlyMemory<byte> body) => JsonPayload.Write(w =>
    {
        var query = path.IndexOf('?');
        w.WriteStartArray();
        w.WriteStartObject();
        w.WriteString("type", "ClientRequest");
        w.WriteString("messageId", id);
        w.WriteString("method", method);
        w.WriteString("path", query < 0 ? path : path[..query]);
        if (query >= 0)
            WriteQuery(w, path[(query + 1)..]);
        w.WriteEndObject();
        if (!body.IsEmpty)
            w.WriteRawValue(body.Span);
        w.WriteEndArray();
    });

    private static void WriteQuery(Utf8JsonWriter writer, string query)
    {
        writer.WriteStartObject("query");
        var pairs = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))
            .GroupBy(p => Uri.UnescapeDataString(p[0]), p => p.Length > 1 ? Uri.UnescapeDataString(p[1].Replace('+', ' ')) : "");
        foreach (var pair in pairs)
        {
            if (pair.Count() == 1)
            {
                writer.WriteString(pair.Key, pair.First());
                continue;
            }
            writer.WriteStartArray(pair.Key);
            foreach (var value in pair)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private sealed record Call(string Id, Func<string, ReadOnlyMemory<byte>> Write, TimeSpan? Timeout, Action<RingCentralReply> Done);
}
