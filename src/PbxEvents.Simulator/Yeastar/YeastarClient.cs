using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>A client on the event socket (yeastar.md section 4). Safe from any thread.</summary>
internal sealed class YeastarClient : IDisposable
{
    private readonly ITimer _idle;
    private readonly ITimer? _expiry;
    private readonly TimeSpan _idleTime;
    private volatile HashSet<int> _topics = [];
    private volatile bool _isExpired;

    /// <summary>Takes over a socket.</summary>
    /// <param name="link">The socket.</param>
    /// <param name="token">What it was opened with.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="idleTime">After so long without a word from the client it is closed.</param>
    public YeastarClient(PlainSocket link, SimulatedToken token, TimeProvider clock, TimeSpan idleTime)
    {
        Link = link;
        Token = token;
        _idleTime = idleTime;
        _idle = clock.CreateTimer(_ => link.Close(1000, "idle"), null, idleTime, Timeout.InfiniteTimeSpan);
        if (token.ExpiresAt is { } end)
        {
            var left = end - clock.GetUtcNow();
            _expiry = clock.CreateTimer(_ => Expire(), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The socket.</summary>
    public PlainSocket Link { get; }

    /// <summary>What it was opened with.</summary>
    public SimulatedToken Token { get; }

    /// <summary>The topics of the last list; a later list replaces the earlier.</summary>
    public IReadOnlySet<int> Topics
    {
        get => _topics;
        set => _topics = [.. value];
    }

    /// <summary>Told when the token's life is over.</summary>
    public Action? Expired { get; init; }

    /// <summary>True when an event of that number is for this client.</summary>
    /// <param name="type">The number.</param>
    /// <returns>True for a topic that is subscribed to, as long as the token lives.</returns>
    public bool Wants(int type) => !_isExpired && _topics.Contains(type);

    /// <summary>The client said something.</summary>
    public void Heard() => _idle.Change(_idleTime, Timeout.InfiniteTimeSpan);

    /// <summary>Section 4.1: the token's life is over; the client is told once, and no events follow.</summary>
    public void Expire()
    {
        if (_isExpired)
            return;
        _isExpired = true;
        Expired?.Invoke();
        Link.Post("""{"errcode":10004,"errmsg":"TOKEN EXPIRED"}""", TimeSpan.Zero);
    }

    /// <summary>Ends the timers.</summary>
    public void Dispose()
    {
        _idle.Dispose();
        _expiry?.Dispose();
    }
}
