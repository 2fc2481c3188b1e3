using System.Net.Http.Json;
using System.Text.Json;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;
using PbxEvents.Tool.Output;

namespace PbxEvents.Tool.Demo;

/// <summary>The main use from end to end on this machine alone: a missed call becomes a ticket. examples/Demo.ps1 shows the same.</summary>
internal static class MissedCallDemo
{
    private const string Provider = "TelecomX";

    /// <summary>Long for a slow machine; the calls take about ten seconds.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    private static readonly ScenarioOptions Pace = new() { Pace = TimeSpan.FromMilliseconds(300) };

    /// <summary>Runs the demo.</summary>
    /// <returns>The exit code: 0 when the ticket was filed.</returns>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await ShowAsync(limit.Token);
            return 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Console.Error.WriteLine($"No ticket was filed within {Limit.TotalSeconds} seconds.");
            return 1;
        }
    }

    private static async Task ShowAsync(CancellationToken cancellationToken)
    {
        await using var desk = TicketDesk.Open(Console.WriteLine);
        Console.WriteLine($"A ticket desk listens at {desk.Address}");
        await using var pbx = PbxSimulator.Start(new SimulatorOptions { Provider = Provider });
        Console.WriteLine($"A simulated {pbx.Provider} PBX listens at {pbx.Server}");

        await using var client = await PbxClient.ConnectAsync(Options(pbx), cancellationToken);
        Console.WriteLine($"{client.Name} is connected as {pbx.UserName}");
        var subscription = await client.SubscribeAsync(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call }, cancellationToken);
        Console.WriteLine($"The PBX confirmed the subscription to {subscription.Filter}. Three calls come in:");

        var shown = PrintAsync(client.Events.OpenCursor(client.Events.Head), cancellationToken);
        var missed = WaitForMissedCallAsync(client.Events.OpenCursor(client.Events.Head), cancellationToken);
        foreach (var scenario in new[] { "Answered", "AnsweredElsewhere", "Missed" })
            await pbx.PlayAsync(scenario, Pace, cancellationToken);

        var (call, key) = await missed;
        var number = await FileTicketAsync(desk.Address, call, key, cancellationToken);
        await client.DisconnectAsync(cancellationToken);
        var count = await shown;
        Console.WriteLine($"Done: {count} events of {client.GetCalls().Count} calls, one was missed, and ticket {number} is filed for it.");
    }

    private static PbxConnectOptions Options(PbxSimulator pbx) => new()
    {
        Provider = pbx.Provider,
        Server = pbx.Server.ToString(),
        UserName = pbx.UserName,
        Password = new Secret(pbx.Password),
    };

    private static async Task<int> PrintAsync(EventCursor cursor, CancellationToken cancellationToken)
    {
        var count = 0;
        while (await cursor.WaitAsync(cancellationToken))
        {
            while (cursor.TryRead(out var pbxEvent, out _))
            {
                if (pbxEvent!.Category == PbxCategory.Connection)
                    continue;
                count++;
                Console.WriteLine(EventText.Write(pbxEvent));
            }
        }
        return count;
    }

    private static async Task<(PbxCall Call, string Key)> WaitForMissedCallAsync(EventCursor cursor, CancellationToken cancellationToken)
    {
        while (await cursor.WaitAsync(cancellationToken))
        {
            while (cursor.TryRead(out var pbxEvent, out _))
            {
                if (pbxEvent is { Outcome: PbxOutcome.Missed, Call: { } call })
                    return (call, pbxEvent.Id);
            }
        }
        throw new PbxException(PbxErrorKind.Disconnected, "The connection ended before a call was missed.", "Run the demo again.");
    }

    private static async Task<int> FileTicketAsync(Uri desk, PbxCall call, string key, CancellationToken cancellationToken)
    {
        var ticket = new Ticket($"Missed call from {call.From}", call.From, call.Extension, call.StartedAt, key);
        using var http = new HttpClient();
        using var response = await http.PostAsJsonAsync(desk, ticket, cancellationToken);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return answer.GetProperty("number").GetInt32();
    }
}
