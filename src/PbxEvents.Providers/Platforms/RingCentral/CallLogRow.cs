using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>One record of the call log with its legs (history/ringcentral-history.md section 3). Immutable.</summary>
internal sealed class CallLogRow
{
    /// <summary>A record has a handful of legs; a server that sends more must not fill the memory.</summary>
    private const int MaxLegs = 200;

    private CallLogRow(JsonElement json, CallLogPart head)
    {
        Json = json.GetRawText();
        Head = head;
        Id = JsonMember.TextOrNumber(json, "id") ?? Json;
        ModifiedAt = CallLogPart.Time(json, "lastModifiedTime");
        IsDeleted = json.TryGetProperty("deleted", out var deleted) && deleted.ValueKind == JsonValueKind.True;
        IsFax = string.Equals(JsonMember.TextOrNumber(json, "type"), "Fax", StringComparison.OrdinalIgnoreCase);
        Legs = json.TryGetProperty("legs", out var legs) && legs.ValueKind == JsonValueKind.Array
            ? [.. legs.EnumerateArray().Where(l => l.ValueKind == JsonValueKind.Object).Take(MaxLegs).Select(CallLogPart.Read)]
            : [];
    }

    /// <summary>The record as it came.</summary>
    public string Json { get; }

    /// <summary>What tells it from others of the same view; in another view the same record has another one (section 3).</summary>
    public string Id { get; }

    /// <summary>The record's own fields.</summary>
    public CallLogPart Head { get; }

    public IReadOnlyList<CallLogPart> Legs { get; }

    /// <summary>When it was last changed; null when it does not tell.</summary>
    public DateTimeOffset? ModifiedAt { get; }

    public bool IsDeleted { get; }

    public bool IsFax { get; }

    public DateTimeOffset StartedAt => Head.StartedAt!.Value;

    /// <summary>When it ended; of a record without a duration, when its last leg did.</summary>
    public DateTimeOffset EndedAt => Head.EndedAt ?? Legs.Max(l => l.EndedAt) ?? StartedAt;

    /// <summary>The call's id; null when the record does not name it (section 4, point 4).</summary>
    public string? TelephonySessionId => Head.TelephonySessionId ?? Legs.FirstOrDefault(l => l.TelephonySessionId is not null)?.TelephonySessionId;

    public string? SessionId => Head.SessionId ?? Legs.FirstOrDefault(l => l.SessionId is not null)?.SessionId;

    /// <summary>True while the call goes on.</summary>
    public bool IsInProgress => Head.Result == "in progress";

    /// <summary>Reads a record.</summary>
    /// <param name="json">The record, whatever it is.</param>
    /// <param name="problem">Why it cannot be read; null when it can.</param>
    /// <returns>The record; null when it cannot be read.</returns>
    public static CallLogRow? Read(JsonElement json, out string? problem)
    {
        problem = "it is no object";
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var row = new CallLogRow(json, CallLogPart.Read(json));

        // What was deleted says no more than that.
        problem = row.IsDeleted || row.IsFax ? null
            : row.TelephonySessionId is null && row.SessionId is null ? "it has no call id"
            : row.Head.StartedAt is null ? "it does not tell when it began"
            : null;
        return problem is null ? row : null;
    }
}
