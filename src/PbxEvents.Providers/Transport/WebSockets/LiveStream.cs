using System.Runtime.CompilerServices;

namespace PbxEvents.Providers.Transport.WebSockets;

/// <summary>
/// The stream below a WebSocket and its HTTP upgrade. It tells when the last byte came, control frames included, which
/// .NET's WebSocket tells nobody. It also reads ahead: those above ask for header and payload of each frame apart, the
/// socket is asked once for many frames.
/// </summary>
/// <param name="inner">The stream to the server; disposed of with this one.</param>
/// <param name="clock">The clock.</param>
internal sealed class LiveStream(Stream inner, TimeProvider clock) : Stream
{
    private readonly byte[] _ahead = new byte[16 * 1024];
    private int _start;
    private int _end;
    private long _lastReceived;
    private long _readingSince;
    private volatile bool _isReading;
    private volatile bool _hasReceived;

    /// <summary>When the last byte came, or an instant earlier, never later; null before the first. Any thread.</summary>
    public DateTimeOffset? LastReceivedAt =>
        _hasReceived ? clock.GetLocalNow() - clock.GetElapsedTime(Volatile.Read(ref _lastReceived)) : null;

    /// <summary>
    /// How long nothing has come in. Zero while nobody reads: then it is the reader who is slow, not the server who is
    /// silent. Any thread.
    /// </summary>
    public TimeSpan Silence => _isReading
        ? clock.GetElapsedTime(Math.Max(Volatile.Read(ref _lastReceived), Volatile.Read(ref _readingSince)))
        : TimeSpan.Zero;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _start < _end ? new ValueTask<int>(Take(buffer.Span)) : ReadMoreAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _end - _start);
        _ahead.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadMoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // A large payload goes straight to where it is wanted.
        var isDirect = buffer.Length >= _ahead.Length;
        Volatile.Write(ref _readingSince, clock.GetTimestamp());
        _isReading = true;
        int read;
        try
        {
            read = await inner.ReadAsync(isDirect ? buffer : _ahead, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _isReading = false;
        }

        if (read == 0)
            return 0;
        Volatile.Write(ref _lastReceived, clock.GetTimestamp());
        _hasReceived = true;
        if (isDirect)
            return read;
        _start = 0;
        _end = read;
        return Take(buffer.Span);
    }
}
