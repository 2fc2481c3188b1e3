using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The events of portsip.md section 4, from the embedded catalogue. Immutable.</summary>
internal sealed class PortSipCatalogue
{
    private static readonly Lazy<PortSipCatalogue> Loaded = new(() => new PortSipCatalogue());
    private readonly Dictionary<string, PbxEventType> _byName = new(StringComparer.OrdinalIgnoreCase);

    private PortSipCatalogue()
    {
        using var document = Catalogue.Open("portsip-events.json");
        Events = document.RootElement.EnumerateArray().Select(ReadRow).ToArray();

        // Two names have two rows, one for each dialect's fields; category and meaning are the same.
        foreach (var row in Events)
            _byName.TryAdd(row.Name, row);
    }

    public static PortSipCatalogue Instance => Loaded.Value;

    public IReadOnlyList<PbxEventType> Events { get; }

    /// <summary>The row of an event; null when the catalogue does not have it.</summary>
    public PbxEventType? Find(string name) => _byName.GetValueOrDefault(name);

    private static PbxEventType ReadRow(JsonElement row)
    {
        var name = row.GetProperty("event").GetString()!;
        var (topic, remark) = ReadTopic(row.GetProperty("type").GetString()!);
        var category = Categorize(name);
        var note = string.Join(". ", new[] { $"Versions: {Catalogue.Text(row, "versions")}", remark, $"Known from: {Catalogue.Text(row, "source")}" }
            .Where(t => t is not null));
        return new PbxEventType("PortSIP", topic, name, category, Catalogue.Text(row, "description") ?? "")
        {
            Permission = Catalogue.Text(row, "permission"),
            Subscription = PortSipTopics.All.Contains(topic) ? PortSipTopics.TypeOf(category) : null,
            IsOffered = PortSipTopics.All.Contains(topic),
            Fields = Catalogue.ReadFields(row),
            Note = note,
        };
    }

    private static (string Topic, string? Remark) ReadTopic(string type) => type switch
    {
        // Documented for webhooks; the only topic that could bring them here is the one of the records (section 4.3).
        "webhook (maybe cdr_events)" => (PortSipTopics.Records, "Documented for webhooks; not confirmed here"),
        _ when type.EndsWith(" (legacy)", StringComparison.Ordinal) => (type[..^" (legacy)".Length], "Legacy"),
        _ => (type, null),
    };

    private static PbxCategory Categorize(string name) => name switch
    {
        "extension_register" or "extension_status" or "trunk_connected" or "trunk_disconnected" => PbxCategory.Registration,
        "extension_presence" => PbxCategory.Presence,
        "extension_agent_status" or "queue_agent_status" or "queue_member_state" => PbxCategory.Agent,
        "call_cdr" => PbxCategory.Cdr,
        "queue_status" or "queue_caller_status" or "queue_sla_breached" => PbxCategory.Queue,
        "queue_created" or "queue_updated" or "queue_destroy" => PbxCategory.Config,
        "extension_created" or "extension_updated" or "extension_destroyed" => PbxCategory.Config,
        _ => PbxCategory.Call,
    };
}
