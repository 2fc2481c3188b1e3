using System.Buffers;
using System.Globalization;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>
/// How a firmware wants the times of a search: newer ones in seconds since 1970, older ones as the PBX shows them to people
/// (history/yeastar-history.md sections 1 and 7). Immutable.
/// </summary>
internal sealed record YeastarTimeForm
{
    public static readonly YeastarTimeForm Unix = new();

    private static readonly SearchValues<char> DateCharacters = SearchValues.Create("yMd/-. ");
    private static readonly TimeSpan LargestOffset = TimeSpan.FromHours(14);

    private string? Format { get; init; }

    private TimeSpan Offset { get; init; }

    /// <summary>
    /// A text is in a zone of which only today's distance to UTC is known; in summer it may be another. So much more is asked for on
    /// either side.
    /// </summary>
    public TimeSpan Margin => Format is null ? TimeSpan.Zero : TimeSpan.FromHours(1);

    /// <summary>The form in which the PBX shows times.</summary>
    /// <param name="dateFormat">Its <c>system_date_format</c>, such as <c>DD/MM/YYYY</c>; null when it does not say.</param>
    /// <param name="timeFormat">Its <c>system_time_format</c>, such as <c>hh:mm:ss PM</c>; null when it does not say.</param>
    /// <param name="shown">The time at it, as it shows it; null when it does not say.</param>
    /// <param name="now">The time at it.</param>
    /// <param name="zone">Its zone, as the user says.</param>
    public static YeastarTimeForm Shown(string? dateFormat, string? timeFormat, string? shown, DateTimeOffset now, TimeZoneInfo zone)
    {
        var date = dateFormat?.Replace('Y', 'y').Replace('D', 'd');

        // The format goes into a program's format string: only what is a date's may.
        if (date is null || date.AsSpan().ContainsAnyExcept(DateCharacters))
            date = "yyyy-MM-dd";
        var format = $"{date.Replace("/", "'/'", StringComparison.Ordinal)} {(IsHalfDay(timeFormat) ? "hh':'mm':'ss tt" : "HH':'mm':'ss")}";
        var offset = zone.GetUtcOffset(now);
        if (DateTime.TryParseExact(shown, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            // Zones differ by quarters of an hour; the rest is the time between two readings of a clock.
            var measured = TimeSpan.FromMinutes(Math.Round((local - now.UtcDateTime).TotalMinutes / 15) * 15);
            offset = measured.Duration() <= LargestOffset ? measured : offset;
        }
        return new YeastarTimeForm { Format = format, Offset = offset };
    }

    /// <summary>A time as the PBX wants it.</summary>
    public string Write(DateTimeOffset time) => Format is null
        ? time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
        : time.ToOffset(Offset).ToString(Format, CultureInfo.InvariantCulture);

    private static bool IsHalfDay(string? format) => format is not null
        && (format.Contains("12", StringComparison.Ordinal) || format.Contains("tt", StringComparison.Ordinal)
            || format.Contains("AM", StringComparison.OrdinalIgnoreCase) || format.Contains("PM", StringComparison.OrdinalIgnoreCase));
}
