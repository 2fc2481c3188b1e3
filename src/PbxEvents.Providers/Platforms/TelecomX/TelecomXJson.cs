using System.Globalization;
using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>Members of the REST answers, whose exact form is in part not published (history/telecomx-history.md sections 1 and 3).</summary>
internal static class TelecomXJson
{
    /// <summary>A member's text, of a number as well; null when it is missing, blank, or nothing of the kind.</summary>
    public static string? Text(JsonElement row, string name) => JsonMember.TextOrNumber(row, name)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A member's time, which is in UTC (section 7); null when it tells none.</summary>
    public static DateTimeOffset? Time(JsonElement row, string name) =>
        Text(row, name) is { Length: > 9 } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            && time.Year is > 1970 and < 9000
            ? time : null;

    /// <summary>True for a member that is true, also as text.</summary>
    public static bool Flag(JsonElement row, string name) => JsonMember.Part(row, name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => string.Equals(JsonMember.Text(row, name), "true", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>
    /// The rows of an answer: a bare array, or the one list of an object, as the queue calls have it (section 1).
    /// </summary>
    /// <returns>The rows; null when there is no list.</returns>
    public static IReadOnlyList<JsonElement>? Rows(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                var lists = root.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Array).ToArray();
                if (lists.Length != 1)
                    return null;
                root = lists[0].Value;
            }
            return root.ValueKind == JsonValueKind.Array ? [.. root.Clone().EnumerateArray()] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What makes two forms of a number the same: its last eight digits (section 4); null when it has none.</summary>
    public static string? Tail(string? number)
    {
        if (number is null)
            return null;
        var digits = string.Concat(number.Where(char.IsAsciiDigit));
        return digits.Length == 0 ? null : digits[^Math.Min(8, digits.Length)..];
    }
}
