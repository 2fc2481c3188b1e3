using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>The commands of portsip.md sections 2 and 3.</summary>
internal static class PortSipCommands
{
    public static ReadOnlyMemory<byte> Authenticate(PortSipLogin login) => Write("auth", w =>
    {
        w.WriteString(login.Kind == PortSipLoginKind.Extension ? "extension_number" : "username", login.Name);
        w.WriteOptional("domain", login.Domain);
        w.WriteString("password", login.Password.Reveal());
    });

    public static ReadOnlyMemory<byte> Subscribe(string topic, IEnumerable<string> members) => WithTopic("subscribe", topic, members);

    public static ReadOnlyMemory<byte> Unsubscribe(string topic, IEnumerable<string> members) => WithTopic("unsubscribe", topic, members);

    /// <summary>One topic for each command: what a refusal of one of several does to the others is not known (section 9).</summary>
    private static ReadOnlyMemory<byte> WithTopic(string command, string topic, IEnumerable<string> members) => Write(command, w =>
    {
        WriteArray(w, "topics", [topic]);
        if (PortSipTopics.MemberField(topic) is { } field)
            WriteArray(w, field, members);
    });

    private static ReadOnlyMemory<byte> Write(string command, Action<Utf8JsonWriter> writeMembers) => JsonPayload.Write(w =>
    {
        w.WriteStartObject();
        w.WriteString("command", command);
        writeMembers(w);
        w.WriteEndObject();
    });

    private static void WriteArray(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
