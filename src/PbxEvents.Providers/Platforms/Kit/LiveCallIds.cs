using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// The call of each other id that live events have named, on platforms whose records may name nothing else
/// (history/ringcentral-history.md section 4, point 4; history/portsip-history.md section 4, points 2 and 3). Any thread.
/// </summary>
/// <param name="capacity">How many ids it remembers.</param>
internal sealed class LiveCallIds(int capacity)
{
    private readonly object _gate = new();
    private readonly RecentMap<LiveCall> _calls = new(capacity);

    /// <summary>A call was seen; an id that is known already stays with its call.</summary>
    /// <param name="otherId">Its other id.</param>
    /// <param name="callId">Its id.</param>
    /// <param name="at">When.</param>
    public void Add(string otherId, string callId, DateTimeOffset at)
    {
        lock (_gate)
            _calls.Add(otherId, new LiveCall(otherId, callId, at));
    }

    /// <summary>A call was seen, to which the id belongs from now on.</summary>
    /// <inheritdoc cref="Add"/>
    public void Set(string otherId, string callId, DateTimeOffset at)
    {
        lock (_gate)
            _calls.Set(otherId, new LiveCall(otherId, callId, at));
    }

    /// <summary>The id of the call of that other id; null when it was not seen lately.</summary>
    public string? Find(string otherId)
    {
        lock (_gate)
            return _calls.TryGet(otherId, out var live) ? live.CallId : null;
    }

    /// <summary>Those of the calls that were heard of since a moment, as JSON for the next process.</summary>
    public string Keep(DateTimeOffset since)
    {
        LiveCall[] all;
        lock (_gate)
            all = [.. _calls.Values];
        return JsonSerializer.Serialize(all.Where(s => s.HeardAt >= since));
    }

    /// <summary>Goes on with what <see cref="Keep"/> gave an earlier process. What cannot be read is passed over.</summary>
    public void Restore(string json)
    {
        // Without them a record that names nothing else is a call of its own.
        foreach (var live in KeptJson.Read<LiveCall?[]>(json) ?? [])
        {
            if (live is { OtherId: not null, CallId: not null })
                Add(live.OtherId, live.CallId, live.HeardAt);
        }
    }

    private sealed record LiveCall(string OtherId, string CallId, DateTimeOffset HeardAt);
}
