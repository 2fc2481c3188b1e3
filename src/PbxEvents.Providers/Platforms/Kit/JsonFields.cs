using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// The fields of one JSON object, found in one pass over its bytes; texts are made only of those that are asked for. One
/// instance is used again for every frame. Not thread-safe.
/// </summary>
/// <param name="names">The names to look for.</param>
/// <param name="pool">Where texts come from.</param>
internal sealed class JsonFields(FieldNames names, Utf8Pool pool)
{
    private readonly Slot[] _slots = new Slot[names.Count];
    private ReadOnlyMemory<byte> _source;

    /// <summary>Reads an object.</summary>
    /// <param name="json">The bytes.</param>
    /// <returns>False when it is JSON but no object.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public bool Read(ReadOnlyMemory<byte> json)
    {
        Clear(json);
        var reader = new Utf8JsonReader(json.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        ReadObject(ref reader);
        // What stands behind the object must be nothing: otherwise this throws.
        reader.Read();
        return true;
    }

    /// <summary>Reads the object that a reader stands at, up to its end.</summary>
    /// <param name="json">The bytes that the reader reads, from their beginning.</param>
    /// <param name="reader">At StartObject; afterwards at EndObject.</param>
    public void Read(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader)
    {
        Clear(json);
        ReadObject(ref reader);
    }

    /// <summary>
    /// Reads the object in a field into the fields that are still empty: for platforms that put a field now at the root, now
    /// one level down.
    /// </summary>
    /// <param name="field">The field that holds the object; nothing happens when it holds anything else.</param>
    public void ReadInner(Field field)
    {
        var inner = _slots[field.Slot];
        if (inner.Type != JsonTokenType.StartObject)
            return;
        var reader = new Utf8JsonReader(_source.Span.Slice(inner.Start, inner.Length));
        reader.Read();
        ReadObject(ref reader, inner.Start);
    }

    /// <summary>True when the field is there and not null.</summary>
    public bool Has(Field field) => _slots[field.Slot].Type is not (JsonTokenType.None or JsonTokenType.Null);

    /// <summary>True when the field holds an object or an array.</summary>
    public bool IsStructure(Field field) => _slots[field.Slot].Type is JsonTokenType.StartObject or JsonTokenType.StartArray;

    /// <summary>
    /// The field as text: a string without blanks around it, a number or a truth value as it was written. Null when it is
    /// missing, null, blank, or a structure.
    /// </summary>
    public string? Text(Field field)
    {
        ref var found = ref _slots[field.Slot];
        if (found.Type is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False))
            return null;
        var bytes = _source.Span.Slice(found.Start, found.Length);
        if (found.IsEscaped)
        {
            var text = Unescape(bytes).Trim();
            return text.Length == 0 ? null : text;
        }
        // Blanks outside of ASCII are found in the text only; there are hardly ever any, so the pool's own text comes back.
        bytes = bytes.Trim((byte)' ');
        return pool.Get(bytes).Trim() is { Length: > 0 } plain ? plain : null;
    }

    /// <summary>True when the field is exactly this text, without regard to case.</summary>
    public bool Is(Field field, string text) => string.Equals(Text(field), text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The field as a truth value, written as one or as text; null when it is neither.</summary>
    public bool? Flag(Field field) => _slots[field.Slot].Type switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => bool.TryParse(Text(field), out var value) ? value : null,
    };

    /// <summary>The field as a whole number, written as one or as text; null when it is neither.</summary>
    public long? Number(Field field)
    {
        var found = _slots[field.Slot];
        if (found.Type is not (JsonTokenType.Number or JsonTokenType.String))
            return null;
        var bytes = _source.Span.Slice(found.Start, found.Length).Trim((byte)' ');
        if (Utf8Parser.TryParse(bytes, out long value, out var used) && used == bytes.Length)
            return value;
        return found.Type == JsonTokenType.String && long.TryParse(Text(field), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) ? value : null;
    }

    /// <summary>The field's JSON, quotes included; empty when it is missing. It lives as long as the frame.</summary>
    public ReadOnlyMemory<byte> Json(Field field)
    {
        var found = _slots[field.Slot];
        return found.Type switch
        {
            JsonTokenType.None => default,
            JsonTokenType.String => _source.Slice(found.Start - 1, found.Length + 2),
            _ => _source.Slice(found.Start, found.Length),
        };
    }

    private void Clear(ReadOnlyMemory<byte> source)
    {
        _source = source;
        Array.Clear(_slots);
    }

    private void ReadObject(ref Utf8JsonReader reader, int offset = 0)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var index = names.Find(ref reader);
            reader.Read();
            var start = (int)reader.TokenStartIndex + offset;
            var slot = new Slot { Type = reader.TokenType };
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
                slot.Start = start;
                slot.Length = (int)reader.BytesConsumed + offset - start;
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                slot.Start = start + 1;
                slot.Length = reader.ValueSpan.Length;
                slot.IsEscaped = reader.ValueIsEscaped;
            }
            else
            {
                slot.Start = start;
                slot.Length = reader.ValueSpan.Length;
            }

            // The first of two fields of one name counts, and the root's before an inner object's.
            if (index >= 0 && _slots[index].Type == JsonTokenType.None)
                _slots[index] = slot;
        }
    }

    private static string Unescape(ReadOnlySpan<byte> bytes)
    {
        // The reader undoes escapes only of whole tokens, so it gets the quotes back.
        var quoted = new byte[bytes.Length + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        bytes.CopyTo(quoted.AsSpan(1));
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, as a server leaves it that cuts a name short: the text stays as it was written, and
            // the event is not lost for it.
            return Encoding.UTF8.GetString(bytes);
        }
    }

    private struct Slot
    {
        public int Start;
        public int Length;
        public JsonTokenType Type;
        public bool IsEscaped;
    }
}
