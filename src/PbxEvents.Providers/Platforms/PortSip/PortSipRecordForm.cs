using System.Globalization;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>
/// How a window of call records is asked for (history/portsip-history.md section 1). Which of the forms a PBX obeys is not stated, so they
/// are tried on a row that is known to be there. Immutable.
/// </summary>
/// <param name="Field">The time it goes by; null when all rows are read, newest first.</param>
/// <param name="Prefix">What stands before the options' names.</param>
internal sealed record PortSipRecordForm(string? Field, string Prefix)
{
    /// <summary>All rows, newest first.</summary>
    public static readonly PortSipRecordForm Unfiltered = new(null, "");

    private static readonly TimeSpan WholeSecond = TimeSpan.FromSeconds(1);

    /// <summary>Those with a filter, best first.</summary>
    public static IReadOnlyList<PortSipRecordForm> Filtered { get; } =
        [new("ended_at", ""), new("ended_at", "$"), new("started_at", ""), new("started_at", "$")];

    /// <summary>The query for a window.</summary>
    public string Query(string path, DateTimeOffset from, DateTimeOffset to) => Field is null
        ? $"{path}?orderby={Uri.EscapeDataString("started_at desc")}"
        : $"{path}?{Prefix}filter={Uri.EscapeDataString($"{Field} ge '{Text(from)}' and {Field} lt '{Text(to)}'")}"
            + $"&{Prefix}orderby={Uri.EscapeDataString($"{Field} asc")}";

    /// <summary>The time of a row that the window goes by; null when it has none yet.</summary>
    public DateTimeOffset? TimeOf(PortSipRow row) => Field == "ended_at" ? row.EndedAt : row.StartedAt;

    /// <summary>True when a row may be in the window: its ends are sent as whole seconds.</summary>
    public bool Takes(PortSipRow row, DateTimeOffset from, DateTimeOffset to) =>
        TimeOf(row) is not { } time || (from - WholeSecond <= time && time <= to + WholeSecond);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
