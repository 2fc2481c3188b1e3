namespace PbxEvents.Simulator.OneCloud;

/// <summary>An event and the streams that bring it: once for each that a client is subscribed to (onecloud.md section 7, point 8).</summary>
/// <param name="Name">Its name on the socket.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Json">Its payload.</param>
/// <param name="Streams">The streams.</param>
internal sealed record OneCloudEvent(string Name, PbxCategory Category, string Json, IReadOnlyList<OneCloudStream> Streams);
