using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>What the platform says of its subscription, to a change as to a question (ringcentral.md section 5.2). Immutable.</summary>
/// <param name="Id">Its id; null when it does not say.</param>
/// <param name="IsActive">False when it has ended.</param>
/// <param name="ActiveFilters">How many filters it has; null when it does not say.</param>
/// <param name="Disabled">The filters that it has not switched on, and why.</param>
internal sealed record SubscriptionAnswer(
    string? Id, bool IsActive, int? ActiveFilters, IReadOnlyList<(string Filter, string? Why)> Disabled)
{
    /// <summary>An answer that says nothing.</summary>
    public static readonly SubscriptionAnswer None = new(null, true, null, []);

    /// <summary>Reads the body of a reply.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static SubscriptionAnswer Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return None;
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return None;
        return new SubscriptionAnswer(
            JsonMember.Text(root, "id"),
            JsonMember.Text(root, "status")?.Equals("Active", StringComparison.OrdinalIgnoreCase) ?? true,
            root.TryGetProperty("eventFilters", out var filters) && filters.ValueKind == JsonValueKind.Array ? filters.GetArrayLength() : null,
            [.. ReadDisabled(root)]);
    }

    private static IEnumerable<(string Filter, string? Why)> ReadDisabled(JsonElement root)
    {
        if (!root.TryGetProperty("disabledFilters", out var list) || list.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && JsonMember.Text(item, "filter") is { } filter)
                yield return (filter, JsonMember.Text(item, "message") ?? JsonMember.Text(item, "reason"));
        }
    }
}
