using System.Buffers;
using System.Text.Json;

namespace PbxEvents.Providers.Protocol;

/// <summary>
/// Takes a party that must not be shown out of a payload, so that nothing that is made of it (<c>Raw</c>, <c>Data</c>, a file of a
/// script) shows it: number and name become <c>anonymous</c>, the word of RFC 3323. The rest stays byte by byte as it came.
/// </summary>
internal static class HiddenParty
{
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

    private static bool IsParty(ref Utf8JsonReader reader, string? number, string? name)
    {
        if (number is null && name is null)
            return false;
        string text;
        try
        {
            text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        }
        catch (InvalidOperationException)
        {
            // Half a character: no number, and no name that was read.
            return false;
        }
        return (number is not null && SipAddress.NumberOf(text) == number) || (name is not null && text == name);
    }
}
