using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PbxEvents.Simulator.Server;

/// <summary>The server's side of RFC 6455 framing. The simulator frames itself, because its faults need frames that no library writes.</summary>
internal static class WebSocketFrames
{
    /// <summary>Continuation of a fragmented message.</summary>
    public const byte Continuation = 0;

    /// <summary>Text.</summary>
    public const byte Text = 1;

    /// <summary>Binary.</summary>
    public const byte Binary = 2;

    /// <summary>Close.</summary>
    public const byte Close = 8;

    /// <summary>Ping.</summary>
    public const byte Ping = 9;

    /// <summary>Pong.</summary>
    public const byte Pong = 10;

    /// <summary>Appends one final, unmasked frame.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="opcode">The opcode.</param>
    /// <param name="payload">The payload.</param>
    public static void Write(IBufferWriter<byte> output, byte opcode, ReadOnlySpan<byte> payload)
    {
        var head = output.GetSpan(10);
        head[0] = (byte)(0x80 | opcode);
        var size = 2;
        switch (payload.Length)
        {
            case < 126:
                head[1] = (byte)payload.Length;
                break;
            case <= ushort.MaxValue:
                head[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)payload.Length);
                size = 4;
                break;
            default:
                head[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(head[2..], (ulong)payload.Length);
                size = 10;
                break;
        }

        output.Advance(size);
        output.Write(payload);
    }

    /// <summary>One final, unmasked frame.</summary>
    /// <param name="opcode">The opcode.</param>
    /// <param name="payload">The payload.</param>
    /// <returns>Its bytes.</returns>
    public static ReadOnlyMemory<byte> Make(byte opcode, ReadOnlySpan<byte> payload)
    {
        var output = new ArrayBufferWriter<byte>(payload.Length + 10);
        Write(output, opcode, payload);
        return output.WrittenMemory;
    }

    /// <summary>The answer to a client's <c>Sec-WebSocket-Key</c> (RFC 6455 section 4.2.2).</summary>
    /// <param name="key">The key.</param>
    /// <returns>The value of <c>Sec-WebSocket-Accept</c>.</returns>
#pragma warning disable CA5350 // The protocol prescribes SHA-1 here; it protects nothing.
    public static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
