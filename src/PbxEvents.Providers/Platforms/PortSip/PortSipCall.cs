namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>What a session has to remember of a call in progress, besides what the tracker knows.</summary>
/// <param name="id">Its <c>session_id</c>.</param>
internal sealed class PortSipCall(string id)
{
    public string Id => id;

    /// <summary>The number it goes to now.</summary>
    public string? Target { get; set; }

    /// <summary>True when the caller gave up in a queue.</summary>
    public bool IsAbandoned { get; set; }

    /// <summary>When it ended, while its record is waited for; null while it lives.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>How it ended, with <see cref="EndedAt"/>; null to go by what was seen of the legs.</summary>
    public PbxOutcome? EndedAs { get; set; }

    /// <summary>True when an <c>extension_call</c>, which names no call, was taken for this one's: its record may know better.</summary>
    public bool HasGuesses { get; set; }

    /// <summary>True when it was sent on to outside.</summary>
    public bool GoesOutside { get; set; }

    /// <summary>The leg of each device address that was seen.</summary>
    public Dictionary<string, string> LegOfDevice { get; } = new(StringComparer.Ordinal);
}
