using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>What <see cref="PbxConnection"/> shows. Written on the loop, read anywhere.</summary>
internal sealed class ConnectionStatus
{
    private const int MaxGaps = 100;
    private long _received;
    private long _dropped;
    private long _connectedTicks;
    private volatile PbxGap[] _gaps = [];
    private volatile PbxException? _lastError;
    private volatile ILink? _activeLink;
    private volatile PbxConnectionState _state = PbxConnectionState.Connecting;
    private volatile int _reconnectCount;
    private DateTimeOffset? _lastFrameOfLostLink;

    public PbxConnectionState State
    {
        get => _state;
        set => _state = value;
    }

    public DateTimeOffset? ConnectedAt
    {
        // A nullable struct cannot be written in one step; its ticks can.
        get => Interlocked.Read(ref _connectedTicks) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
        set => Interlocked.Exchange(ref _connectedTicks, value?.UtcTicks ?? 0);
    }

    public int ReconnectCount
    {
        get => _reconnectCount;
        set => _reconnectCount = value;
    }

    public PbxException? LastError
    {
        get => _lastError;
        set => _lastError = value;
    }

    public ILink? ActiveLink
    {
        get => _activeLink;
        set
        {
            _lastFrameOfLostLink = LastFrameAt;
            _activeLink = value;
        }
    }

    public DateTimeOffset? LastFrameAt => _activeLink?.LastReceivedAt ?? _lastFrameOfLostLink;

    public long Received => Interlocked.Read(ref _received);

    public long Dropped => Interlocked.Read(ref _dropped);

    public IReadOnlyList<PbxGap> Gaps => _gaps;

    public void CountReceived() => Interlocked.Increment(ref _received);

    public void CountDropped() => Interlocked.Increment(ref _dropped);

    public void AddGap(PbxGap gap)
    {
        var gaps = _gaps;
        _gaps = gaps.Length < MaxGaps ? [.. gaps, gap] : [.. gaps[1..], gap];
    }
}
