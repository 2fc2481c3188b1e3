using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>What <see cref="PbxConnection"/> shows. Written on the loop, read anywhere.</summary>
internal sealed class ConnectionStatus
{
    private const int MaxGaps = 100;
    private readonly long[] _received = new long[(int)PbxCategory.Connection + 1];
    private long _dropped;
    private long _gapCount;
    private AtomicTime _connectedAt;
    private AtomicTime _firstConnectedAt;
    private AtomicTime _lastFrameOfLostLink;
    private volatile PbxGap[] _gaps = [];
    private volatile PbxException? _lastError;
    private volatile ILink? _activeLink;
    private volatile PbxConnectionState _state = PbxConnectionState.Connecting;
    private volatile int _reconnectCount;

    public PbxConnectionState State
    {
        get => _state;
        set => _state = value;
    }

    public DateTimeOffset? ConnectedAt
    {
        get => _connectedAt.Value;
        set
        {
            _firstConnectedAt.Value ??= value;
            _connectedAt.Value = value;
        }
    }

    public DateTimeOffset? FirstConnectedAt => _firstConnectedAt.Value;

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
            _lastFrameOfLostLink.Value = LastFrameAt;
            _activeLink = value;
        }
    }

    public DateTimeOffset? LastFrameAt => _activeLink?.LastReceivedAt ?? _lastFrameOfLostLink.Value;

    public long Received
    {
        get
        {
            var sum = 0L;
            for (var i = 0; i < _received.Length; i++)
                sum += Interlocked.Read(ref _received[i]);
            return sum;
        }
    }

    public long Dropped => Interlocked.Read(ref _dropped);

    public IReadOnlyList<PbxGap> Gaps => _gaps;

    /// <summary>How many gaps there were, also those that are not kept any more.</summary>
    public long GapCount => Interlocked.Read(ref _gapCount);

    public long ReceivedOf(PbxCategory category) => Interlocked.Read(ref _received[(int)category]);

    public void CountReceived(PbxCategory category) => Interlocked.Increment(ref _received[(int)category]);

    public void CountDropped() => Interlocked.Increment(ref _dropped);

    public void AddGap(PbxGap gap)
    {
        Interlocked.Increment(ref _gapCount);
        var gaps = _gaps;
        _gaps = gaps.Length < MaxGaps ? [.. gaps, gap] : [.. gaps[1..], gap];
    }
}
