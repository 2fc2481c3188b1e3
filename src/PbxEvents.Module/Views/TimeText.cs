using System.Globalization;

namespace PbxEvents.Module.Views;

/// <summary>Times as people say them.</summary>
internal static class TimeText
{
    /// <summary>How long ago: <c>now</c>, <c>12 s ago</c>, <c>3 min ago</c>. A moment in the future, by a clock that is fast, is now.</summary>
    public static string Ago(TimeSpan age) => age.TotalSeconds < 1 ? "now" : $"{About(age)} ago";

    /// <summary>About how long: <c>12 s</c>, <c>3 min</c>, <c>5 h</c>, <c>2 d</c>.</summary>
    public static string About(TimeSpan time) => time switch
    {
        { TotalSeconds: < 90 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Floor(time.TotalSeconds))} s"),
        { TotalMinutes: < 90 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalMinutes)} min"),
        { TotalHours: < 36 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours)} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalDays)} d"),
    };

    /// <summary>A duration to the second: <c>0:07</c>, <c>12:30</c>, <c>1:02:03</c>.</summary>
    public static string Clock(TimeSpan time)
    {
        if (time < TimeSpan.Zero)
            time = TimeSpan.Zero;
        var hours = (long)Math.Floor(time.TotalHours);
        return hours == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{hours}:{time.Minutes:00}:{time.Seconds:00}");
    }
}
