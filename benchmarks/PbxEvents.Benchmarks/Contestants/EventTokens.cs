using System.Text;
using System.Text.Json;

namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Looks up an event's name and its call with Utf8JsonReader, in one pass.</summary>
internal static class EventTokens
{
    /// <summary>Reads them; null for what is not there.</summary>
    public static (string? Name, string? Call) Read(ReadOnlySpan<byte> json, byte[] nameField, byte[] callField)
    {
        string? name = null, call = null;
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            if (reader.ValueTextEquals(nameField))
            {
                reader.Read();
                name = TextOf(ref reader);
            }
            else if (reader.ValueTextEquals(callField))
            {
                reader.Read();
                call = TextOf(ref reader);
            }
        }
        return (name, call);
    }

    private static string? TextOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString() : Encoding.UTF8.GetString(reader.ValueSpan);
}
