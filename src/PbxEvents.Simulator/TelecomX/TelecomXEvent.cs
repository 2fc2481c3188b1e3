using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>An event as the tables of telecomx.md section 12 describe it.</summary>
/// <param name="Type">The kind: PBX, CALL, REGISTER, CONFIG, TRUNK, REDIS.</param>
/// <param name="Name">The event's name.</param>
/// <param name="Fields">Its fields where the tables have them, without its name.</param>
internal sealed record TelecomXEvent(string Type, string Name, JsonObject Fields)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The customer it belongs to; null for none.</summary>
    public string? Customer => (string?)Fields["customer"];

    /// <summary>What it is about.</summary>
    public PbxCategory Category => (Type, Name) switch
    {
        ("CALL", _) => PbxCategory.Call,
        ("REGISTER", _) => PbxCategory.Registration,
        ("CONFIG", _) => PbxCategory.Config,
        ("PBX", "EMPLOYEE_PRESENCE_CHANGED") => PbxCategory.Presence,
        ("PBX", _) when Name.StartsWith("CALL_", StringComparison.Ordinal) => PbxCategory.Call,
        ("PBX", _) when Name.StartsWith("QUEUE_MEMBER", StringComparison.Ordinal) => PbxCategory.Agent,
        ("PBX", _) when Name.StartsWith("QUEUE_", StringComparison.Ordinal) => PbxCategory.Queue,
        ("PBX", _) when Name.StartsWith("VOICEMAIL_", StringComparison.Ordinal) => PbxCategory.Voicemail,
        ("PBX", _) when Name.StartsWith("RECORDING_", StringComparison.Ordinal) => PbxCategory.Recording,
        ("PBX", _) when Name.StartsWith("CONFERENCE_", StringComparison.Ordinal) => PbxCategory.Conference,
        _ => PbxCategory.System,
    };

    private bool DataIsAField => Name == "EMPLOYEE_PRESENCE_CHANGED" || Name.StartsWith("QUEUE_MEMBER", StringComparison.Ordinal);

    private bool HasTypeForName =>
        Name.StartsWith("VOICEMAIL_", StringComparison.Ordinal) || Name is "QUEUE_UPDATED" or "QUEUE_DELETED";

    /// <summary>The object that goes over the wire.</summary>
    /// <param name="envelope">How it is wrapped.</param>
    /// <returns>Its JSON.</returns>
    public string ToJson(TelecomXEnvelope envelope)
    {
        var nameMember = envelope == TelecomXEnvelope.TypeName || (envelope == TelecomXEnvelope.Documented && HasTypeForName) ? "type" : "event";
        var root = new JsonObject { [nameMember] = Name };
        var inner = envelope == TelecomXEnvelope.Data && !DataIsAField ? new JsonObject() : root;
        foreach (var (name, value) in Fields)
        {
            if (name == "data" && !DataIsAField && value is JsonObject data && envelope is TelecomXEnvelope.Data or TelecomXEnvelope.Flat)
            {
                foreach (var (member, content) in data)
                    inner[member] = content?.DeepClone();
            }
            else
            {
                (name == "customer" ? root : inner)[name] = value?.DeepClone();
            }
        }

        if (inner != root)
            root["data"] = inner;
        return root.ToJsonString(Plain);
    }
}
