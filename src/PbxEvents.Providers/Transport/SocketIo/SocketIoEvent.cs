using System.Text.Json;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>One received event. Immutable; nothing is parsed before it is asked for.</summary>
/// <param name="Namespace">The namespace it came in.</param>
/// <param name="Payload">The JSON array <c>["name",arg,...]</c>; binary parts are placeholders in it.</param>
/// <param name="Attachments">The binary parts, in the order of their numbers.</param>
/// <param name="AckId">The id under which the server wants an acknowledgement; -1 for none.</param>
internal sealed record SocketIoEvent(
    string Namespace, ReadOnlyMemory<byte> Payload, IReadOnlyList<ReadOnlyMemory<byte>> Attachments, long AckId)
{
    /// <summary>True when the server waits for <see cref="SocketIoClient.AcknowledgeAsync"/>.</summary>
    public bool WantsAck => AckId >= 0;

    /// <summary>The event's name.</summary>
    /// <exception cref="JsonException">The payload is not valid JSON.</exception>
    public string Name
    {
        get
        {
            var reader = new Utf8JsonReader(Payload.Span);
            reader.Read();
            reader.Read();
            return reader.GetString() ?? "";
        }
    }

    /// <summary>The arguments behind the name.</summary>
    /// <returns>As many as came.</returns>
    /// <exception cref="JsonException">The payload is not valid JSON.</exception>
    public IReadOnlyList<JsonElement> GetArguments() => SocketIoPayload.Parse(Payload, skip: 1);

    /// <summary>The binary part that an argument stands for.</summary>
    /// <param name="argument">An argument, or an element within one.</param>
    /// <returns>The bytes; null when it is not a placeholder.</returns>
    public ReadOnlyMemory<byte>? GetBinary(JsonElement argument) => BinaryInliner.Find(argument, Attachments);
}
