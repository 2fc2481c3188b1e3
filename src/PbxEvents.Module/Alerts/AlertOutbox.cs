namespace PbxEvents.Module.Alerts;

/// <summary>
/// Notices on their way to a person. One that cannot be told now is tried again, with growing delays; what is wrong is often the very network
/// that the notice has to go over. Of the same trouble only the newest notice waits: of the end of something whose begin could not be told,
/// the end. Any thread.
/// </summary>
internal sealed class AlertOutbox
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(10);

    private readonly object _gate = new();
    private readonly List<PbxAlertNotice> _waiting = [];

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    /// <summary>The one that is to be told next; null for none.</summary>
    public PbxAlertNotice? Next
    {
        get
        {
            lock (_gate)
                return _waiting.FirstOrDefault();
        }
    }

    /// <summary>How long to wait after so many failures.</summary>
    public static TimeSpan DelayAfter(int failures)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(failures - 1, 10));
        return delay < MaxDelay ? delay : MaxDelay;
    }

    /// <summary>Takes notices.</summary>
    public void Add(IReadOnlyList<PbxAlertNotice> notices)
    {
        lock (_gate)
        {
            foreach (var notice in notices)
            {
                _waiting.RemoveAll(w => w.Kind == notice.Kind && w.Source == notice.Source);
                _waiting.Add(notice);
            }
        }
    }

    /// <summary>One was told.</summary>
    public void Remove(PbxAlertNotice notice)
    {
        lock (_gate)
            _waiting.Remove(notice);
    }
}
