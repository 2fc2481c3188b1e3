using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The call of each older id that live events have named: a record of the call log may name nothing else (history/ringcentral-history.md
/// section 4, point 4). Any thread.
/// </summary>
internal sealed class LiveSessionIds
{
    private readonly object _gate = new();
    private readonly RecentMap<string> _calls = new();

    /// <summary>A call was seen.</summary>
    /// <param name="sessionId">Its older id.</param>
    /// <param name="telephonySessionId">Its id.</param>
    public void Add(string sessionId, string telephonySessionId)
    {
        lock (_gate)
            _calls.Add(sessionId, telephonySessionId);
    }

    /// <summary>The id of the call of that older id; null when it was not seen lately.</summary>
    public string? Find(string sessionId)
    {
        lock (_gate)
            return _calls.TryGet(sessionId, out var id) ? id : null;
    }
}
