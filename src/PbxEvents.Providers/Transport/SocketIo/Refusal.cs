using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Transport.SocketIo;

/// <summary>Reads the server's refusal, <c>44</c>: a text in revision 3, an object with a message in revision 4, or any JSON (socketio.md section 2).</summary>
internal static class Refusal
{
    private const int LongestText = 200;

    /// <summary>What to tell about it.</summary>
    /// <param name="payload">The packet's payload.</param>
    /// <param name="target">Where the link leads.</param>
    /// <returns>The fault. Its code is the number or text under <c>code</c> or <c>data.code</c>.</returns>
    public static PbxException Read(ReadOnlyMemory<byte> payload, LinkTarget target)
    {
        var (text, code) = ReadReason(payload);
        return new PbxException(
            code switch { "401" => PbxErrorKind.CredentialRefused, "403" => PbxErrorKind.PermissionDenied, _ => PbxErrorKind.HandshakeFailed },
            $"{target.Display} refused to open namespace {target.Namespace}: {text}.", "Check the credential and its permissions, and the namespace.")
        { Target = target.Namespace, Code = code };
    }

    private static (string Text, string? Code) ReadReason(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            if (root.ValueKind == JsonValueKind.String)
                return (Shorten(root.GetString()!), null);
            if (root.ValueKind != JsonValueKind.Object)
                return (Shorten(root.GetRawText()), null);
            var code = ReadCode(root) ?? (root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? ReadCode(data) : null);
            var text = root.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : root.GetRawText();
            return (Shorten(text), code);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (payload.IsEmpty ? "no reason given" : Shorten(Encoding.UTF8.GetString(payload.Span[..Math.Min(payload.Length, LongestText)])), null);
        }
    }

    private static string? ReadCode(JsonElement element) => element.TryGetProperty("code", out var code)
        ? code.ValueKind switch { JsonValueKind.Number => code.GetRawText(), JsonValueKind.String => code.GetString(), _ => null }
        : null;

    private static string Shorten(string text) => text.Length <= LongestText ? text : text[..LongestText] + "...";
}
