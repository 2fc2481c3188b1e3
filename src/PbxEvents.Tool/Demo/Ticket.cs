namespace PbxEvents.Tool.Demo;

/// <summary>What the demo files for a missed call.</summary>
/// <param name="Title">The headline.</param>
/// <param name="Caller">Who to call back.</param>
/// <param name="Extension">Whose phone rang.</param>
/// <param name="CalledAt">When.</param>
/// <param name="Key">The event's key: a ticket system that has seen it files nothing twice.</param>
internal sealed record Ticket(string Title, string? Caller, string? Extension, DateTimeOffset CalledAt, string Key);
