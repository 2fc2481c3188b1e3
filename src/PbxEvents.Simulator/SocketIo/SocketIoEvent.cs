using System.Text.Json;

namespace PbxEvents.Simulator.SocketIo;

/// <summary>An event from a client.</summary>
/// <param name="Socket">Who sent it.</param>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="AckId">The id the client waits for; null when it waits for none.</param>
internal sealed record SocketIoEvent(SocketIoSocket Socket, string Name, IReadOnlyList<JsonElement> Arguments, long? AckId)
{
    /// <summary>The first argument; undefined when there is none.</summary>
    public JsonElement Data => Arguments.Count > 0 ? Arguments[0] : default;

    /// <summary>Answers, when the client waits for an answer.</summary>
    /// <param name="arguments">The answer's arguments, each as JSON.</param>
    public void Ack(params IReadOnlyList<string> arguments)
    {
        if (AckId is null)
            return;
        Socket.Post(new SocketIoPacket(3, Socket.Namespace, AckId, $"[{string.Join(",", arguments)}]").ToString(), TimeSpan.Zero);
    }
}
