namespace PbxEvents.Simulator.SocketIo;

/// <summary>What a broken Socket.IO server may send: Engine.IO packets that are none, or whose contents are none.</summary>
internal static class SocketIoGarbage
{
    /// <summary>The texts. The last one announces bytes that never come, so it spoils the next event too.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        " ", "\0", "7", "9{}", "x", "{}", "[]", "null", "<html></html>", "4", "4x", "47", "49[]", "42", "42[", "42]", "42{}", "42{", "42[]", "42[null]",
        "42[1]", "42[{}]", "42[[\"PBX\"]]", "42\"PBX\"", "42[\"PBX\"", "42[\"PBX\",]", "42[\"PBX\",{]", "42[\"PBX\",{\"event\":}]", "42[\"PBX\",nul]",
        "42[\"PBX\"]", "42[\"PBX\",null]", "42[\"PBX\",7]", "42[\"PBX\",\"text\"]", "42[\"PBX\",[]]", "42[\"PBX\",[{}]]", "42[\"PBX\",{}]",
        "42[\"PBX\",{\"event\":7}]", "42[\"PBX\",{\"event\":null}]", "42[\"PBX\",{\"event\":\"NO_SUCH_EVENT\"}]", "42[\"PBX\",{}]x", "42 [\"PBX\",{}]",
        "42[\"PBX\",{\"a\":\"\\ud800\"}]", "42[\"PBX\",{\"a\":\"\\x\"}]", "42[\"PBX\",{\"a\":NaN}]", "42[\"no such name\",{}]", "42/", "42/nope", "42/nope,",
        "42/nope,[\"PBX\",{}]", "43", "43[]", "43x", "4399999[]", "4399999999999999999999[1]", "44/nope,{}", "45", "45-", "451", "451-", "45x-[\"a\"]",
        "45-1-[\"a\"]", "46", "461-[]", "bAAAA", "b", "b!", "3x", "6x", "4" + new string('[', 500), "42[\"PBX\"," + new string('[', 500),
        "42[\"PBX\"," + string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200) + "]",
        "451-[\"PBX\",{\"_placeholder\":true,\"num\":0}]",
    ];
}
