using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PbxEvents.Tool.Output;

/// <summary>Events as JSON lines: one object on one line, members without a value left out.</summary>
internal static class EventJson
{
    // For terminals and pipes, not for web pages: +45 stays +45.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an event.</summary>
    public static string Write(PbxEvent pbxEvent) => Line(json =>
    {
        json.WriteNumber("sequence", pbxEvent.Sequence);
        json.WriteString("id", pbxEvent.Id);
        json.WriteString("time", pbxEvent.Time);
        json.WriteString("provider", pbxEvent.Provider);
        json.WriteString("connection", pbxEvent.Connection);
        json.WriteString("category", pbxEvent.Category.ToString());
        json.WriteString("name", pbxEvent.Name);
        Text(json, "topic", pbxEvent.Topic);
        Text(json, "callState", pbxEvent.CallState?.ToString());
        Text(json, "outcome", pbxEvent.Outcome?.ToString());
        Text(json, "callId", pbxEvent.CallId);
        Text(json, "legId", pbxEvent.LegId);
        Text(json, "from", pbxEvent.From);
        Text(json, "to", pbxEvent.To);
        Text(json, "extension", pbxEvent.Extension);
        Text(json, "extensionName", pbxEvent.ExtensionName);
        Text(json, "queue", pbxEvent.Queue);
        Text(json, "queueName", pbxEvent.QueueName);
        if (pbxEvent.Synthesized)
            json.WriteBoolean("synthesized", true);
        if (pbxEvent.Gap is { } gap)
            Gap(json, gap);
        Text(json, "error", pbxEvent.Error?.Message);
        Payload(json, pbxEvent.GetUtf8());
    });

    /// <summary>Writes what this reader lost because it was too slow.</summary>
    public static string Write(PbxGap gap) => Line(json =>
    {
        json.WriteString("connection", gap.Connection);
        Gap(json, gap);
    });

    private static void Gap(Utf8JsonWriter json, PbxGap gap)
    {
        json.WriteStartObject("gap");
        json.WriteString("from", gap.From);
        json.WriteString("to", gap.To);
        json.WriteString("reason", gap.Reason.ToString());
        json.WriteString("recovery", gap.Recovery.ToString());
        if (gap.EventsLost is { } lost)
            json.WriteNumber("eventsLost", lost);
        json.WriteEndObject();
    }

    // Parsed and written again: a payload may hold line breaks, or be no JSON at all.
    private static void Payload(Utf8JsonWriter json, ReadOnlyMemory<byte> payload)
    {
        if (payload.IsEmpty)
            return;
        try
        {
            using var document = JsonDocument.Parse(payload);
            json.WritePropertyName("data");
            document.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteString("text", payload.Span);
        }
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static string Line(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
