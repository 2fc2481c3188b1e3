using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>The 269 events of telecomx.md section 12, from the embedded catalogue. Immutable.</summary>
internal sealed class TelecomXCatalogue
{
    private static readonly Lazy<TelecomXCatalogue> Loaded = new(() => new TelecomXCatalogue());
    private readonly Dictionary<string, PbxEventType> _byName = new(StringComparer.OrdinalIgnoreCase);

    private TelecomXCatalogue()
    {
        using var document = Catalogue.Open("telecomx-events.json");
        Events = document.RootElement.EnumerateArray().Select(ReadRow).ToArray();

        // REGISTER and ERROR are names of one type only, so the name alone finds the row.
        foreach (var row in Events)
            _byName.TryAdd(row.Name, row);
    }

    public static TelecomXCatalogue Instance => Loaded.Value;

    public IReadOnlyList<PbxEventType> Events { get; }

    /// <summary>The row of an event; null when the catalogue does not have it.</summary>
    public PbxEventType? Find(string name) => _byName.GetValueOrDefault(name);

    private static PbxEventType ReadRow(JsonElement row)
    {
        var topic = row.GetProperty("type").GetString()!;
        var name = row.GetProperty("event").GetString()!;
        var group = Catalogue.Text(row, "group");
        var category = Categorize(topic, group, name);

        // Section 10: TRUNK and REDIS are documented, but no channel for them is.
        var isOffered = TelecomXTopics.All.Contains(topic);
        return new PbxEventType("TelecomX", topic, name, category, Catalogue.Text(row, "description") ?? "")
        {
            Group = group,
            Permission = Catalogue.Text(row, "permission"),
            Subscription = TelecomXTopics.TypeOf(topic, category),
            Fields = Catalogue.ReadFields(row),
            IsOffered = isOffered,
            Note = isOffered ? Catalogue.Text(row, "note") : $"The platform names no channel that brings {topic} events.",
        };
    }

    private static PbxCategory Categorize(string topic, string? group, string name) => (topic, group) switch
    {
        ("PBX", _) when name == "EMPLOYEE_PRESENCE_CHANGED" => PbxCategory.Presence,
        ("PBX", _) when name.StartsWith("QUEUE_MEMBER_", StringComparison.Ordinal) => PbxCategory.Agent,
        ("PBX", _) when name is "QUEUE_UPDATED" or "QUEUE_DELETED" or "VARIABLE" or "SWITCH" => PbxCategory.Config,
        ("PBX", _) when name == "QUEUE_MASTER" => PbxCategory.System,
        ("PBX", _) when name == "SIP_PHONE_HOST" => PbxCategory.Registration,
        ("PBX", _) when name.StartsWith("PERSONAL_QUEUE_", StringComparison.Ordinal) => PbxCategory.Queue,
        ("PBX", "Calls" or "Variables") => PbxCategory.Call,
        ("PBX", "Conference") => PbxCategory.Conference,
        ("PBX", "Call recording") => PbxCategory.Recording,
        ("PBX", "Queue") => PbxCategory.Queue,
        ("PBX", "Voicemail") => PbxCategory.Voicemail,
        ("PBX", _) => PbxCategory.Config,
        ("CALL", _) => PbxCategory.Call,
        ("REGISTER", _) => PbxCategory.Registration,
        ("TRUNK" or "REDIS", _) => PbxCategory.System,
        (_, "Job") => PbxCategory.System,
        _ when name.StartsWith("SBC_PEER_HOST_", StringComparison.Ordinal) => PbxCategory.System,
        _ => PbxCategory.Config,
    };
}
