using System.Net.WebSockets;

namespace PbxEvents.Providers.Transport.WebSockets;

/// <summary>One message as it came.</summary>
/// <param name="Type">Text, binary, or the server's goodbye.</param>
/// <param name="Data">The bytes, good until the next read; empty for a goodbye.</param>
internal readonly record struct WebSocketMessage(WebSocketMessageType Type, ReadOnlyMemory<byte> Data);
