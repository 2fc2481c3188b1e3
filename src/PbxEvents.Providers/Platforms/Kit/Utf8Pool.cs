using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>
/// Turns UTF-8 into strings and hands out the same string for a text that came lately: ids of calls, legs and extensions
/// repeat in every event of a call. It has a fixed size, so nothing a server sends makes it grow. Not thread-safe.
/// </summary>
internal sealed class Utf8Pool
{
    private const int MaxLength = 128;

    /// <summary>An odd number with its bits well spread (2^64 by the golden ratio).</summary>
    private const ulong Mix = 0x9E3779B97F4A7C15;

    private readonly string?[] _recent = new string?[1024];

    /// <summary>The text of some bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (utf8.Length > MaxLength)
            return Encoding.UTF8.GetString(utf8);
        ref var slot = ref _recent[SlotOf(utf8)];
        if (slot is not null && Ascii.Equals(utf8, slot))
            return slot;
        var text = Encoding.UTF8.GetString(utf8);
        slot = text;
        return text;
    }

    /// <summary>Two texts with a colon between them: the key of something that two ids name together.</summary>
    public string Join(string first, string second)
    {
        var length = first.Length + 1 + second.Length;
        Span<byte> both = stackalloc byte[MaxLength];
        if (length > MaxLength || !Ascii.IsValid(first) || !Ascii.IsValid(second))
            return $"{first}:{second}";
        Encoding.ASCII.GetBytes(first, both);
        both[first.Length] = (byte)':';
        Encoding.ASCII.GetBytes(second, both[(first.Length + 1)..]);
        return Get(both[..length]);
    }

    /// <summary>
    /// Ids differ at their beginning, in their middle or at their end, so eight bytes of each tell them apart as well as all
    /// of them do.
    /// </summary>
    private static int SlotOf(ReadOnlySpan<byte> utf8)
    {
        var hash = (ulong)utf8.Length;
        if (utf8.Length >= sizeof(ulong))
        {
            hash = (hash + MemoryMarshal.Read<ulong>(utf8)) * Mix;
            hash = (BitOperations.RotateLeft(hash, 29) + MemoryMarshal.Read<ulong>(utf8[((utf8.Length - sizeof(ulong)) / 2)..])) * Mix;
            hash = (BitOperations.RotateLeft(hash, 29) + MemoryMarshal.Read<ulong>(utf8[^sizeof(ulong)..])) * Mix;
        }
        else
        {
            foreach (var b in utf8)
                hash = (hash + b) * Mix;
        }
        return (int)(hash >> 54);
    }
}
