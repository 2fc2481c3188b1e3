namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>An event, out of its envelope.</summary>
/// <param name="Name">Its number, as text.</param>
/// <param name="Id">Its number; 0 when it is none.</param>
/// <param name="Payload">Its payload.</param>
internal readonly record struct YeastarMessage(string Name, int Id, ReadOnlyMemory<byte> Payload);
