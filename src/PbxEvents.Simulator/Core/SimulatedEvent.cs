namespace PbxEvents.Simulator.Core;

/// <summary>An event of a platform, before anybody is told.</summary>
/// <param name="Name">The platform's name for it.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Json">Its payload, for the log.</param>
internal sealed record SimulatedEvent(string Name, PbxCategory Category, string Json)
{
    /// <summary>Its id on the platform; null when it has none.</summary>
    public string? EventId { get; init; }

    /// <summary>What a client has to be subscribed to to get it: any of these. Empty for an event that goes to certain clients only.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>The call it belongs to; null for none.</summary>
    public string? CallId { get; init; }
}
