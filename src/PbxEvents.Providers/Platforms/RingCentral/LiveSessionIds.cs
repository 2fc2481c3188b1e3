using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The call of each older id that live events have named: a record of the call log may name nothing else (history/ringcentral-history.md
/// section 4, point 4). Any thread.
/// </summary>
internal sealed class LiveSessionIds
{
    private readonly object _gate = new();
    private readonly RecentMap<LiveSession> _calls = new();

    /// <summary>A call was seen.</summary>
    /// <param name="sessionId">Its older id.</param>
    /// <param name="telephonySessionId">Its id.</param>
    /// <param name="at">When.</param>
    public void Add(string sessionId, string telephonySessionId, DateTimeOffset at)
    {
        lock (_gate)
            _calls.Set(sessionId, new LiveSession(sessionId, telephonySessionId, at));
    }

    /// <summary>The id of the call of that older id; null when it was not seen lately.</summary>
    public string? Find(string sessionId)
    {
        lock (_gate)
            return _calls.TryGet(sessionId, out var live) ? live.CallId : null;
    }

    /// <summary>Those of the calls that were heard of since a moment, as JSON for the next process.</summary>
    public string Keep(DateTimeOffset since)
    {
        LiveSession[] all;
        lock (_gate)
            all = [.. _calls.Values];
        return JsonSerializer.Serialize(all.Where(s => s.HeardAt >= since));
    }

    /// <summary>Goes on with what <see cref="Keep"/> gave an earlier process. What cannot be read is passed over.</summary>
    public void Restore(string json)
    {
        // Without them a record that names nothing else is a call of its own.
        lock (_gate)
            foreach (var live in KeptJson.Read<LiveSession?[]>(json) ?? [])
                if (live is { SessionId: not null, CallId: not null })
                    _calls.Add(live.SessionId, live);
    }

    private sealed record LiveSession(string SessionId, string CallId, DateTimeOffset HeardAt);
}
