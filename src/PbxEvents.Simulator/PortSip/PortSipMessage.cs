using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PbxEvents.Simulator.PortSip;

/// <summary>An event before anybody is told.</summary>
/// <param name="Topic">The topic that brings it.</param>
/// <param name="Category">What it is about.</param>
/// <param name="Fields">The whole message.</param>
internal sealed record PortSipMessage(string Topic, PbxCategory Category, JsonObject Fields)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whose it is: who is subscribed to one of these numbers gets it. Empty for topics that take none.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Its name.</summary>
    public string Name => (string)Fields["event_type"]!;

    /// <summary>The call it belongs to; null for none.</summary>
    public string? CallId => (string?)Fields["session_id"];

    /// <summary>The message as it goes out.</summary>
    /// <returns>JSON.</returns>
    public string ToJson() => Fields.ToJsonString(Relaxed);
}
