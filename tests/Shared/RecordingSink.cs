using System.Text;
using System.Threading.Channels;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Shared;

/// <summary>Takes down what a link delivers.</summary>
internal sealed class RecordingSink : ILinkSink
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<Frame> _frames = Channel.CreateUnbounded<Frame>();
    private readonly Channel<string> _unreadable = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<PbxException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closedCount;

    public int ClosedCount => _closedCount;

    public bool IsClosed => _closed.Task.IsCompleted;

    public int FrameCount => _frames.Reader.Count;

    public int UnreadableCount => _unreadable.Reader.Count;

    public Func<Frame, ValueTask>? OnFrame { get; init; }

    public static string TextOf(Frame frame) => Encoding.UTF8.GetString(frame.Payload.Span);

    public async Task<Frame> NextAsync() => await _frames.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public async Task<string> NextTextAsync() => TextOf(await NextAsync());

    public async Task<string> NextUnreadableAsync() => await _unreadable.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public Task<PbxException?> ClosedAsync() => _closed.Task.WaitAsync(Patience);

    public async ValueTask OnFrameAsync(ILink link, Frame frame)
    {
        if (OnFrame is not null)
            await OnFrame(frame);
        await _frames.Writer.WriteAsync(frame);
    }

    public ValueTask OnUnreadableAsync(ILink link, ReadOnlyMemory<byte> excerpt, string why) => _unreadable.Writer.WriteAsync(why);

    public ValueTask OnClosedAsync(ILink link, PbxException? fault)
    {
        Interlocked.Increment(ref _closedCount);
        _closed.TrySetResult(fault);
        return ValueTask.CompletedTask;
    }
}
