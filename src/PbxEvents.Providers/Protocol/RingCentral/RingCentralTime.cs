using System.Globalization;

namespace PbxEvents.Providers.Protocol.RingCentral;

/// <summary>The platform's times: ISO 8601, also with an offset without a colon, which System.Text.Json refuses (ringcentral.md section 5).</summary>
internal static class RingCentralTime
{
    /// <summary>Reads a time; null when there is none to read.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
