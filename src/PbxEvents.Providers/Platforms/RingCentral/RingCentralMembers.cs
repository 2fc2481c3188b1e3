using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// The members of a queue and whether they take its calls: <c>records[] {member.id, acceptCurrentQueueCalls}</c>
/// (ringcentral.md section 7). The platform tells of changes only; no list is complete.
/// </summary>
internal static class RingCentralMembers
{
    /// <summary>Reads the body of a notification.</summary>
    /// <returns>Null when it names no member.</returns>
    public static QueueUpdate? Read(string? queue, ReadOnlyMemory<byte> body)
    {
        if (queue is null || body.IsEmpty)
            return null;
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array)
        {
            return null;
        }
        var update = new QueueUpdate(queue);
        foreach (var record in records.EnumerateArray())
        {
            if (ReadMember(record) is { } agent)
                update.Agents.Add(agent);
        }
        return update.Agents.Count == 0 ? null : update;
    }

    private static PbxQueueAgent? ReadMember(JsonElement record)
    {
        if (record.ValueKind != JsonValueKind.Object || !record.TryGetProperty("member", out var member)
            || member.ValueKind != JsonValueKind.Object || !member.TryGetProperty("id", out var id)
            || id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
        {
            return null;
        }
        var state = record.TryGetProperty("acceptCurrentQueueCalls", out var accepts)
            ? accepts.ValueKind switch
            {
                JsonValueKind.True => "Accepting",
                JsonValueKind.False => "NotAccepting",
                _ => null,
            }
            : null;
        return new PbxQueueAgent { Extension = id.ToString(), State = state, Since = default };
    }
}
