using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace PbxEvents.Module.Data;

/// <summary>
/// Turns JSON into PowerShell objects without changing what it says: texts stay texts (ConvertFrom-Json would make dates of
/// some), whole numbers keep every digit, members keep their order.
/// </summary>
internal static class JsonToPSObject
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 256 };

    /// <summary>Converts.</summary>
    /// <param name="utf8">JSON, or a text that is none.</param>
    /// <returns>PSCustomObject, array, text, number, bool or null; the text itself when it is no JSON.</returns>
    public static object? Convert(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            reader.Read();
            return ReadValue(ref reader);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(utf8);
        }
    }

    private static object? ReadValue(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => ReadObject(ref reader),
        JsonTokenType.StartArray => ReadArray(ref reader),
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => ReadNumber(ref reader),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    };

    private static PSObject ReadObject(ref Utf8JsonReader reader)
    {
        var result = new PSObject();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            Add(result, names, name.Length == 0 ? "_" : name, ReadValue(ref reader));
        }
        return result;
    }

    private static object?[] ReadArray(ref Utf8JsonReader reader)
    {
        var result = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            result.Add(ReadValue(ref reader));
        return [.. result];
    }

    /// <summary>
    /// PowerShell does not tell <c>callId</c> from <c>callid</c>, JSON does: the second one gets an underscore. Of a member
    /// that comes twice the last value counts, as everywhere in JSON.
    /// </summary>
    private static void Add(PSObject target, HashSet<string> names, string name, object? value)
    {
        while (!names.Add(name))
        {
            var taken = target.Properties[name];
            if (taken.Name == name)
            {
                taken.Value = value;
                return;
            }
            name += "_";
        }

        // Known to be free: PowerShell's own look through all members would cost more than the rest.
        target.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
    }

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var whole))
            return whole;
        var text = Encoding.UTF8.GetString(reader.ValueSpan);
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var big))
            return big;

        // A double prints as it was written, or a decimal does; what neither can hold stays as it is.
        if (reader.TryGetDouble(out var number) && number.ToString("R", CultureInfo.InvariantCulture) == text)
            return number;
        if (reader.TryGetDecimal(out var exact) && exact.ToString(CultureInfo.InvariantCulture) == text)
            return exact;
        return double.IsFinite(number) && text.Contains('e', StringComparison.OrdinalIgnoreCase) ? number : text;
    }
}
