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

    private void Set(string extension, bool isRegistered, PbxEvent pbxEvent) => Keep(
        _registrations, extension, pbxEvent, r => !r.IsStale && r.IsRegistered == isRegistered ? r.Since : null, since => new PbxRegistration
        {
            Extension = extension,
            IsRegistered = isRegistered,
            Since = since,
            LastEvent = pbxEvent.Name,
            Connection = pbxEvent.Connection,
            Provider = pbxEvent.Provider,
        });

    private void Set(string extension, string presence, PbxEvent pbxEvent) => Keep(
        _presence, extension, pbxEvent, p => !p.IsStale && p.Presence == presence ? p.Since : null, since => new PbxPresence
        {
            Extension = extension,
            Presence = presence,
            Since = since,
            Connection = pbxEvent.Connection,
            Provider = pbxEvent.Provider,
        });

    /// <summary>Phones register again and again, and presences are repeated: what matters is since when.</summary>
    /// <param name="known">What is kept of each extension.</param>
    /// <param name="extension">The extension.</param>
    /// <param name="pbxEvent">The event that tells it.</param>
    /// <param name="standsSince">Since when what was told before stands, when the event says the same; else null.</param>
    /// <param name="make">What is to be kept, since a moment.</param>
    private void Keep<T>(
        Dictionary<string, T> known, string extension, PbxEvent pbxEvent, Func<T, DateTimeOffset?> standsSince, Func<DateTimeOffset, T> make)
    {
        lock (_gate)
        {
            var isKnown = known.TryGetValue(extension, out var before);
            if (isKnown || known.Count < MaxKept)
                known[extension] = make((isKnown ? standsSince(before!) : null) ?? pbxEvent.Time);
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
            {
                if (Find(document.RootElement, field.Split('.')) is { Length: > 0 } word)
                    return word;
            }
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
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}
