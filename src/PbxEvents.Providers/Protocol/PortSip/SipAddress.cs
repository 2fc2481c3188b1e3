namespace PbxEvents.Providers.Protocol.PortSip;

/// <summary>
/// Reads SIP addresses: call events name parties as URIs, records and queue events as bare numbers (portsip.md section 8).
/// </summary>
internal static class SipAddress
{
    /// <summary>The number in <c>sip:102@example.io</c>, <c>"Ann" &lt;sip:102@example.io&gt;;tag=1</c>, or <c>102</c>.</summary>
    /// <returns>The number; null when there is none.</returns>
    public static string? NumberOf(string? address)
    {
        if (string.IsNullOrEmpty(address))
            return null;
        var text = address.AsSpan();
        if (text.IndexOf('<') is >= 0 and var open)
        {
            text = text[(open + 1)..];
            if (text.IndexOf('>') is >= 0 and var close)
                text = text[..close];
        }
        foreach (var scheme in (string[])["sip:", "sips:", "tel:"])
        {
            if (!text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                continue;
            text = text[scheme.Length..];
            break;
        }
        if (text.IndexOf('@') is >= 0 and var at)
            text = text[..at];
        if (text.IndexOf(';') is >= 0 and var parameters)
            text = text[..parameters];
        text = text.Trim();
        return text.IsEmpty ? null : text.Length == address.Length ? address : text.ToString();
    }
}
