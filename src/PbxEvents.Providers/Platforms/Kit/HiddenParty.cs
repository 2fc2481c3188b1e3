using System.Buffers;
using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// Takes a party that must not be shown out of a payload, so that nothing that is made of it (<c>Raw</c>, <c>Data</c>, a file of a
/// script) shows it: number and name become <c>anonymous</c>, the word of RFC 3323. The rest stays byte by byte as it came.
/// </summary>
internal static class HiddenParty
{
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789+"u8);
    private static readonly byte[] Word = "\"anonymous\""u8.ToArray();

    /// <summary>Masks the values of certain members, at any depth, and every value that is the party's number or name.</summary>
    /// <param name="json">The payload.</param>
    /// <param name="members">The members that name the party.</param>
    /// <param name="number">Its number; null when it is not known.</param>
    /// <param name="name">Its name; null when it is not known.</param>
    /// <returns>The masked payload.</returns>
    public static ReadOnlyMemory<byte> Mask(ReadOnlyMemory<byte> json, FieldNames members, string? number, string? name)
    {
        var masked = new ArrayBufferWriter<byte>(json.Length + 64);
        var reader = new Utf8JsonReader(json.Span);
        int copied = 0;
        var isMember = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isMember = members.Find(ref reader) >= 0;
                continue;
            }
            var hides = reader.TokenType is JsonTokenType.String or JsonTokenType.Number && (isMember || IsParty(ref reader, number, name));
            isMember = false;
            if (!hides || reader.ValueSpan.IsEmpty)
                continue;
            masked.Write(json.Span[copied..(int)reader.TokenStartIndex]);
            masked.Write(Word);
            copied = (int)reader.BytesConsumed;
        }
        if (copied == 0)
            return json;
        masked.Write(json.Span[copied..]);
        return masked.WrittenMemory;
    }

    /// <summary>True for a party that must not be shown: its number says so, or, where there is none, its name does.</summary>
    public static bool IsHidden(string? number, string? name) => SipAddress.IsHidden(number ?? name);

    /// <summary>
    /// Masks what stands beside a number that is hidden (<see cref="SipAddress.IsHidden"/>): the names in the same object, and what
    /// the number's own value has besides the word.
    /// </summary>
    /// <param name="json">The payload.</param>
    /// <param name="numbers">The members that hold a caller's number or address.</param>
    /// <param name="names">The members that hold a caller's name, beside the number.</param>
    /// <returns>The masked payload; the payload itself when there is nothing to mask.</returns>
    public static ReadOnlyMemory<byte> MaskHidden(ReadOnlyMemory<byte> json, FieldNames numbers, FieldNames names)
    {
        var reader = new Utf8JsonReader(json.Span);
        var masks = new List<Range>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                Collect(ref reader, numbers, names, masks);
        }
        if (masks.Count == 0)
            return json;
        masks.Sort((one, other) => one.Start.Value - other.Start.Value);
        var masked = new ArrayBufferWriter<byte>(json.Length + 64);
        var copied = 0;
        foreach (var mask in masks)
        {
            masked.Write(json.Span[copied..mask.Start.Value]);
            masked.Write(Word);
            copied = mask.End.Value;
        }
        masked.Write(json.Span[copied..]);
        return masked.WrittenMemory;
    }

    /// <summary>What is to be masked in the object that a reader stands at the start of, and in those within it.</summary>
    private static void Collect(ref Utf8JsonReader reader, FieldNames numbers, FieldNames names, List<Range> masks)
    {
        var isHidden = false;
        List<Range>? beside = null;
        bool isNumber = false, isName = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    isNumber = numbers.Find(ref reader) >= 0;
                    isName = names.Find(ref reader) >= 0;
                    continue;
                case JsonTokenType.StartObject:
                    Collect(ref reader, numbers, names, masks);
                    break;
                case JsonTokenType.String when isNumber && reader.ValueSpan.ContainsAnyExcept(Digits) && TextOf(ref reader) is { } text && SipAddress.IsHidden(text):
                    isHidden = true;
                    if (text.AsSpan().ContainsAny('@', '<'))
                        masks.Add((int)reader.TokenStartIndex..(int)reader.BytesConsumed);
                    break;
                case JsonTokenType.String when isName && !reader.ValueSpan.IsEmpty:
                    (beside ??= []).Add((int)reader.TokenStartIndex..(int)reader.BytesConsumed);
                    break;
            }
            isNumber = isName = false;
        }
        if (isHidden && beside is not null)
            masks.AddRange(beside);
    }

    /// <summary>A text; null when it has half a character in it: no number, and no name that was read.</summary>
    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsParty(ref Utf8JsonReader reader, string? number, string? name)
    {
        if (number is null && name is null)
            return false;
        var text = reader.TokenType == JsonTokenType.String ? TextOf(ref reader) : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        return text is not null && ((number is not null && SipAddress.NumberOf(text) == number) || (name is not null && text == name));
    }
}
