using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>One whole WebSocket message from a client.</summary>
/// <param name="IsBinary">True for a binary message.</param>
/// <param name="Data">Its bytes.</param>
internal readonly record struct ReceivedMessage(bool IsBinary, ReadOnlyMemory<byte> Data)
{
    /// <summary>The bytes as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Data.Span);
}
