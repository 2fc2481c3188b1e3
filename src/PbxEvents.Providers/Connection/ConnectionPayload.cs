using System.Text.Json;

namespace PbxEvents.Providers.Connection;

/// <summary>The payload of Connection events that report a problem, so that <c>Raw</c> and <c>Data</c> say it too.</summary>
internal static class ConnectionPayload
{
    /// <summary>A gap that is closed: the event that tells it is no gap of its own.</summary>
    public static string From(PbxGap gap) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["from"] = gap.From,
        ["to"] = gap.To,
        ["reason"] = gap.Reason.ToString(),
        ["recovery"] = gap.Recovery.ToString(),
        ["callsRecovered"] = gap.CallsRecovered,
        ["detail"] = gap.Detail,
    });

    public static string From(PbxException error) => JsonSerializer.Serialize(new Dictionary<string, string?>
    {
        ["kind"] = error.Kind.ToString(),
        ["message"] = error.Message,
        ["advice"] = error.Advice,
        ["target"] = error.Target,
        ["code"] = error.Code,
    });
}
