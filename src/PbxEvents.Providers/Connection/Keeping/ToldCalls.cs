namespace PbxEvents.Providers.Connection.Keeping;

/// <summary>
/// The ids of the calls that were told as ended, for as long as call records may speak of them: a call is told once, however often
/// records are read and whatever process reads them. Loop only.
/// </summary>
internal sealed class ToldCalls
{
    /// <summary>More than a busy PBX has in a day; beyond it the oldest are forgotten.</summary>
    private const int MaxKept = 50_000;

    private readonly Dictionary<string, DateTimeOffset> _at = new(StringComparer.Ordinal);

    /// <summary>In the order they were told. An id that was told again since, or forgotten, has a stale entry here.</summary>
    private readonly Queue<ToldCall> _order = new();

    public bool Contains(string callId) => _at.ContainsKey(callId);

    public void Add(string callId, DateTimeOffset at)
    {
        _at[callId] = at;
        _order.Enqueue(new ToldCall(callId, at));
        if (_order.Count > MaxKept)
            DropOldest();
    }

    /// <summary>The id belongs to a new call from now on.</summary>
    public void Forget(string callId) => _at.Remove(callId);

    /// <summary>Forgets what was told before a moment.</summary>
    public void Trim(DateTimeOffset before)
    {
        while (_order.TryPeek(out var oldest) && oldest.At < before)
            DropOldest();
    }

    /// <summary>What was told since a moment, oldest first.</summary>
    public IReadOnlyList<ToldCall> Since(DateTimeOffset moment) => [.. _order.Where(t => t.At >= moment && IsCurrent(t))];

    private void DropOldest()
    {
        var oldest = _order.Dequeue();
        if (IsCurrent(oldest))
            _at.Remove(oldest.Id);
    }

    private bool IsCurrent(ToldCall told) => _at.TryGetValue(told.Id, out var at) && at == told.At;
}
