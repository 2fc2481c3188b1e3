using System.Runtime.InteropServices;

namespace PbxEvents.Journal.Postgres;

/// <summary>FNV-1a: the same number for the same text, in every process and version. It stands in databases: it never changes.</summary>
internal static class Fnv
{
    /// <summary>That of a text's UTF-16 bytes.</summary>
    public static uint Of(string text)
    {
        var hash = 2166136261u;
        foreach (var b in MemoryMarshal.AsBytes(text.AsSpan()))
            hash = (hash ^ b) * 16777619u;
        return hash;
    }
}
