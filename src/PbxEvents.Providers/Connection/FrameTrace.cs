using System.Text;
using System.Threading.Channels;
using PbxEvents.Providers.Connection.Keeping;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Records the frames of a connection as JSON lines, secrets masked: for bug reports, and for replay in a test. One line is
/// <c>{"at":"...","link":1,"way":"in","kind":"Text","frame":"..."}</c>; binary frames are base64. The loop only queues; a task
/// of its own writes, and says how many lines it had to leave out when the disk is too slow. Five files of 50 MB are kept.
/// </summary>
internal sealed class FrameTrace : IAsyncDisposable
{
    private const int QueueSize = 10_000;
    private const long MaxBytes = 50_000_000;
    private const int MaxFiles = 5;
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly SecretMask _mask;
    private readonly TimeProvider _clock;
    private readonly RotatingFile _file;
    private readonly Channel<Entry> _queue = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(QueueSize) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Task _writing;
    private long _leftOut;

    private FrameTrace(RotatingFile file, SecretMask mask, TimeProvider clock)
    {
        _file = file;
        _mask = mask;
        _clock = clock;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Opens a trace; a file that is there already is continued. Only its owner may read it.</summary>
    /// <exception cref="PbxException">The file cannot be written.</exception>
    public static FrameTrace Open(string path, SecretMask mask, TimeProvider clock)
    {
        try
        {
            return new FrameTrace(new RotatingFile(path, MaxBytes, MaxFiles), mask, clock);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw OptionRules.Invalid($"The trace file '{path}' cannot be written: {e.Message}", "Give a path in a folder that you can write to.", "‹TracePath›");
        }
    }

    /// <summary>Queues a frame. Loop only.</summary>
    public void Record(int link, string way, FrameKind kind, ReadOnlyMemory<byte> payload, long ackId)
    {
        if (!_queue.Writer.TryWrite(new Entry(_clock.GetUtcNow(), link, way, kind, payload, ackId)))
            Interlocked.Increment(ref _leftOut);
    }

    /// <summary>Queues a remark about a link. Loop only.</summary>
    public void Remark(int link, string text) =>
        Record(link, "note", FrameKind.Text, Encoding.UTF8.GetBytes(text), -1);

    /// <summary>Writes what is queued and closes the file; within two seconds in any case.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAny(_writing, Task.Delay(FlushTimeout)).ConfigureAwait(false);
    }

    private async Task WriteAllAsync()
    {
        using var closing = _file;
        var reader = _queue.Reader;
        while (await reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (reader.TryRead(out var entry))
                _file.WriteLine(Format(entry));
            var leftOut = Interlocked.Exchange(ref _leftOut, 0);
            if (leftOut > 0)
                _file.WriteLine($$"""{"way":"note","frame":"{{leftOut}} frames are left out here: the disk was too slow"}""");
            _file.Flush();
        }
    }

    private string Format(in Entry entry)
    {
        var text = entry.Kind == FrameKind.Binary
            ? Convert.ToBase64String(entry.Payload.Span)
            : _mask.Apply(Encoding.UTF8.GetString(entry.Payload.Span));
        var (at, link, way, kind, _, ackId) = entry;
        return Encoding.UTF8.GetString(JsonPayload.Write(w =>
        {
            w.WriteStartObject();
            w.WriteString("at", at);
            w.WriteNumber("link", link);
            w.WriteString("way", way);
            w.WriteString("kind", kind.ToString());
            if (ackId >= 0)
                w.WriteNumber("ack", ackId);
            w.WriteString("frame", text);
            w.WriteEndObject();
        }).Span);
    }

    private readonly record struct Entry(DateTimeOffset At, int Link, string Way, FrameKind Kind, ReadOnlyMemory<byte> Payload, long AckId);
}
