using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.SocketIo;

namespace PbxEvents.Simulator.TelecomX;

/// <summary>
/// Requests and replies between clients (telecomx.md section 8), and a built-in partner that answers: one instance for the
/// employee of extension 1002, two for the one of 1003.
/// </summary>
/// <param name="pbx">The PBX's fixtures.</param>
/// <param name="clients">The clients on the socket.</param>
/// <param name="runInBackground">Runs the partner's answers beside everything else.</param>
/// <param name="pause">Waits by the simulator's clock.</param>
internal sealed class TelecomXPartners(
    TelecomXPbx pbx, Func<IReadOnlyList<TelecomXClient>> clients, Action<Func<Task>> runInBackground, Func<TimeSpan, Task> pause)
{
    private const int StreamLength = 5;
    private static readonly TimeSpan PartnerPace = TimeSpan.FromMilliseconds(10);

    private int _lastRequest;

    /// <summary>The partner's instances: employee and instance.</summary>
    public IReadOnlyList<(string Employee, string Instance)> Partners { get; } =
    [
        (pbx.EmployeeOf("1002"), "desk-1"), (pbx.EmployeeOf("1003"), "desk-2"), (pbx.EmployeeOf("1003"), "laptop-2"),
    ];

    /// <summary>Routes a request and acknowledges it.</summary>
    /// <param name="sender">Who sent it.</param>
    /// <param name="received">The request.</param>
    public void Request(TelecomXClient sender, SocketIoEvent received)
    {
        var data = received.Data;
        var (employee, instance) = Address(data.Member("to"));
        if (sender.Identity is not { } identity || employee is null || data.Text("request") is not { Length: > 0 } request)
        {
            received.Ack("""{"success":false,"requestId":null}""");
            return;
        }

        var id = $"r{Interlocked.Increment(ref _lastRequest)}";
        received.Ack($$"""{"success":true,"requestId":"{{id}}"}""");
        var replyTo = data.Member("replyTo").ValueKind == JsonValueKind.Object
            ? JsonNode.Parse(data.Member("replyTo").GetRawText())!.AsObject()
            : Party(identity.Employee, sender.InstanceId);
        var message = new JsonObject
        {
            ["request"] = request,
            ["requestId"] = id,
            ["from"] = Party(identity.Employee, sender.InstanceId),
            ["to"] = Party(employee, instance),
            ["replyTo"] = replyTo,
            ["data"] = Copy(data.Member("data")),
        };
        Send("REQUEST", employee, instance, message);
        foreach (var partner in Partners.Where(p => p.Employee == employee && (instance is null || p.Instance == instance)))
        {
            runInBackground(() => AnswerAsync(partner.Employee, partner.Instance, request, id, replyTo));
        }
    }

    /// <summary>Routes a reply.</summary>
    /// <param name="sender">Who sent it.</param>
    /// <param name="data">The reply.</param>
    public void Reply(TelecomXClient sender, JsonElement data)
    {
        var (employee, instance) = Address(data.Member("to"));
        if (sender.Identity is not { } identity || employee is null)
            return;
        var message = JsonNode.Parse(data.GetRawText())!.AsObject();
        message["from"] ??= Party(identity.Employee, sender.InstanceId);
        Send("REPLY", employee, instance, message);
    }

    /// <summary>A request from the partner to everybody who is connected as one employee.</summary>
    /// <param name="employee">The employee.</param>
    /// <param name="requestId">Its id.</param>
    /// <returns>The object that goes over the wire.</returns>
    public JsonObject FromPartner(string employee, string requestId) => new()
    {
        ["request"] = "CommunicatorGetStatus",
        ["requestId"] = requestId,
        ["from"] = Party(Partners[0].Employee, Partners[0].Instance),
        ["to"] = Party(employee, null),
        ["replyTo"] = Party(Partners[0].Employee, Partners[0].Instance),
        ["data"] = new JsonObject(),
    };

    private static (string? Employee, string? Instance) Address(JsonElement party) => (party.Text("employee"), party.Text("instanceId"));

    private static JsonObject Party(string employee, string? instance) => instance is null
        ? new JsonObject { ["employee"] = employee }
        : new JsonObject { ["employee"] = employee, ["instanceId"] = instance };

    private static JsonNode? Copy(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : JsonNode.Parse(element.GetRawText());

    private async Task AnswerAsync(string employee, string instance, string request, string id, JsonObject replyTo)
    {
        var count = request.EndsWith("StartStream", StringComparison.Ordinal) ? StreamLength : 1;
        for (var i = 1; i <= count; i++)
        {
            await pause(PartnerPace);
            var reply = new JsonObject
            {
                ["request"] = request,
                ["requestId"] = id,
                ["from"] = Party(employee, instance),
                ["to"] = replyTo.DeepClone(),
                ["data"] = count > 1
                    ? new JsonObject { ["line"] = i, ["text"] = $"log line {i}" }
                    : new JsonObject { ["status"] = "OK", ["instanceId"] = instance },
            };
            Send("REPLY", (string?)replyTo["employee"], (string?)replyTo["instanceId"], reply);
        }
    }

    private void Send(string name, string? employee, string? instance, JsonObject message)
    {
        var json = message.ToJsonString();
        foreach (var client in clients())
        {
            if (client.Identity?.Employee == employee && (instance is null || client.InstanceId == instance))
                client.Socket.Emit(name, json);
        }
    }
}
