using System.Globalization;

namespace PbxEvents.Benchmarks.Report;

/// <summary>Figures for people to read.</summary>
internal static class Figures
{
    public static string Rate(double perSecond) => double.IsNaN(perSecond) ? "-" : perSecond.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Times(double ratio) => double.IsNaN(ratio) ? "-" : Short(ratio) + " x";

    public static string Micro(double microseconds) => double.IsNaN(microseconds) ? "-" : $"{Short(microseconds)} us";

    public static string Milli(double milliseconds) => double.IsNaN(milliseconds) ? "-" : $"{Short(milliseconds)} ms";

    public static string Bytes(double bytes) => double.IsNaN(bytes) ? "-" : $"{bytes.ToString("#,0", CultureInfo.InvariantCulture)} B";

    public static string Mega(double bytes) => $"{Short(bytes / 1e6)} MB";

    public static string Kilo(double bytes) => $"{Short(bytes / 1e3)} kB";

    public static string Percent(double share) => $"{(share * 100).ToString("0.00", CultureInfo.InvariantCulture)} %";

    private static string Short(double value) => value.ToString(Math.Abs(value) >= 100 ? "#,0" : Math.Abs(value) >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
