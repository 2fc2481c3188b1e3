using System.Buffers;
using System.Text.Json;

namespace PbxEvents.Providers.Contracts;

/// <summary>Writes JSON for the wire.</summary>
internal static class JsonPayload
{
    private static readonly JsonWriterOptions Options = new()
    {
        // The wire is not a web page: a plus sign in a phone number stays a plus sign.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes a value.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            write(writer);
        return buffer.WrittenMemory;
    }

    /// <summary>Writes a member when it has a value.</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
