using System.Text.Json;

namespace PbxEvents.Providers.Connection;

/// <summary>The payload of Connection events that report a problem, so that <c>Raw</c> and <c>Data</c> say it too.</summary>
internal static class ConnectionPayload
{
    public static string From(PbxException error) => JsonSerializer.Serialize(new Dictionary<string, string?>
    {
        ["kind"] = error.Kind.ToString(),
        ["message"] = error.Message,
        ["advice"] = error.Advice,
        ["target"] = error.Target,
        ["code"] = error.Code,
    });
}
