namespace PbxEvents.Simulator.Server;

/// <summary>One WebSocket frame from a client, unmasked.</summary>
/// <param name="Opcode">The opcode; see <see cref="WebSocketFrames"/>.</param>
/// <param name="IsFinal">False when the message goes on.</param>
/// <param name="Payload">The payload.</param>
internal readonly record struct ReceivedFrame(byte Opcode, bool IsFinal, byte[] Payload);
