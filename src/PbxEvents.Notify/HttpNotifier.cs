using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;

namespace PbxEvents.Notify;

/// <summary>
/// Base of the notifiers that post JSON. The address is a secret: whoever has that of a Teams or Slack webhook can write there. Of it only the
/// host is ever shown.
/// </summary>
internal abstract class HttpNotifier : INotifier
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Secret _address;
    private readonly TransportOptions _transport;

    /// <param name="kind">What it is called.</param>
    /// <param name="address">Where to post.</param>
    /// <param name="transport">Certificate, proxy and time.</param>
    /// <exception cref="PbxException">The address is none that may be used.</exception>
    protected HttpNotifier(string kind, Secret address, TransportOptions transport)
    {
        (_address, _transport) = (address, transport);
        Target = $"{kind} at {AddressOf(address, kind).Authority}";

        // Read here, so that a thumbprint that is none is told when the notifier is made.
        _ = new TlsRules(transport);
    }

    /// <inheritdoc/>
    public string Target { get; }

    protected TimeProvider Clock => _transport.Clock;

    /// <inheritdoc/>
    public async Task<string> SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        var body = MakeBody(notification);
        var address = AddressOf(_address, Target);
        using var http = new PatientHttp(Target, _transport);
        var answer = await http.SendAsync(
            () => new HttpCall("POST", address) { Body = body, Headers = MakeHeaders(notification, body), IsPathSecret = true },
            cancellationToken).ConfigureAwait(false);
        return answer.IsSuccess ? answer.ToString() : throw NotifyFaults.Refused(answer, Target, WordsOf(answer, address));
    }

    /// <summary>What is posted.</summary>
    protected abstract ReadOnlyMemory<byte> MakeBody(Notification notification);

    /// <summary>What goes with it.</summary>
    protected virtual IReadOnlyList<KeyValuePair<string, string>> MakeHeaders(Notification notification, ReadOnlyMemory<byte> body) => [];

    /// <summary>Takes out of the server's words what is secret.</summary>
    protected virtual string Mask(string words) => words;

    protected static byte[] ToUtf8(JsonNode json) => JsonSerializer.SerializeToUtf8Bytes(json, Plain);

    private static Uri AddressOf(Secret address, string kind) =>
        HttpAddress.Read(address.Reveal(), "Address", kind, "Copy it completely, with https:// in front, from where the webhook was created.");

    private string WordsOf(HttpAnswer answer, Uri address)
    {
        var words = Encoding.UTF8.GetString(answer.Body.Span);
        if (words.TrimStart().StartsWith('<'))
            return "";
        foreach (var part in (string[])[address.AbsoluteUri, address.OriginalString, address.PathAndQuery, address.AbsolutePath, address.Query])
        {
            if (part.Length > 1)
                words = words.Replace(part, "********", StringComparison.Ordinal);
        }
        return Mask(words);
    }
}
