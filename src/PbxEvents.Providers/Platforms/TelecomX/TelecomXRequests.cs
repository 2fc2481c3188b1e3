using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.TelecomX;

/// <summary>
/// Requests and replies between clients, both roles (telecomx.md section 8): a request is acknowledged with its id, then
/// answered by any number of REPLY events with that id.
/// </summary>
internal sealed class TelecomXRequests(ISessionHost host, Utf8Pool pool)
{
    private static readonly FieldNames Names = new();

    private static readonly Field Success = Names.Add("success"), RequestId = Names.Add("requestId"), Request = Names.Add("request"),
        Data = Names.Add("data"), From = Names.Add("from"), ReplyTo = Names.Add("replyTo"), Message = Names.Add("message"),
        Employee = Names.Add("employee"), InstanceId = Names.Add("instanceId");

    private readonly JsonFields _fields = new(Names, pool);
    private readonly JsonFields _party = new(Names, pool);
    private readonly Dictionary<int, PbxRequest> _unacknowledged = [];
    private readonly Dictionary<string, (int Token, string Request)> _open = new(StringComparer.Ordinal);

    public void Send(int link, int token, PbxRequest request)
    {
        if (request.To is null)
            throw TelecomXFaults.NoReceiver();
        _unacknowledged[token] = request;
        host.Send(link, new OutFrame(FrameKind.Text, SocketIoEvent.Write("request", w =>
        {
            w.WriteStartObject("to");
            w.WriteString("employee", request.To);
            w.WriteOptional("instanceId", request.ToInstance);
            w.WriteEndObject();
            w.WriteString("request", request.Request);
            WriteData(w, request.Data);
        }), token));
    }

    public void Forget(int token)
    {
        _unacknowledged.Remove(token);
        foreach (var (id, open) in _open)
        {
            if (open.Token != token)
                continue;
            _open.Remove(id);
            break;
        }
    }

    /// <summary>The link is gone; the runtime fails what was pending.</summary>
    public void Clear()
    {
        _unacknowledged.Clear();
        _open.Clear();
    }

    public void AckReceived(in Frame frame)
    {
        var token = (int)frame.AckId;
        if (!_unacknowledged.Remove(token, out var request))
            return;
        var reader = new Utf8JsonReader(frame.Payload.Span);
        var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartArray && reader.Read()
            && reader.TokenType == JsonTokenType.StartObject;
        if (isObject)
            _fields.Read(frame.Payload, ref reader);
        var id = isObject ? _fields.Text(RequestId) : null;
        if (!isObject || _fields.Flag(Success) == false || id is null)
        {
            host.RequestFailed(token, TelecomXFaults.RequestRefused(request.Request, request.To, isObject ? _fields.Text(Message) : null));
            return;
        }
        _open[id] = (token, request.Request);
        host.RequestAccepted(token, id);
    }

    public void ReplyReceived(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        if (!TryReadMessage("REPLY", payload, ref reader, out var json))
            return;
        var id = _fields.Text(RequestId);
        Emit("REPLY", json);
        if (id is null || !_open.TryGetValue(id, out var open))
            return;
        host.RequestReplied(open.Token, new PbxReply
        {
            RequestId = id,
            Request = open.Request,
            From = ReadParty(From),
            ReceivedAt = host.Now,
            Raw = System.Text.Encoding.UTF8.GetString(_fields.Json(Data).Span),
        }, isLast: false);
    }

    public void RequestReceived(ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader)
    {
        if (TryReadMessage("REQUEST", payload, ref reader, out var json))
            Emit("REQUEST", json);
    }

    public void SendReply(int link, PbxEvent request, ReadOnlyMemory<byte> json)
    {
        if (request.Name != "REQUEST" || !_fields.Read(request.Payload))
            throw TelecomXFaults.NotARequest(request.Name);

        // The asker may want the answer somewhere else than where it came from.
        var to = _fields.Json(_fields.Has(ReplyTo) ? ReplyTo : From);
        var id = _fields.Text(RequestId);
        var name = _fields.Text(Request);
        host.Send(link, new OutFrame(FrameKind.Text, SocketIoEvent.Write("reply", w =>
        {
            if (!to.IsEmpty)
            {
                w.WritePropertyName("to");
                w.WriteRawValue(to.Span);
            }
            w.WriteOptional("request", name);
            w.WriteOptional("requestId", id);
            WriteData(w, json);
        })));
    }

    private static void WriteData(Utf8JsonWriter writer, ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
            return;
        writer.WritePropertyName("data");
        writer.WriteRawValue(json.Span);
    }

    private bool TryReadMessage(string name, ReadOnlyMemory<byte> payload, ref Utf8JsonReader reader, out ReadOnlyMemory<byte> json)
    {
        json = default;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            host.ReportUnreadable(payload.Span, $"A {name} whose payload is no object.");
            return false;
        }
        var start = (int)reader.TokenStartIndex;
        _fields.Read(payload, ref reader);
        json = payload[start..(int)reader.BytesConsumed];
        return true;
    }

    private string? ReadParty(Field field)
    {
        if (!_fields.IsStructure(field))
            return _fields.Text(field);
        _party.Read(_fields.Json(field));
        return _party.Text(InstanceId) is { } instance ? $"{_party.Text(Employee)}/{instance}" : _party.Text(Employee);
    }

    private void Emit(string name, ReadOnlyMemory<byte> json) => host.Emit(new PbxEvent
    {
        Category = PbxCategory.Message,
        Name = name,
        Topic = name,
        From = ReadParty(From),
        Payload = json,
    });
}
