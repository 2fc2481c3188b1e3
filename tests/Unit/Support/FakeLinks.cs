using System.Text;
using System.Threading.Channels;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>Links without a network: a test opens, feeds and ends them.</summary>
internal sealed class FakeLinks : ILinkFactory
{
    private readonly Channel<FakeLink> _created = Channel.CreateUnbounded<FakeLink>();

    /// <summary>What opening the next links throws, in order; a null entry lets one open. Empty: all open.</summary>
    public Queue<PbxException?> OpenFaults { get; } = [];

    public int CreatedCount { get; private set; }

    public ILink Create(int id, LinkTarget target, ILinkSink sink)
    {
        OpenFaults.TryDequeue(out var fault);
        CreatedCount++;
        var link = new FakeLink(id, target, sink, fault);
        _created.Writer.TryWrite(link);
        return link;
    }

    /// <summary>The next link that was made, once it has been started (or its opening has failed).</summary>
    public async Task<FakeLink> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var link = await _created.Reader.ReadAsync(limit.Token);
        if (!link.FailsToOpen)
            await link.Started.WaitAsync(limit.Token);
        return link;
    }
}

/// <summary>One link without a network.</summary>
internal sealed class FakeLink(int id, LinkTarget target, ILinkSink sink, PbxException? openFault) : ILink
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<string> _sent = Channel.CreateUnbounded<string>();
    private int _isEnded;

    public int Id => id;

    public LinkTarget Target => target;

    public DateTimeOffset? LastReceivedAt { get; set; }

    public Task Started => _started.Task;

    public bool FailsToOpen => openFault is not null;

    public bool IsDisposed { get; private set; }

    public PbxException? AbortedWith { get; private set; }

    /// <summary>What the server still does between the client's goodbye and its own; null for nothing.</summary>
    public Func<Task>? BeforeGoodbye { get; set; }

    public Task OpenAsync(CancellationToken cancellationToken) =>
        openFault is null ? Task.CompletedTask : Task.FromException(openFault);

    public void Start() => _started.TrySetResult();

    public void Send(OutFrame frame) => _sent.Writer.TryWrite(Encoding.UTF8.GetString(frame.Payload.Span));

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (BeforeGoodbye is { } work)
            await work();
        await EndAsync(null);
    }

    public void Abort(PbxException fault)
    {
        AbortedWith = fault;
        _ = EndAsync(fault);
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>The next frame that the session sent.</summary>
    public async Task<string> SentAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _sent.Reader.ReadAsync(limit.Token);
    }

    public bool TrySent(out string? text) => _sent.Reader.TryRead(out text);

    public ValueTask ReceiveAsync(string text) => sink.OnFrameAsync(this, new Frame(FrameKind.Text, Encoding.UTF8.GetBytes(text)));

    /// <summary>The server is gone.</summary>
    public Task LoseAsync(PbxException fault) => EndAsync(fault);

    private async Task EndAsync(PbxException? fault)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) == 0 && _started.Task.IsCompleted)
            await sink.OnClosedAsync(this, fault);
    }
}
