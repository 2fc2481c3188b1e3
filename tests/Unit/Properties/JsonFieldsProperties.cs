using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Tests.Unit.Properties;

/// <summary>JsonFields reads what JsonDocument reads, however it is written.</summary>
public sealed class JsonFieldsProperties
{
    private static readonly string[] Names = ["id", "name", "caf\u00e9", "inner"];

    private static readonly Field Inner = new(3);

    private static readonly Gen<string> Blank = Gen.OneOf("", "", " ", "\r\n\t");

    /// <summary>A character as it is, where JSON allows it, or escaped.</summary>
    private static readonly Gen<string> String = Gen.Select(TextGen.Any, Gen.Bool.Array[24], (text, isEscaped) =>
        '"' + string.Concat(text.EnumerateRunes().Select((r, i) => isEscaped[i] || r.Value is < ' ' or '"' or '\\' ? Escape(r) : r.ToString())) + '"');

    private static readonly Gen<string> Scalar = Gen.OneOf<string>(
        String, String, Gen.Long.Select(n => n.ToString(CultureInfo.InvariantCulture)), Gen.Long.Select(n => $"\" {n} \""),
        Gen.OneOf("0", "-0", "1.0", "1e3", "9223372036854775808", "true", "false", "null", "\" TRUE\"", "\"\\u0031\"", "\"+5\"", "\"\""));

    private static readonly Gen<string> Value = Gen.Recursive<string>((depth, value) => depth > 3
        ? Scalar
        : Gen.OneOf<string>(Scalar, Scalar, Gen.Select(value.Array[0, 3], Blank, (items, b) => $"[{b}{string.Join(b + ",", items)}{b}]"), ObjectOf(value)));

    private static readonly Gen<string> Document = Gen.Select(Blank, ObjectOf(Value), Blank, (a, o, b) => a + o + b);

    [Fact]
    public void Every_field_is_what_the_document_says() => Document.Sample(json =>
    {
        var fields = Read(json);
        using var document = JsonDocument.Parse(json);
        for (var slot = 0; slot < Names.Length; slot++)
            Compare(fields, new Field(slot), Find(document.RootElement, Names[slot]));
    }, iter: 5_000);

    [Fact]
    public void An_inner_object_fills_only_what_is_empty() => Document.Sample(json =>
    {
        var fields = Read(json);
        using var document = JsonDocument.Parse(json);
        var inner = Find(document.RootElement, Names[Inner.Slot]);
        fields.ReadInner(Inner);
        for (var slot = 0; slot < Names.Length; slot++)
            Compare(fields, new Field(slot), Find(document.RootElement, Names[slot]) ?? (inner is { ValueKind: JsonValueKind.Object } o ? Find(o, Names[slot]) : null));
    }, iter: 5_000);

    [Fact]
    public void What_the_document_does_not_take_is_not_taken_here() => Gen.Select(Document, Gen.Int[0, 200], Gen.OneOf("", "}", ",", "\"", "x", "{}", "1")).Sample((text, at, more) =>
    {
        // Cut somewhere, with something else behind it.
        byte[] json = [.. Encoding.UTF8.GetBytes(text).Take(at), .. Encoding.UTF8.GetBytes(more)];
        bool isObject;
        try
        {
            using var document = JsonDocument.Parse(json);
            isObject = document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            // What is no object is left unread.
            Assert.True(Record.Exception(() => Assert.False(TryRead(json))) is null or JsonException);
            return;
        }

        Assert.Equal(isObject, TryRead(json));
    }, iter: 5_000);

    private static string Escape(Rune rune) => string.Concat(rune.ToString().Select(c => $"\\u{(int)c:x4}"));

    private static Gen<string> ObjectOf(Gen<string> value)
    {
        var name = Gen.OneOf("\"id\"", "\"i\\u0064\"", "\"name\"", "\"caf\u00e9\"", "\"caf\\u00e9\"", "\"inner\"", "\"Id\"", "\"other\"", "\"\"");
        var field = Gen.Select(name, Blank, value, (n, b, v) => $"{b}{n}{b}:{b}{v}{b}");
        return field.Array[0, 6].Select(f => "{" + string.Join(",", f) + "}");
    }

    private static JsonFields Read(string json)
    {
        var fields = new JsonFields(new FieldNames(Names), new Utf8Pool());
        Assert.True(fields.Read(Encoding.UTF8.GetBytes(json)));
        return fields;
    }

    private static bool TryRead(byte[] json) => new JsonFields(new FieldNames(Names), new Utf8Pool()).Read(json);

    /// <summary>The first field of that name; null when there is none.</summary>
    private static JsonElement? Find(JsonElement element, string name)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (property.NameEquals(name))
                return property.Value;
        }
        return null;
    }

    private static void Compare(JsonFields fields, Field field, JsonElement? element)
    {
        var kind = element?.ValueKind ?? JsonValueKind.Undefined;
        var text = kind switch
        {
            JsonValueKind.String => element!.Value.GetString()!.Trim() is { Length: > 0 } trimmed ? trimmed : null,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element!.Value.GetRawText(),
            _ => null,
        };
        long? number = kind is JsonValueKind.Number or JsonValueKind.String && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;
        Assert.Equal(kind is not (JsonValueKind.Undefined or JsonValueKind.Null), fields.Has(field));
        Assert.Equal(kind is JsonValueKind.Object or JsonValueKind.Array, fields.IsStructure(field));
        Assert.Equal(text, fields.Text(field));
        Assert.Equal(number, fields.Number(field));
        Assert.Equal(bool.TryParse(text, out var flag) ? flag : null, fields.Flag(field));
        Assert.Equal(element?.GetRawText() ?? "", Encoding.UTF8.GetString(fields.Json(field).Span));
    }
}
