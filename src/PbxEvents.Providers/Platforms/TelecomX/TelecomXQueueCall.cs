using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>A call's stay in a queue (history/telecomx-history.md section 3). Immutable.</summary>
/// <param name="row">The row.</param>
/// <param name="queue">The queue that was asked about.</param>
/// <param name="enteredAt">When it came in.</param>
internal sealed class TelecomXQueueCall(JsonElement row, string queue, DateTimeOffset enteredAt)
{
    /// <summary>The row as it came.</summary>
    public string Json { get; } = row.GetRawText();

    public string Queue => queue;

    public DateTimeOffset EnteredAt => enteredAt;

    /// <summary>The SIP Call-ID of the caller.</summary>
    public string? CallId { get; } = TelecomXJson.Text(row, "callId");

    /// <summary>The caller's number.</summary>
    public string? Number { get; } = SipAddress.NumberOf(TelecomXJson.Text(row, "aNumber"));

    /// <summary>When an agent answered.</summary>
    public DateTimeOffset? AnsweredAt { get; } = TelecomXJson.Time(row, "answered");

    public string? AnsweredByExtension { get; } = TelecomXJson.Text(row, "answeredByExtension");

    public string? AnsweredByNumber { get; } = TelecomXJson.Text(row, "answeredByNumber");

    /// <summary>How the stay ended; events write TIMED_OUT for the TIMEOUT of rows (section 3).</summary>
    public string? Status { get; } = TelecomXJson.Text(row, "status")?.ToUpperInvariant();

    /// <summary>An agent answered.</summary>
    public bool IsAnswered => Status == "ANSWERED";

    /// <summary>Reads a row; null when it does not tell when the call came in.</summary>
    /// <param name="row">The row.</param>
    /// <param name="queue">The queue that was asked about.</param>
    public static TelecomXQueueCall? Read(JsonElement row, string queue) =>
        TelecomXJson.Time(row, "entered") is { } entered ? new TelecomXQueueCall(row, TelecomXJson.Text(row, "queue") ?? queue, entered) : null;
}
