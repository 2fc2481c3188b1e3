using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// The time after a gap in which answers to <c>call/query</c> come in beside new events (yeastar.md section 6.4). An answer
/// may be older than an event that arrived before it, so what was heard of since the link was ready is remembered. Loop only.
/// </summary>
internal sealed class YeastarResync
{
    private readonly Dictionary<string, HashSet<string>> _heard = new(StringComparer.Ordinal);
    private bool _isOn;

    public void Begin()
    {
        _heard.Clear();
        _isOn = true;
    }

    public void End()
    {
        _heard.Clear();
        _isOn = false;
    }

    /// <summary>An event spoke of legs.</summary>
    public void Heard(string callId, IReadOnlyList<YeastarMember> members)
    {
        if (!_isOn)
            return;
        if (!_heard.TryGetValue(callId, out var channels))
            _heard.Add(callId, channels = new HashSet<string>(StringComparer.Ordinal));
        foreach (var member in members)
            channels.Add(member.Channel);
    }

    public bool HasHeardOf(string callId) => _heard.ContainsKey(callId);

    public bool HasHeardOf(string callId, string channel) => _heard.TryGetValue(callId, out var channels) && channels.Contains(channel);

    /// <summary>The calls in an answer, each as its own JSON; none in an answer that is none.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadCalls(ReadOnlyMemory<byte> body) => ReadRows(body, "data");

    /// <summary>The objects of a list in an answer, each as its own JSON; none in an answer that has no such list.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="list">The list's name.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReadRows(ReadOnlyMemory<byte> body, string list)
    {
        var calls = new List<ReadOnlyMemory<byte>>();
        if (body.IsEmpty)
            return calls;
        var reader = new Utf8JsonReader(body.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return calls;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isData = reader.ValueTextEquals(list);
            reader.Read();
            if (!isData || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var (start, isObject) = ((int)reader.TokenStartIndex, reader.TokenType == JsonTokenType.StartObject);
                reader.Skip();
                if (isObject)
                    calls.Add(body[start..(int)reader.BytesConsumed]);
            }
        }
        return calls;
    }
}
