using System.Text.Json;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>A received acknowledgement. Immutable; nothing is parsed before it is asked for.</summary>
/// <param name="Payload">The JSON array <c>[arg,...]</c>; binary parts are placeholders in it.</param>
/// <param name="Attachments">The binary parts, in the order of their numbers.</param>
internal sealed record SocketIoReply(ReadOnlyMemory<byte> Payload, IReadOnlyList<ReadOnlyMemory<byte>> Attachments)
{
    /// <summary>The arguments.</summary>
    /// <returns>As many as came.</returns>
    /// <exception cref="JsonException">The payload is not valid JSON.</exception>
    public IReadOnlyList<JsonElement> GetArguments() => SocketIoPayload.Parse(Payload, skip: 0);

    /// <summary>The binary part that an argument stands for.</summary>
    /// <param name="argument">An argument, or an element within one.</param>
    /// <returns>The bytes; null when it is not a placeholder.</returns>
    public ReadOnlyMemory<byte>? GetBinary(JsonElement argument) => BinaryInliner.Find(argument, Attachments);
}
