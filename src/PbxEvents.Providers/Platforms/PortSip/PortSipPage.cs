using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>A page of a list: <c>items</c>, and in <c>count</c> how many there are on all pages (history/portsip-history.md section 1). Immutable.</summary>
/// <param name="Rows">Its rows, each as its own JSON.</param>
/// <param name="Count">How many rows there are in all; null when it does not say.</param>
internal sealed record PortSipPage(IReadOnlyList<ReadOnlyMemory<byte>> Rows, long? Count)
{
    /// <summary>The most that is given at a time.</summary>
    public const int Size = 100;

    private static readonly FieldNames Names = new();
    private static readonly Field CountField = Names.Add("count"), ItemsField = Names.Add("items");

    /// <summary>The path of a page.</summary>
    /// <param name="path">Path and query of the list.</param>
    /// <param name="skip">How many rows came before it.</param>
    public static string Query(string path, int skip) => FormattableString.Invariant($"{path}{(path.Contains('?') ? '&' : '?')}top={Size}&skip={skip}");

    /// <summary>Reads a page.</summary>
    /// <returns>Null when it is none.</returns>
    public static PortSipPage? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var fields = new JsonFields(Names, new Utf8Pool());
            if (!fields.Read(body))
                return null;
            var count = fields.Number(CountField);
            if (!fields.Has(ItemsField))
                return count == 0 ? new PortSipPage([], 0) : null;
            var items = fields.Json(ItemsField);
            return items.Span[0] == (byte)'[' ? new PortSipPage(Split(items), count) : null;
        }
        catch (Exception e) when (PlatformSession.IsUnreadable(e))
        {
            return null;
        }
    }

    /// <summary>True when rows come after those that were read.</summary>
    /// <param name="read">How many rows were read, with those of this page.</param>
    public bool HasMore(int read) => Rows.Count > 0 && (Count is { } all ? read < all : Rows.Count >= Size);

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> array)
    {
        var rows = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(array.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            rows.Add(array[start..(int)reader.BytesConsumed]);
        }
        return rows;
    }
}
