namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The <see cref="YeastarCall"/> of each call; ended ones stay for a while, to recognise repeats. Loop only.</summary>
internal sealed class YeastarOpenCalls
{
    private const int EndedKept = 512;

    /// <summary>The end of a call can be lost with a link, so a call with so many younger ones counts as over.</summary>
    private const int YoungerKept = 10_000;

    private readonly Dictionary<string, YeastarCall> _calls = new(StringComparer.Ordinal);
    private readonly Queue<string> _opened = new();
    private readonly Queue<string> _ended = new();
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);

    /// <summary>The calls that are not known to be over.</summary>
    public IReadOnlyList<string> Open => [.. _open];

    /// <summary>The call; null when nothing is known of it.</summary>
    public YeastarCall? Find(string callId) => _calls.GetValueOrDefault(callId);

    /// <summary>The call, from now on open.</summary>
    public YeastarCall Get(string callId)
    {
        if (_open.Add(callId))
            _opened.Enqueue(callId);
        if (_opened.Count > YoungerKept)
            End(_opened.Dequeue());
        if (!_calls.TryGetValue(callId, out var call))
            _calls.Add(callId, call = new YeastarCall());
        return call;
    }

    /// <summary>After a gap a leg may stand where it stood before, and its word is news all the same.</summary>
    public void ForgetStatuses()
    {
        foreach (var call in _calls.Values)
            call.ForgetStatuses();
    }

    /// <summary>A call is over.</summary>
    public void End(string callId)
    {
        if (!_open.Remove(callId))
            return;
        _ended.Enqueue(callId);
        if (_ended.Count > EndedKept && _ended.Dequeue() is { } oldest && !_open.Contains(oldest))
            _calls.Remove(oldest);
    }
}
