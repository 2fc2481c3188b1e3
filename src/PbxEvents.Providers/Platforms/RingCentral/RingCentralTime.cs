using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The platform's times: ISO 8601, also with an offset without a colon, which System.Text.Json refuses (ringcentral.md section 5).</summary>
internal static class RingCentralTime
{
    /// <summary>Reads a field's time; null when there is none to read.</summary>
    public static DateTimeOffset? Parse(JsonFields fields, Field field)
    {
        // The usual form, without a text for each event's time.
        if (fields.Json(field).Span is [(byte)'"', .., (byte)'Z', (byte)'"'] json)
        {
            var reader = new Utf8JsonReader(json);
            if (reader.Read() && reader.TryGetDateTimeOffset(out var time))
                return time;
        }
        return Parse(fields.Text(field));
    }

    /// <summary>Reads a time; null when there is none to read.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
