using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The calls of a reading, as their rows come in (history/yeastar-history.md section 4).</summary>
/// <param name="clockAhead">How far the PBX's clock is ahead of ours.</param>
internal sealed class YeastarRecordedCalls(TimeSpan clockAhead)
{
    private readonly Dictionary<string, YeastarRecordedCall> _calls = new(StringComparer.Ordinal);
    private readonly JsonFields _fields = YeastarRow.NewFields();
    private DateTimeOffset _takenUntil = DateTimeOffset.MinValue;

    /// <summary>How many rows told no call or no time.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Adds rows.</summary>
    /// <param name="rows">Their JSON.</param>
    /// <param name="since">Rows that began before are of no interest.</param>
    /// <returns>How many of them are new.</returns>
    public int Add(IReadOnlyList<ReadOnlyMemory<byte>> rows, DateTimeOffset since)
    {
        var news = 0;
        foreach (var json in rows)
        {
            if (Read(json) is not { } row)
            {
                Unreadable++;
                news++;
            }
            else if (row.StartedAt >= since)
            {
                if (!_calls.TryGetValue(row.CallId, out var call))
                    _calls.Add(row.CallId, call = new YeastarRecordedCall(row.CallId));
                news += call.Add(row) ? 1 : 0;
            }
        }
        return news;
    }

    /// <summary>The call of that id; null when no row of it has come.</summary>
    public YeastarRecordedCall? Find(string callId) => _calls.GetValueOrDefault(callId);

    /// <summary>Takes out the calls that ended before a moment, in the order of their ends; a call of which rows come again is not given again.</summary>
    public IReadOnlyList<YeastarRecordedCall> TakeEnded(DateTimeOffset before)
    {
        var ended = _calls.Values.Where(c => c.EndedAt < before).OrderBy(c => c.EndedAt).ThenBy(c => c.CallId, StringComparer.Ordinal).ToList();
        foreach (var call in ended)
            _calls.Remove(call.CallId);
        ended.RemoveAll(c => c.EndedAt < _takenUntil);
        _takenUntil = before;
        return ended;
    }

    private YeastarRow? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return _fields.Read(json) ? YeastarRow.Read(_fields, json, clockAhead) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
