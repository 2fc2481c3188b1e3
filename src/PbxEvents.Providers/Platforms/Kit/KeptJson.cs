using System.Text.Json;

namespace PbxEvents.Providers.Platforms.Kit;

/// <summary>Reads what an earlier process kept.</summary>
internal static class KeptJson
{
    /// <summary>Reads JSON.</summary>
    /// <returns>What it says; null when it cannot be read, which costs no more than what was kept.</returns>
    public static T? Read<T>(string json)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
