using System.Globalization;
using System.Text.Json;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The answer to a request over the socket.</summary>
/// <param name="Status">The HTTP-like status; 0 when no answer came in time.</param>
/// <param name="Body">The body as it came; empty when there is none.</param>
/// <param name="Headers">The headers as JSON; empty when there are none.</param>
/// <param name="IsMultipart">True when the body is multipart text.</param>
internal readonly record struct RingCentralReply(int Status, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Headers, bool IsMultipart)
{
    public static readonly RingCentralReply None = new(0, default, default, false);

    /// <summary>True for 200 to 299: the .NET SDK's trap is not to look (section 5.2).</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>How long the platform asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter =>
        double.TryParse(Header("Retry-After"), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86400
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>A header; null when it is missing.</summary>
    public string? Header(string name)
    {
        if (Headers.IsEmpty)
            return null;
        using var document = JsonDocument.Parse(Headers);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var header in document.RootElement.EnumerateObject())
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return header.Value.ToString();
        }
        return null;
    }
}
