namespace PbxEvents.Simulator.Core;

/// <summary>What a broken server may send.</summary>
internal static class GarbageBook
{
    /// <summary>Texts that are no frame of any platform that speaks JSON over a WebSocket.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "", " ", "\0", "null", "true", "0", "-1", "1e999", "\"text\"", "'single'", "[]", "[[]]", "[null]", "[{}]", "[1,2,3]", "{}", "{", "}", "[", "{]",
        "{\"type\":", "{\"type\":}", "{\"type\":null}", "{\"type\":{}}", "{\"type\":[]}", "{\"event\":7}", "{\"event_type\":[]}", "{\"msg\":\"{\"}",
        "{\"a\":1}{\"b\":2}", "{\"a\":1}]", "{\"a\":1,}", "{a:1}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\x\"}", "{\"a\":NaN}", "{\"a\":01}", "<html></html>",
        "HTTP/1.1 200 OK", "heartbeat", "\uFEFF{}", "{\"type\":99999999999999999999}", new string('[', 500), new string('{', 500), new string('9', 5000),
        string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200),
    ];

    /// <summary>A frame with reserved bits, an unknown opcode and a length that never comes.</summary>
    public static ReadOnlyMemory<byte> BrokenFrame { get; } = new byte[] { 0xFB, 0x7F, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF };
}
