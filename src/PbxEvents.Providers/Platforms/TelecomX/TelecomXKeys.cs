using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// The legs that live events told of lately; the oldest go when it is full. The session fills it on the loop, the reader of call records
/// takes a copy of it on its own thread. Any thread.
/// </summary>
/// <param name="capacity">How many legs. Default a little less than what a dictionary grows to before it doubles.</param>
internal sealed class TelecomXKeys(int capacity = 8000)
{
    /// <summary>A leg whose end nobody told is not kept for the next process for longer.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromDays(1);

    private readonly object _gate = new();
    private readonly RecentMap<TelecomXKey> _legs = new(capacity);
    private long _version;

    /// <summary>Grows with each change.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>The call that a leg belongs to; null when the leg is not known.</summary>
    public string? SessionOf(string leg)
    {
        lock (_gate)
            return _legs.TryGet(leg, out var key) ? key.Session : null;
    }

    /// <summary>Remembers a leg; one whose channel another call has used before belongs to the newer call.</summary>
    public void Add(TelecomXKey key)
    {
        lock (_gate)
            _legs.Set(key.Leg, key);
        Interlocked.Increment(ref _version);
    }

    /// <summary>The end of a leg was told.</summary>
    public void End(string leg, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_legs.TryGet(leg, out var key) && !key.IsOver)
                _legs.Set(leg, key with { EndedAt = at });
        }
        Interlocked.Increment(ref _version);
    }

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<TelecomXKey> Export()
    {
        TelecomXKey[] keys;
        lock (_gate)
            keys = [.. _legs.Values];
        return [.. keys.OrderBy(k => k.SeenAt)];
    }

    /// <summary>Those of calls that go on, or have ended since a moment, as JSON for the next process.</summary>
    public string Keep(DateTimeOffset since) =>
        JsonSerializer.Serialize(Export().Where(k => k.EndedAt is { } end ? end >= since : k.SeenAt >= since - LongestCall));

    /// <summary>Goes on with those that <see cref="Keep"/> gave an earlier process. What cannot be read is passed over.</summary>
    public void Restore(string json)
    {
        // Without them records are joined with calls by their times and numbers alone.
        var keys = KeptJson.Read<TelecomXKey?[]>(json) ?? [];
        Import(keys.Where(k => k is { Leg: not null, Channel: not null, Session: not null })!);
    }

    /// <summary>Goes on with those of an earlier connection; what is known already stays as it is.</summary>
    /// <param name="keys">The keys, oldest first.</param>
    public void Import(IEnumerable<TelecomXKey> keys)
    {
        lock (_gate)
        {
            foreach (var key in keys)
                _legs.Add(key.Leg, key);
        }
    }
}
