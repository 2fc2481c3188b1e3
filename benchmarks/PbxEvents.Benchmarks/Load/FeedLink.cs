using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Benchmarks.Load;

/// <summary>A link without a network: the platform's answers and the frames of the load go straight to the connection.</summary>
/// <param name="platform">Whose server it plays.</param>
internal sealed class FeedLink(Platform platform) : ILinkFactory, ILink, IHttpClient
{
    private ILinkSink? _sink;

    public int Id { get; private set; }

    public DateTimeOffset? LastReceivedAt => null;

    public ILink Create(int id, LinkTarget target, ILinkSink sink)
    {
        Id = id;
        _sink = sink;
        return this;
    }

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Start()
    {
        if (platform.Greeting is { } greeting)
            _ = FeedAsync(Encoding.UTF8.GetBytes(greeting)).AsTask();
    }

    public void Send(OutFrame frame)
    {
        foreach (var answer in platform.Answer(Encoding.UTF8.GetString(frame.Payload.Span)))
            _ = FeedAsync(Encoding.UTF8.GetBytes(answer)).AsTask();
    }

    /// <summary>A frame arrives. As from a real link, its bytes belong to the connection.</summary>
    public ValueTask FeedAsync(byte[] frame) => _sink!.OnFrameAsync(this, new Frame(FrameKind.Text, frame));

    public Task CloseAsync(CancellationToken cancellationToken) => _sink!.OnClosedAsync(this, null).AsTask();

    public void Abort(PbxException fault) => _ = _sink!.OnClosedAsync(this, fault).AsTask();

    public ValueTask DisposeAsync() => default;

    public Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken) =>
        Task.FromResult(new HttpAnswer(200, Encoding.UTF8.GetBytes(platform.AnswerHttp(request.Uri.AbsolutePath, "http://127.0.0.1"))));
}
