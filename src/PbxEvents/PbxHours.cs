using System.Globalization;

namespace PbxEvents;

/// <summary>
/// The hours of a schedule's day, such as <c>08:00-12:00</c>: from the first minute on, up to the last but without it. An end that is not
/// after the beginning is on the next day. Immutable.
/// </summary>
public sealed record PbxHours
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Reads hours.</summary>
    /// <param name="text">Two times of day with a hyphen between them: <c>8-17</c>, <c>08:00-12:30</c>, <c>22:00-06:00</c>, <c>00:00-24:00</c>.</param>
    /// <exception cref="FormatException">It is something else, or no time at all.</exception>
    public PbxHours(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('-', '\u2013');
        if (parts.Length != 2 || Parse(parts[0]) is not { } from || Parse(parts[1]) is not { } to || from == Day)
            throw new FormatException($"'{VisibleText.OfValue(text)}' is not a range of hours. Give two times of day, such as 08:00-12:00.");
        if (from == to)
            throw new FormatException($"'{VisibleText.OfValue(text)}' starts and ends at the same time. For the whole day give 00:00-24:00.");
        From = from;
        To = to == TimeSpan.Zero ? Day : to;
    }

    /// <summary>The time of day at which it opens.</summary>
    public TimeSpan From { get; }

    /// <summary>The time of day at which it closes; 24 hours for midnight.</summary>
    public TimeSpan To { get; }

    /// <summary>True when it closes on the day after it opened.</summary>
    public bool IsOverMidnight => To < From;

    /// <summary>Every hour of the day.</summary>
    internal static PbxHours AllDay { get; } = new("00:00-24:00");

    /// <summary>The hours.</summary>
    /// <returns>Such as <c>08:00-12:00</c>.</returns>
    public override string ToString() => $"{Say(From)}-{Say(To)}";

    /// <summary>True for a time of the day on which it opens.</summary>
    internal bool HasOnItsDay(TimeSpan time) => time >= From && (IsOverMidnight || time < To);

    /// <summary>True for a time of the day after that.</summary>
    internal bool HasOnNextDay(TimeSpan time) => IsOverMidnight && time < To;

    private static TimeSpan? Parse(string text)
    {
        var parts = text.Trim().Split(':', '.');
        if (parts.Length > 2 || !TryNumber(parts[0], 24, out var hours) || !TryNumber(parts.Length == 2 ? parts[1] : "0", 59, out var minutes))
            return null;
        var time = new TimeSpan(hours, minutes, 0);
        return time > Day ? null : time;
    }

    private static bool TryNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.Length <= 2 && number <= most;

    private static string Say(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}");
}
