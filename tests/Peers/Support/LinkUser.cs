using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.Support;

/// <summary>Speaks through a link of the product as a session does: JSON arrays out, frames in.</summary>
internal sealed class LinkUser : IAsyncDisposable
{
    private long _lastId = -1;

    public LinkUser(LinkTarget target, TransportOptions? options = null, RecordingSink? sink = null)
    {
        Sink = sink ?? new RecordingSink();
        Link = new LinkFactory(options ?? new TransportOptions()).Create(1, target, Sink);
    }

    public ILink Link { get; }

    public RecordingSink Sink { get; }

    public static JsonElement ReadJson(Frame frame) => JsonElement.Parse(frame.Payload.Span);

    /// <summary>Opens the link and starts to read.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        await Link.OpenAsync(cancellationToken);
        Link.Start();
    }

    /// <summary>Sends an event: its name and its arguments.</summary>
    public void Send(params object?[] values) => Send(FrameKind.Text, -1, values);

    public void Acknowledge(Frame question, params object?[] values) => Send(FrameKind.Ack, question.AckId, values);

    /// <summary>Sends an event and reads its acknowledgement, which must be the next frame.</summary>
    public async Task<JsonElement> AskAsync(params object?[] values)
    {
        var id = ++_lastId;
        Send(FrameKind.Text, id, values);
        var reply = await Sink.NextAsync();
        Assert.Equal((FrameKind.Ack, id), (reply.Kind, reply.AckId));
        return ReadJson(reply);
    }

    /// <summary>True when the server does what is asked.</summary>
    public async Task<bool> IsAnsweredAsync() => (await AskAsync("sum", 1, 2))[0].GetInt32() == 3;

    /// <summary>What the server knows about this client.</summary>
    public async Task<JsonElement> WhoAsync() => (await AskAsync("who"))[0];

    /// <summary>The next event, name and arguments, or the next acknowledgement's arguments.</summary>
    public async Task<JsonElement> NextAsync() => ReadJson(await Sink.NextAsync());

    public async ValueTask DisposeAsync() => await Link.DisposeAsync();

    private void Send(FrameKind kind, long ackId, object?[] values) =>
        Link.Send(new OutFrame(kind, JsonSerializer.SerializeToUtf8Bytes(values), ackId));
}
