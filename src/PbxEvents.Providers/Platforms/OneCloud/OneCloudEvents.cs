using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.OneCloud;

/// <summary>From OneCloud's frames to events (onecloud.md section 4).</summary>
/// <param name="host">Where they go.</param>
/// <param name="pool">Where texts come from.</param>
/// <param name="streams">What is subscribed to.</param>
/// <param name="zone">The zone of the platform's times.</param>
internal sealed class OneCloudEvents(ISessionHost host, Utf8Pool pool, OneCloudStreams streams, TimeZoneInfo zone)
{
    private readonly OneCloudRecord _record = new(pool, zone);
    private readonly OneCloudCalls _calls = new(host, streams);
    private readonly RecentMap<bool> _recent = new();

    /// <summary>An event, whatever its name.</summary>
    /// <param name="name">Its name on the socket.</param>
    /// <param name="payload">The frame.</param>
    /// <param name="reader">At the first argument, or at the end of the array when there is none.</param>
    public void Received(string name, ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        var json = ReadArguments(payload, ref reader);
        var topic = OneCloudTopics.OfEvent(name);
        if (topic is not (OneCloudTopics.Call or OneCloudTopics.QueueCall))
        {
            OtherReceived(name, topic, json);
            return;
        }
        if (json.Length > 0 && json.Span[0] == (byte)'[')
        {
            // As webhooks of other NetSapiens operators send them (section 4.1): several records at once.
            var records = new Utf8JsonReader(json.Span);
            records.Read();
            while (records.Read() && records.TokenType != JsonTokenType.EndArray)
                RecordReceived(name, topic, SocketIoEvent.Slice(json, ref records));
            return;
        }
        RecordReceived(name, topic, json);
    }

    private void RecordReceived(string name, string topic, ReadOnlyMemory<byte> json)
    {
        var pbxEvent = new PbxEvent { Category = PbxCategory.Call, Name = name, Topic = topic, Payload = json };
        if (json.IsEmpty || !_record.Read(json))
        {
            host.Emit(pbxEvent);
            return;
        }
        if (streams.IsUnwantedCall(_record.OrigExtension, _record.TermExtension))
            return;

        // Section 7, point 8: a record comes once for each stream that brings it.
        if (_record.Fingerprint is { } fingerprint && !_recent.Add(fingerprint, true))
        {
            host.CountDuplicate();
            return;
        }
        host.Emit(pbxEvent, _calls.Translate(_record, pbxEvent));
    }

    /// <summary>The other streams' payloads are not published (section 4.2): they pass through.</summary>
    private void OtherReceived(string name, string? topic, ReadOnlyMemory<byte> json)
    {
        if (topic is not null && streams.IsUnwanted(topic))
            return;
        var pbxEvent = new PbxEvent { Category = OneCloudTopics.CategoryOf(topic), Name = name, Topic = topic ?? name, Payload = json };
        if (topic == OneCloudTopics.Queued)
            pbxEvent.Queue = streams.FindFilter(topic, json);
        else if (topic is not null)
            pbxEvent.Extension = streams.FindFilter(topic, json);
        host.Emit(pbxEvent);
    }

    /// <summary>The argument of an event; all of them as an array when there are several, nothing when there is none.</summary>
    private static ReadOnlyMemory<byte> ReadArguments(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
            return default;
        var start = (int)reader.TokenStartIndex;
        var first = SocketIoEvent.Slice(payload, ref reader);
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
            return first;
        while (reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Skip();
            reader.Read();
        }
        var all = new byte[(int)reader.BytesConsumed - start + 1];
        all[0] = (byte)'[';
        payload.Span[start..(int)reader.BytesConsumed].CopyTo(all.AsSpan(1));
        return all;
    }
}
