using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The body of the first frame (ringcentral.md section 5.1). Immutable.</summary>
/// <param name="RecoveryState">
/// <c>Successful</c> or <c>Failed</c> after a link that asked for a recovery. Null for a brand-new session: the .NET SDK
/// reads that as success, and then nothing is subscribed.
/// </param>
/// <param name="RecoveryErrorCode">Why it failed; null when it does not say.</param>
/// <param name="RecoveryTime">How long a lost session can be recovered; null when it does not say.</param>
/// <param name="BufferSize">How many missed notifications are kept; null when it does not say.</param>
/// <param name="MaxActiveRequests">How many requests may be under way; null when it does not say.</param>
internal sealed record ConnectionDetails(
    string? RecoveryState, string? RecoveryErrorCode, TimeSpan? RecoveryTime, int? BufferSize, int? MaxActiveRequests)
{
    private static readonly ConnectionDetails Nothing = new(null, null, null, null, null);

    /// <summary>True when the session goes on.</summary>
    public bool IsRecovered => string.Equals(RecoveryState, "Successful", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a body.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static ConnectionDetails Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return Nothing;
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            return Nothing;
        return new ConnectionDetails(
            JsonMember.Text(root, "recoveryState"),
            JsonMember.Text(root, "recoveryErrorCode"),
            Number(root, "recoveryTimeout") is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, 86400)) : null,
            (int?)Number(root, "recoveryBufferSize"),
            (int?)Number(root, "maxActiveRequests"));
    }

    private static double? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 0 and < int.MaxValue and var number
            ? number
            : null;
}
