using System.Globalization;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>The PBX's times: local, without a zone (yeastar.md section 5.3). Immutable.</summary>
/// <param name="zone">The PBX's zone.</param>
internal sealed class YeastarTimes(TimeZoneInfo zone)
{
    private static readonly string[] Formats = ["yyyy-MM-dd HH:mm:ss", "yyyy/MM/dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss"];

    /// <summary>The moment a text means, or a number of seconds since 1970; null when it is neither.</summary>
    public DateTimeOffset? Read(string? text)
    {
        if (text is null)
            return null;
        if (DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            && local.Year is > 1970 and < 9999)
        {
            return new DateTimeOffset(local, zone.GetUtcOffset(local));
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 100_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}
