using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify;

/// <summary>
/// Any web service that takes JSON. The headers are those of Standard Webhooks 1.0, for which there are libraries in most languages: an id
/// that is the same on each try, the time, and with a signing secret an HMAC-SHA256 over both and the body.
/// </summary>
internal sealed class WebhookNotifier : HttpNotifier
{
    private const int MaxSubject = 1_000;
    private const int MaxText = 100_000;

    /// <summary>In front of a secret that is written as base64.</summary>
    private const string Base64Prefix = "whsec_";

    private readonly Secret? _signingSecret;

    /// <param name="address">Where to post.</param>
    /// <param name="signingSecret">What the receiver checks the sender by; null to sign nothing.</param>
    /// <param name="transport">Certificate, proxy and time.</param>
    /// <exception cref="PbxException">The address or the secret is none that may be used.</exception>
    public WebhookNotifier(Secret address, Secret? signingSecret, TransportOptions transport) : base("the webhook", address, transport)
    {
        _signingSecret = signingSecret;
        if (signingSecret is not null)
            _ = KeyOf(signingSecret);
    }

    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> MakeBody(Notification notification)
    {
        if (!notification.Body.IsEmpty)
            return notification.Body;
        var body = new JsonObject
        {
            ["subject"] = notification.Subject is { } subject ? TextCut.Cut(subject, MaxSubject) : null,
            ["text"] = TextCut.Cut(notification.Text, MaxText),
        };
        if (!notification.About.IsEmpty)
            body["about"] = JsonNode.Parse(notification.About.Span);
        return ToUtf8(body);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, string>> MakeHeaders(Notification notification, ReadOnlyMemory<byte> body)
    {
        var time = Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var headers = new List<KeyValuePair<string, string>> { new("webhook-id", notification.Key), new("webhook-timestamp", time) };
        if (_signingSecret is not null)
        {
            byte[] signed = [.. Encoding.ASCII.GetBytes($"{notification.Key}.{time}."), .. body.Span];
            headers.Add(new("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(KeyOf(_signingSecret), signed))}"));
        }
        return headers;
    }

    /// <inheritdoc/>
    protected override string Mask(string words) => _signingSecret is { IsEmpty: false } secret ? words.Replace(secret.Reveal(), "********", StringComparison.Ordinal) : words;

    private static byte[] KeyOf(Secret secret)
    {
        var text = secret.Reveal();
        try
        {
            var key = text.StartsWith(Base64Prefix, StringComparison.Ordinal) ? Convert.FromBase64String(text[Base64Prefix.Length..]) : Encoding.UTF8.GetBytes(text);
            return key.Length > 0 ? key
                : throw NotifyFaults.Option("SigningSecret", "The signing secret is empty.", "Give the one that the receiver uses.");
        }
        catch (FormatException)
        {
            throw NotifyFaults.Option("SigningSecret", $"The signing secret begins with {Base64Prefix}, but what follows is not base64.",
                "Copy it completely from where it was created.");
        }
    }
}
