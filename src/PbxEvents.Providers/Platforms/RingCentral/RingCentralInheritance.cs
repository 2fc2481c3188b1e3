using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// What is replayed for an earlier process is held until its subscriptions are there again, so that their actions see it; or until
/// the time for that is over. Loop only.
/// </summary>
internal sealed class RingCentralInheritance
{
    /// <summary>Beyond so many notifications they are passed on at once.</summary>
    private const int MaxHeld = 1000;

    private readonly ISessionHost _host;
    private readonly RingCentralEvents _events;
    private readonly RingCentralSubscriber _subscriber;
    private readonly TimeSpan _patience;
    private readonly Action _ended;
    private readonly SessionTimer _timer;
    private readonly List<ReadOnlyMemory<byte>> _held = [];

    /// <param name="host">Makes the timer, and is told of what cannot be read.</param>
    /// <param name="events">Where notifications go.</param>
    /// <param name="subscriber">Knows which filters nobody wishes for yet.</param>
    /// <param name="patience">How long to wait for the subscriptions.</param>
    /// <param name="ended">Runs when that time is over.</param>
    public RingCentralInheritance(
        ISessionHost host, RingCentralEvents events, RingCentralSubscriber subscriber, TimeSpan patience, Action ended)
    {
        _host = host;
        _events = events;
        _subscriber = subscriber;
        _patience = patience;
        _ended = ended;
        _timer = host.NewTimer(TimeOver);
    }

    /// <summary>True from the link that is to go on with the session of an earlier process until that has worked, or cannot.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>The session of the earlier process goes on, with these filters.</summary>
    public void Begin(IEnumerable<string> filters)
    {
        _subscriber.Inherit(filters);
        _timer.Set(_patience);
    }

    /// <summary>Holds a notification while <see cref="RingCentralSubscriber.IsInheriting"/>.</summary>
    public void Hold(ReadOnlyMemory<byte> notification)
    {
        _held.Add(notification);
        if (_held.Count > MaxHeld)
            Release();
    }

    /// <summary>Passes on what is held, if the subscriptions are back.</summary>
    public void ReleaseIfClaimed()
    {
        if (!_subscriber.IsInheriting)
            Release();
    }

    /// <summary>Passes on what is held.</summary>
    public void Release()
    {
        var notifications = _held.ToArray();
        _held.Clear();
        foreach (var notification in notifications)
        {
            try
            {
                _events.Received(notification);
            }
            catch (Exception e) when (PlatformSession.IsUnreadable(e))
            {
                _host.ReportUnreadable(notification.Span, $"It is not JSON ({e.Message})");
            }
        }
    }

    /// <summary>Nothing is waited for any more.</summary>
    public void End()
    {
        _timer.Cancel();
        _subscriber.DropInherited();
        Release();
    }

    private void TimeOver()
    {
        End();
        _ended();
    }
}
