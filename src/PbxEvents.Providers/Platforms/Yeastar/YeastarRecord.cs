using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>One record of a call (event 30012, yeastar.md section 5.3): of all of it, or of one stage. Immutable.</summary>
internal sealed record YeastarRecord
{
    /// <summary>What stands before the number of a service that no person answers (history/yeastar-history.md section 3).</summary>
    private static readonly string[] Services = ["IVR ", "Queue ", "Conference ", "Voicemail ", "Paging ", "Call Flow ", "Satisfaction Survey"];

    public PbxDirection Direction { get; init; }

    /// <summary>In capitals; empty when it is missing.</summary>
    public string Status { get; init; } = "";

    public SipAddress From { get; init; }

    /// <summary>True when a word stands in place of the calling number, by which the caller hides it.</summary>
    public bool IsFromHidden { get; init; }

    public SipAddress To { get; init; }

    /// <summary>The called number as it was dialled from outside; null when it is missing.</summary>
    public string? Did { get; init; }

    public string? Recording { get; init; }

    /// <summary>By the clock of the PBX; null when it cannot be read.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Null when it is missing.</summary>
    public TimeSpan? TalkTime { get; init; }

    /// <summary>When it came, by our clock.</summary>
    public DateTimeOffset ArrivedAt { get; init; }

    /// <summary>By the clock of the PBX; null when it cannot be read.</summary>
    public DateTimeOffset? EndedAt => StartedAt + Duration;

    public bool IsAnswered => Status == "ANSWERED";

    public bool IsUnanswered => Status is "NO ANSWER" or "NO ANSWERED" or "ABANDONED" or "BUSY" or "FAILED";

    /// <summary>True when it says by itself that a menu, a queue or another service was called.</summary>
    public bool IsOfService => To.Name is { } name
        ? Array.Exists(Services, s => $"{name} ".StartsWith(s, StringComparison.OrdinalIgnoreCase))
        : To.Number?.StartsWith("Satisfaction Survey", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>A ring group does not answer by itself: when it did, a person has.</summary>
    public bool IsOfGroup => To.Name?.StartsWith("RingGroup", StringComparison.OrdinalIgnoreCase) == true;

    public bool IsOfQueue => To.Name?.StartsWith("Queue", StringComparison.OrdinalIgnoreCase) == true;

    public bool IsOfVoicemail => Status == "VOICEMAIL" || To.Name?.StartsWith("Voicemail", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Reads the record at hand.</summary>
    public static YeastarRecord Read(JsonFields fields, YeastarTimes times, DateTimeOffset now) => new()
    {
        Direction = ReadDirection(fields.Text(YeastarFields.Type)),
        Status = fields.Text(YeastarFields.Status)?.ToUpperInvariant() ?? "",
        From = SipAddress.Read(fields.Text(YeastarFields.CallFrom)),
        IsFromHidden = SipAddress.IsHidden(fields.Text(YeastarFields.CallFrom)),
        To = SipAddress.Read(fields.Text(YeastarFields.CallTo)),
        Did = fields.Text(YeastarFields.DidNumber),
        Recording = fields.Text(YeastarFields.Recording),
        StartedAt = times.Read(fields.Text(YeastarFields.TimeStart)),
        Duration = fields.Seconds(YeastarFields.CallDuration) ?? TimeSpan.Zero,
        TalkTime = fields.Seconds(YeastarFields.TalkDuration),
        ArrivedAt = now,
    };

    /// <summary>
    /// What is the same of the same record. The stages of a call have one <c>uid</c> (history/yeastar-history.md sections 3 and 4), so
    /// it alone does not tell a double.
    /// </summary>
    public static string KeyOf(JsonFields fields) =>
        $"{fields.Text(YeastarFields.CallId)}|{fields.Text(YeastarFields.Uid)}|"
        + $"{fields.Text(YeastarFields.CallFrom)}|{fields.Text(YeastarFields.CallTo)}|{fields.Text(YeastarFields.TimeStart)}|"
        + $"{fields.Number(YeastarFields.CallDuration)}|{fields.Number(YeastarFields.TalkDuration)}|"
        + $"{fields.Text(YeastarFields.Status)}|{fields.Text(YeastarFields.Type)}";

    /// <summary>The word for a direction.</summary>
    public static PbxDirection ReadDirection(string? type) => type?.ToUpperInvariant() switch
    {
        "INBOUND" => PbxDirection.Inbound,
        "OUTBOUND" => PbxDirection.Outbound,
        "INTERNAL" => PbxDirection.Internal,
        _ => PbxDirection.Unknown,
    };
}
