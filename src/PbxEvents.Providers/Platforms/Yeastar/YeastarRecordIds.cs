namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// The calls of the last records, by the records' <c>uid</c>: a timeline names nothing else (yeastar.md section 5.4). Fixed
/// size. Loop only.
/// </summary>
internal sealed class YeastarRecordIds
{
    private const int Capacity = 1000;

    private readonly Dictionary<string, string> _calls = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public void Add(string uid, string callId)
    {
        if (!_calls.TryAdd(uid, callId))
            return;
        _order.Enqueue(uid);
        if (_order.Count > Capacity)
            _calls.Remove(_order.Dequeue());
    }

    /// <summary>The call; null when the record was not seen.</summary>
    public string? Find(string? uid) => uid is null ? null : _calls.GetValueOrDefault(uid);
}
