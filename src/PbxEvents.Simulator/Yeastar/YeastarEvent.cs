using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PbxEvents.Simulator.Yeastar;

/// <summary>An event of yeastar.md section 5.1, before it is wrapped.</summary>
/// <param name="Type">Its number.</param>
/// <param name="Msg">Its payload.</param>
internal sealed record YeastarEvent(int Type, JsonObject Msg)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The call it belongs to; null for none.</summary>
    public string? CallId => (string?)Msg["call_id"];

    /// <summary>What it is about.</summary>
    public PbxCategory Category => Type switch
    {
        30007 or 30010 => PbxCategory.Registration,
        30008 or 30009 => PbxCategory.Presence,
        30012 or 30039 => PbxCategory.Cdr,
        30011 or >= 30013 and <= 30020 => PbxCategory.Call,
        30025 or 30026 or 30029 => PbxCategory.Agent,
        30005 or 30006 or 30022 or 30023 => PbxCategory.Config,
        _ => PbxCategory.System,
    };

    /// <summary>The payload's JSON.</summary>
    /// <returns>The text.</returns>
    public string ToJson() => Msg.ToJsonString(Plain);

    /// <summary>The frame (section 5): most pages show the payload as text, the younger ones as an object.</summary>
    /// <param name="serialNumber">The PBX's.</param>
    /// <param name="asObject">True for an object in any case.</param>
    /// <returns>The text.</returns>
    public string ToFrame(string serialNumber, bool asObject)
    {
        var isObject = asObject || Type is 30025 or 30026 or 30029 or 30034 or 30035 or 30036 or 30039;
        return new JsonObject
        {
            ["type"] = Type,
            ["sn"] = serialNumber,
            ["msg"] = isObject ? Msg.DeepClone() : ToJson(),
        }.ToJsonString(Plain);
    }
}
