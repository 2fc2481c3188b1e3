using System.Text;

namespace PbxEvents.Providers.Protocol;

/// <summary>
/// Turns UTF-8 into strings and hands out the same string for a text that came lately: ids of calls, legs and extensions
/// repeat in every event of a call. It has a fixed size, so nothing a server sends makes it grow. Not thread-safe.
/// </summary>
internal sealed class Utf8Pool
{
    private const int MaxLength = 64;
    private readonly string?[] _recent = new string?[1024];

    /// <summary>The text of some bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (utf8.Length > MaxLength)
            return Encoding.UTF8.GetString(utf8);
        var hash = 2166136261u;
        foreach (var b in utf8)
            hash = (hash ^ b) * 16777619;
        ref var slot = ref _recent[(hash ^ (hash >> 16)) & 1023];
        if (slot is not null && Ascii.Equals(utf8, slot))
            return slot;
        var text = Encoding.UTF8.GetString(utf8);
        slot = text;
        return text;
    }
}
