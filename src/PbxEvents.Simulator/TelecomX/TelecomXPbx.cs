using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>The simulated PBX's fixtures: ids of employees, extensions and queues, and who is a member of which queue.</summary>
/// <param name="ids">Where ids come from.</param>
/// <param name="customer">The customer.</param>
/// <param name="directory">What employees and queues are called.</param>
/// <param name="usesIds">True for 24-digit ids of extensions and queues, false for their numbers.</param>
internal sealed class TelecomXPbx(SimulatedIds ids, string customer, DirectoryBook directory, bool usesIds)
{
    /// <summary>The host that publishes the events.</summary>
    public const string Host = "pbx1.simulator";

    private static readonly string[] First = ["1001", "1002", "1003"];

    private readonly Dictionary<string, HashSet<string>> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PresenceKind> _presence = new(StringComparer.Ordinal);
    private readonly object _lock = new();

    /// <summary>The customer's id.</summary>
    public string Customer { get; } = customer;

    /// <summary>The extensions that exist from the start, and those that were added.</summary>
    public IReadOnlyList<string> Extensions => [.. First, .. directory.Added];

    /// <summary>The queues that exist from the start.</summary>
    public IReadOnlyList<string> Queues { get; } = ["4020"];

    /// <summary>True while nobody may see the directory.</summary>
    public bool RefusesDirectory => directory.IsRefused;

    /// <summary>The id of an extension's employee.</summary>
    /// <param name="extension">The extension's number.</param>
    /// <returns>The id.</returns>
    public string EmployeeOf(string extension) => ids.Hex($"employee {extension}", 24);

    /// <summary>The id of an extension.</summary>
    /// <param name="extension">Its number.</param>
    /// <returns>The id.</returns>
    public string ExtensionId(string extension) => usesIds ? ids.Hex($"extension {extension}", 24) : extension;

    /// <summary>The id of a queue.</summary>
    /// <param name="queue">Its number.</param>
    /// <returns>The id.</returns>
    public string QueueId(string queue) => usesIds ? ids.Hex($"queue {queue}", 24) : queue;

    /// <summary>The name of a queue.</summary>
    /// <param name="queue">Its number.</param>
    /// <returns>The name.</returns>
    public string QueueName(string queue) => directory.NameOf(queue, $"Queue {queue}");

    /// <summary>The name of an extension's employee.</summary>
    /// <param name="extension">The extension's number.</param>
    /// <returns>The name.</returns>
    public string EmployeeName(string extension) => directory.NameOf(extension, $"Employee {extension}");

    /// <summary>The id of a phone.</summary>
    /// <param name="extension">Its extension's number.</param>
    /// <param name="device">Which one of the extension.</param>
    /// <returns>The id.</returns>
    public string PhoneId(string extension, int device) => ids.Hex($"phone {extension} {device}", 24);

    /// <summary>The members of a queue; from the start the first two extensions.</summary>
    /// <param name="queue">Its number.</param>
    /// <returns>Their extensions.</returns>
    public IReadOnlyList<string> MembersOf(string queue)
    {
        lock (_lock)
            return [.. Members(queue).Order(StringComparer.Ordinal)];
    }

    /// <summary>Somebody joined or left a queue.</summary>
    /// <param name="queue">Its number.</param>
    /// <param name="extension">Whose extension.</param>
    /// <param name="isMember">True for joined.</param>
    public void SetMember(string queue, string extension, bool isMember)
    {
        lock (_lock)
        {
            if (isMember)
                Members(queue).Add(extension);
            else
                Members(queue).Remove(extension);
        }
    }

    /// <summary>The presence of an extension's employee.</summary>
    /// <param name="extension">The extension's number.</param>
    /// <returns>The presence; at first available.</returns>
    public PresenceKind PresenceOf(string extension)
    {
        lock (_lock)
            return _presence.GetValueOrDefault(extension);
    }

    /// <summary>The presence of an extension's employee changed.</summary>
    /// <param name="extension">The extension's number.</param>
    /// <param name="state">To what.</param>
    public void SetPresence(string extension, PresenceKind state)
    {
        lock (_lock)
            _presence[extension] = state;
    }

    /// <summary>A queue's member as the platform describes it (telecomx.md section 9).</summary>
    /// <param name="extension">The member's extension.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="withSeconds">True to tell the seconds of today too.</param>
    /// <returns>The object.</returns>
    public JsonObject Member(string extension, int priority, bool withSeconds)
    {
        var member = new JsonObject
        {
            ["_id"] = ids.Hex($"member {extension}", 24),
            ["extension"] = ExtensionId(extension),
            ["number"] = null,
            ["priority"] = priority,
            ["calls"] = 0,
            ["lastCallEnded"] = null,
            ["permanent"] = false,
        };
        if (withSeconds)
            member["seconds"] = 0;
        return member;
    }

    /// <summary>A presence as the platform describes it.</summary>
    /// <param name="state">The presence.</param>
    /// <returns>The object.</returns>
    public static JsonObject Presence(PresenceKind state) => new()
    {
        ["state"] = state switch
        {
            PresenceKind.DoNotDisturb => "DO_NOT_DISTURB",
            PresenceKind.Lunch => "LUNCH",
            _ => "AVAILABLE",
        },
        ["location"] = "",
        ["message"] = "",
        ["expire"] = null,
    };

    /// <summary>A time as the platform writes it.</summary>
    /// <param name="time">The time.</param>
    /// <returns>ISO 8601 in UTC; null for none.</returns>
    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private HashSet<string> Members(string queue)
    {
        if (!_members.TryGetValue(queue, out var members))
            _members[queue] = members = [.. First.Take(2)];
        return members;
    }
}
