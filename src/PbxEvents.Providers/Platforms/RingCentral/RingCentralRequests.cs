using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Platforms.RingCentral;

/// <summary>The user's REST requests over the socket (ringcentral.md section 5.2). Loop only.</summary>
/// <param name="host">Who is told.</param>
internal sealed class RingCentralRequests(ISessionHost host)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private readonly Dictionary<int, (RingCentralExchange Exchange, string Id)> _pending = [];

    /// <summary>Sends a request; it waits its turn when too many are under way.</summary>
    /// <exception cref="PbxException">It is no request.</exception>
    public void Send(RingCentralExchange exchange, int token, PbxRequest request)
    {
        var method = request.Method.ToUpperInvariant();
        if (!Methods.Contains(method))
            throw RingCentralFaults.BadMethod(request.Method);
        if (!request.Request.StartsWith('/') || request.Request.Length < 2)
            throw RingCentralFaults.BadRequestPath(request.Request);
        CheckJson(request);
        var name = $"{method} {request.Request}";
        string? id = null;
        id = exchange.Send(method, request.Request, request.Data, null, reply => Answered(token, id!, name, reply), isFirst: false);
        _pending[token] = (exchange, id);
    }

    /// <summary>Nobody waits any more: the place of the request is free again.</summary>
    public void Forget(int token)
    {
        if (_pending.Remove(token, out var request))
            request.Exchange.Forget(request.Id);
    }

    /// <summary>A link is gone; the runtime has told those who waited.</summary>
    public void Clear(RingCentralExchange exchange)
    {
        foreach (var (token, request) in _pending)
        {
            if (ReferenceEquals(request.Exchange, exchange))
                _pending.Remove(token);
        }
    }

    private void Answered(int token, string id, string name, RingCentralReply reply)
    {
        _pending.Remove(token);
        if (!reply.IsSuccess)
        {
            host.RequestFailed(token, RingCentralFaults.RequestRefused(name, reply.Status, RingCentralError.Read(reply.IsMultipart ? default : reply.Body)));
            return;
        }
        host.RequestReplied(token, new PbxReply
        {
            RequestId = id,
            Request = name,
            Status = reply.Status,
            ReceivedAt = host.Now,
            Raw = TextOf(reply),
        }, isLast: true);
    }

    /// <summary>The answer to a batch request is multipart text, which is no JSON: it is given as one JSON string.</summary>
    private static string TextOf(in RingCentralReply reply)
    {
        var text = Encoding.UTF8.GetString(reply.Body.Span);
        return reply.IsMultipart ? JsonSerializer.Serialize(text) : text;
    }

    private static void CheckJson(PbxRequest request)
    {
        if (request.Data.IsEmpty)
            return;
        try
        {
            using var document = JsonDocument.Parse(request.Data);
        }
        catch (JsonException)
        {
            throw RingCentralFaults.BadRequestBody(request.Request);
        }
    }
}
