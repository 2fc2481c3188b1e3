using System.Net;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.Yeastar;

/// <summary>Where a PBX is, by its edition (yeastar.md section 2).</summary>
/// <param name="Server">The base address.</param>
/// <param name="IsPortGuessed">True when the user named no port and the default of a cloud PBX was taken.</param>
internal sealed record YeastarAddress(Uri Server, bool IsPortGuessed)
{
    private const int WebAccessPort = 8088;

    /// <summary>
    /// A bare name is a cloud PBX or a remote-access name, at 443. A bare IP address can only be an appliance or a software
    /// edition, whose web access is at 8088. Whatever names a scheme or a port is taken as it is.
    /// </summary>
    /// <exception cref="PbxException">It is no address.</exception>
    public static YeastarAddress Parse(string server)
    {
        var text = server.Trim();
        if (text.Contains("://", StringComparison.Ordinal))
            return new YeastarAddress(ServerAddress.Parse(text), IsPortGuessed: false);
        if (IsBareIp(text))
        {
            var host = text.Contains(':', StringComparison.Ordinal) && text[0] != '[' ? $"[{text}]" : text;
            return new YeastarAddress(ServerAddress.Parse($"{host}:{WebAccessPort}"), IsPortGuessed: false);
        }
        return new YeastarAddress(ServerAddress.Parse(text), IsPortGuessed: !text.Contains(':', StringComparison.Ordinal));
    }

    private static bool IsBareIp(string text) => text switch
    {
        ['[', .. var inner, ']'] => IPAddress.TryParse(inner, out _),
        ['[', ..] => false,
        _ => (text.Contains('.', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal)) && IPAddress.TryParse(text, out _),
    };
}
