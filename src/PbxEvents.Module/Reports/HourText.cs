using System.Globalization;

namespace PbxEvents.Module.Reports;

/// <summary>Hours in words.</summary>
/// <param name="zone">Whose clock they are told by.</param>
internal sealed class HourText(TimeZoneInfo zone)
{
    /// <summary>The hour with its day. An hour that comes twice has its distance to UTC beside it.</summary>
    public string Long(DateTimeOffset hour) => hour.ToString("yyyy-MM-dd ", CultureInfo.InvariantCulture) + Short(hour);

    /// <summary>The hour alone.</summary>
    public string Short(DateTimeOffset hour) =>
        hour.ToString(zone.IsAmbiguousTime(hour.DateTime) ? "HH:mm zzz" : "HH:mm", CultureInfo.InvariantCulture);
}
