using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Takes secrets out of text that is written down: the ones the user gave, wherever they stand, and the values of members
/// that hold tokens on any platform, whoever made them. Immutable.
/// </summary>
internal sealed partial class SecretMask
{
    private const string Mask = "********";

    /// <summary>Without one of these there is no member that holds a secret: most frames have none, and each is looked at.</summary>
    private static readonly SearchValues<string> MemberWords = SearchValues.Create(["token", "bearer", "password", "secret", "assertion", "wsc"], StringComparison.OrdinalIgnoreCase);

    private readonly string[] _known;

    public SecretMask(PbxConnectOptions options)
    {
        var secrets = (Secret?[])[options.Password, options.ClientSecret, options.AccessToken, options.Jwt];

        _known = secrets.Where(s => s is { IsEmpty: false }).SelectMany(s => Forms(s!.Reveal())).Distinct().ToArray();
    }

    public string Apply(string text)
    {
        foreach (var secret in _known)
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        return text.AsSpan().ContainsAny(MemberWords) ? SecretMember().Replace(text, $"$1\"{Mask}\"") : text;
    }

    /// <summary>The same for bytes, which are given back as they are when there is nothing to take out.</summary>
    public ReadOnlyMemory<byte> Apply(ReadOnlyMemory<byte> utf8)
    {
        var buffer = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(utf8.Length));
        var text = buffer.AsSpan(0, Encoding.UTF8.GetChars(utf8.Span, buffer));
        var masked = MayHoldSecret(text) ? Encoding.UTF8.GetBytes(Apply(text.ToString())) : utf8;
        ArrayPool<char>.Shared.Return(buffer);
        return masked;
    }

    private bool MayHoldSecret(ReadOnlySpan<char> text)
    {
        foreach (var secret in _known)
        {
            if (text.Contains(secret, StringComparison.Ordinal))
                return true;
        }
        return text.ContainsAny(MemberWords);
    }

    /// <summary>In a frame a secret stands as JSON writes it, and there are two ways to write some characters.</summary>
    private static IEnumerable<string> Forms(string secret) =>
    [
        secret,
        JsonEncodedText.Encode(secret).ToString(),
        JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
    ];

    /// <summary>RingCentral wraps its recovery token: <c>"wsc":{"token":"..."}</c>.</summary>
    [GeneratedRegex(
        """("(?:token|bearer|password|secret|client_secret|access_token|refresh_token|ws_access_token|assertion|wsc)"\s*:\s*(?:\{\s*"token"\s*:\s*)?)"(?:[^"\\]|\\.)*" """,
        RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex SecretMember();
}
