using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>
/// What a refusal says (ringcentral.md section 2.3): a list <c>errors</c>, a pair at the top, or OAuth's own words. Decide
/// by the code, never by the message.
/// </summary>
/// <param name="Code">The platform's code, such as <c>SUB-508</c>; null when there is none.</param>
/// <param name="Message">The platform's words; null when there are none.</param>
internal readonly record struct RingCentralError(string? Code, string? Message)
{
    private const int MaxMessage = 300;

    /// <summary>Reads a body; whatever it holds, no exception leaves.</summary>
    public static RingCentralError Read(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return default;
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return default;
            if (root.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
            {
                foreach (var error in errors.EnumerateArray())
                {
                    if (error.ValueKind == JsonValueKind.Object && From(error) is { Code: not null } first)
                        return first;
                }
            }
            var top = From(root);
            return new RingCentralError(top.Code ?? JsonMember.Text(root, "error"), top.Message ?? JsonMember.Text(root, "error_description"));
        }
        catch (JsonException)
        {
            return default;
        }
    }

    /// <summary>Code and message as the end of a sentence; empty when there is neither.</summary>
    public string Words() => (Code, Message) switch
    {
        (null, null) => "",
        (not null, null) => $" ({Code})",
        (null, _) => $": {Message}",
        _ => $": {Message} ({Code})",
    };

    private static RingCentralError From(JsonElement element)
    {
        var message = JsonMember.Text(element, "message");
        if (message?.Length > MaxMessage)
            message = message[..MaxMessage];
        return new RingCentralError(JsonMember.Text(element, "errorCode"), message);
    }
}
