namespace PbxEvents.Module.Dashboard;

/// <summary>A part of the page that is sent when it has changed. Immutable.</summary>
/// <param name="Name">The name of its event.</param>
/// <param name="Json">What it shows.</param>
internal sealed record PageSection(string Name, string Json);
