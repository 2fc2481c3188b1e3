namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>One Engine.IO message as a transport brings it.</summary>
/// <param name="Data">Text from its type digit on, or the bytes of a binary message; good until the next read.</param>
/// <param name="IsBinary">True for a binary message.</param>
/// <param name="Problem">Null, or why it cannot be read.</param>
internal readonly record struct EngineMessage(ReadOnlyMemory<byte> Data, bool IsBinary = false, string? Problem = null);
