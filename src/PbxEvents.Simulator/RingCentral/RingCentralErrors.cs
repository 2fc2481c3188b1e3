using System.Text.Json.Nodes;
using PbxEvents.Simulator.Server;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>Refusals as the platform writes them (ringcentral.md section 2.3).</summary>
internal static class RingCentralErrors
{
    /// <summary>The body of a refusal.</summary>
    public static JsonObject Body(string code, string message) => new()
    {
        ["errorCode"] = code,
        ["message"] = message,
        ["errors"] = new JsonArray(new JsonObject { ["errorCode"] = code, ["message"] = message }),
    };

    /// <summary>A refusal over HTTP.</summary>
    public static ServerResponse Http(int status, string code, string message, TimeSpan? retryAfter = null) =>
        ServerResponse.Json(status, Body(code, message).ToJsonString()) with
        {
            Headers = retryAfter is { } wait
                ? new Dictionary<string, string> { ["Retry-After"] = Math.Ceiling(wait.TotalSeconds).ToString("0", System.Globalization.CultureInfo.InvariantCulture) }
                : [],
        };
}
