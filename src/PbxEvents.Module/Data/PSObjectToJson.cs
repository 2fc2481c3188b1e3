using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PbxEvents.Module.Data;

/// <summary>Turns what a user gives to <c>-Data</c> (hashtables, objects, arrays, plain values) into JSON.</summary>
internal static class PSObjectToJson
{
    /// <summary>An object that refers to itself would never end.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Converts.</summary>
    /// <param name="value">The value; null for none.</param>
    /// <param name="isStrict">True to refuse what JSON can say only as a text that nobody reads back.</param>
    /// <returns>UTF-8 JSON; empty for no value.</returns>
    /// <exception cref="JsonException">It is nested deeper than <see cref="MaxDepth"/>, or is no plain value.</exception>
    public static ReadOnlyMemory<byte> Convert(object? value, bool isStrict = false)
    {
        if (value is null)
            return default;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Write(writer, value, 0, isStrict);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth, bool isStrict)
    {
        if (depth > MaxDepth)
            throw new JsonException($"Nested deeper than {MaxDepth} levels.");
        var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        switch (plain)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case SwitchParameter flag:
                writer.WriteBooleanValue(flag);
                break;
            case byte or sbyte or short or ushort or int or uint or long or ulong or decimal or BigInteger:
                writer.WriteRawValue(((IFormattable)plain).ToString(null, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case DateTime time:
                writer.WriteStringValue(time);
                break;
            case DateTimeOffset time:
                writer.WriteStringValue(time);
                break;
            case IDictionary map:
                WriteObject(writer, map.Cast<DictionaryEntry>().Select(e => ($"{e.Key}", e.Value)), depth, isStrict);
                break;
            case IEnumerable items:
                WriteArray(writer, items, depth, isStrict);
                break;
            case PSObject custom:
                WriteObject(writer, custom.Properties.Select(p => (p.Name, (object?)p.Value)), depth, isStrict);
                break;
            case not (IFormattable or Uri or Version or char) when isStrict:
                throw new JsonException($"A {plain.GetType()} is no plain value.");
            default:
                writer.WriteStringValue(System.Convert.ToString(plain, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, IEnumerable<(string Name, object? Value)> members, int depth, bool isStrict)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in members)
        {
            writer.WritePropertyName(name);
            Write(writer, value, depth + 1, isStrict);
        }
        writer.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter writer, IEnumerable items, int depth, bool isStrict)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            Write(writer, item, depth + 1, isStrict);
        writer.WriteEndArray();
    }
}
