using System.Text.Json;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Keeps what the events of one connection told last of each extension: presence, and whether it is registered. Written on the loop; read
/// anywhere.
/// </summary>
/// <param name="presenceFields">Where the platform's events have the word for a presence, by the events' names.</param>
internal sealed class StatusTracker(IReadOnlyDictionary<string, IReadOnlyList<string>> presenceFields)
{
    /// <summary>More extensions than any customer has: names without end must not fill the memory. Further ones are not kept.</summary>
    private const int MaxKept = 50_000;

    private readonly object _gate = new();
    private readonly Dictionary<string, PbxPresence> _presence = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PbxRegistration> _registrations = new(StringComparer.Ordinal);

    /// <summary>What is known, by extension. Any thread.</summary>
    public IReadOnlyList<PbxPresence> GetPresence()
    {
        lock (_gate)
            return [.. _presence.Values.OrderBy(p => p.Extension, StringComparer.Ordinal)];
    }

    /// <summary>What is known, by extension. Any thread.</summary>
    public IReadOnlyList<PbxRegistration> GetRegistrations()
    {
        lock (_gate)
            return [.. _registrations.Values.OrderBy(r => r.Extension, StringComparer.Ordinal)];
    }

    /// <summary>Takes an event in. Loop only.</summary>
    public void Apply(PbxEvent pbxEvent)
    {
        if (pbxEvent.Gap is { Recovery: not PbxGapRecovery.Recovered })
            Doubt();
        else if (pbxEvent is { Category: PbxCategory.Registration, Extension: { } extension, IsRegistered: { } isRegistered })
            Set(extension, isRegistered, pbxEvent);
        else if (pbxEvent is { Category: PbxCategory.Presence, Extension: { } person } && ReadPresence(pbxEvent) is { } presence)
            Set(person, presence, pbxEvent);
    }

    private void Set(string extension, bool isRegistered, PbxEvent pbxEvent)
    {
        lock (_gate)
        {
            // Phones register again and again: what matters is since when.
            var since = _registrations.TryGetValue(extension, out var before) && before is { IsStale: false } && before.IsRegistered == isRegistered
                ? before.Since
                : pbxEvent.Time;
            if (before is null && _registrations.Count >= MaxKept)
                return;
            _registrations[extension] = new PbxRegistration
            {
                Extension = extension,
                IsRegistered = isRegistered,
                Since = since,
                LastEvent = pbxEvent.Name,
                Connection = pbxEvent.Connection,
                Provider = pbxEvent.Provider,
            };
        }
    }

    private void Set(string extension, string presence, PbxEvent pbxEvent)
    {
        lock (_gate)
        {
            var since = _presence.TryGetValue(extension, out var before) && before is { IsStale: false } && before.Presence == presence
                ? before.Since
                : pbxEvent.Time;
            if (before is null && _presence.Count >= MaxKept)
                return;
            _presence[extension] = new PbxPresence
            {
                Extension = extension,
                Presence = presence,
                Since = since,
                Connection = pbxEvent.Connection,
                Provider = pbxEvent.Provider,
            };
        }
    }

    /// <summary>Nobody knows what happened in a gap.</summary>
    private void Doubt()
    {
        lock (_gate)
        {
            foreach (var (extension, presence) in _presence.ToArray())
                _presence[extension] = presence with { IsStale = true };
            foreach (var (extension, registration) in _registrations.ToArray())
                _registrations[extension] = registration with { IsStale = true };
        }
    }

    private string? ReadPresence(PbxEvent pbxEvent)
    {
        if (!presenceFields.TryGetValue(pbxEvent.Name, out var fields) || pbxEvent.Payload.IsEmpty)
            return null;
        try
        {
            using var document = JsonDocument.Parse(pbxEvent.Payload);
            foreach (var field in fields)
                if (Find(document.RootElement, field.Split('.')) is { Length: > 0 } word)
                    return word;
        }
        catch (JsonException)
        {
            // What the session could read only in part has no word for us.
        }
        return null;
    }

    private static string? Find(JsonElement element, string[] path)
    {
        foreach (var name in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
