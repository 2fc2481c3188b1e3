using System.Globalization;

namespace PbxEvents;

/// <summary>
/// How many calls there were and how they went: of all, or of those that have a queue, an hour, an extension or a day in common. Calls that go
/// on are not counted. Immutable.
/// </summary>
public sealed record PbxCallFigures
{
    /// <summary>By what the calls are told apart; empty for all calls together.</summary>
    public required IReadOnlyList<PbxCallGrouping> By { get; init; }

    /// <summary>The day on which the calls began, by this machine's clock; null when they are not told apart by it.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The beginning of the hour in which the calls began, by this machine's clock; null when they are not told apart by it.</summary>
    public DateTimeOffset? Hour { get; init; }

    /// <summary>The queue; null for calls that came through none, and when they are not told apart by it.</summary>
    public string? Queue { get; init; }

    /// <summary>The name of <see cref="Queue"/>; null when nobody told it.</summary>
    public string? QueueName { get; init; }

    /// <summary>The extension; null for calls that are about none, and when they are not told apart by it.</summary>
    public string? Extension { get; init; }

    /// <summary>The name of <see cref="Extension"/>; null when nobody told it.</summary>
    public string? ExtensionName { get; init; }

    /// <summary>How many ended calls there were, in, out and within the house.</summary>
    public required long Calls { get; init; }

    /// <summary>How many of them came from outside. All that follows but <see cref="Outbound"/>, <see cref="Internal"/> and <see cref="TalkTime"/> is of these.</summary>
    public required long Inbound { get; init; }

    /// <summary>How many of them went outside.</summary>
    public required long Outbound { get; init; }

    /// <summary>How many of them were between extensions.</summary>
    public required long Internal { get; init; }

    /// <summary>Inbound calls that a person answered.</summary>
    public required long Answered { get; init; }

    /// <summary>Inbound calls that reached nobody, whatever the platform calls it: missed, abandoned, busy, rejected, voicemail, failed.</summary>
    public required long Unreached { get; init; }

    /// <summary>Inbound calls of which too much was not seen to say how they went.</summary>
    public required long Unknown { get; init; }

    /// <summary>Inbound calls that a person answered within the time that was asked for.</summary>
    public required long AnsweredInTime { get; init; }

    /// <summary>
    /// The service level in percent: <see cref="AnsweredInTime"/> of all inbound calls of which is known how long they waited and how they
    /// went, those that reached nobody included. Null when there are none.
    /// </summary>
    public required double? ServiceLevel { get; init; }

    /// <summary>
    /// The longest time from an inbound call's beginning to a person's answer, or to its end when it reached nobody, a message for voicemail
    /// included. Null when there are none.
    /// </summary>
    public required TimeSpan? LongestWait { get; init; }

    /// <summary>The average of such times; null when there are none.</summary>
    public required TimeSpan? AverageWait { get; init; }

    /// <summary>How long people talked in all these calls together.</summary>
    public required TimeSpan TalkTime { get; init; }

    /// <summary>What these calls have in common, for people.</summary>
    public string Name => By.Count == 0 ? "All calls" : string.Join(", ", Parts());

    /// <summary>The figures in one line.</summary>
    /// <returns>Text for a log.</returns>
    public override string ToString() => $"{Name}: {Calls} calls, {Answered} answered, {Unreached} unreached";

    private IEnumerable<string> Parts()
    {
        if (Day is { } day)
            yield return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        // Where a clock is put back an hour comes twice, and only its distance to UTC tells which it is.
        if (Hour is { } hour)
            yield return hour.ToString(TimeZoneInfo.Local.IsAmbiguousTime(hour.DateTime) ? "yyyy-MM-dd HH:mm zzz" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        if (By.Contains(PbxCallGrouping.Queue))
            yield return Queue is null ? "no queue" : QueueName is { } name ? $"{Queue} {name}" : Queue;
        if (By.Contains(PbxCallGrouping.Extension))
            yield return Extension is null ? "no extension" : ExtensionName is { } name ? $"{Extension} {name}" : Extension;
    }
}
