using System.Net;
using System.Net.Http.Json;
using PbxEvents.Tool.Demo;

namespace PbxEvents.Tests.Unit.Tool;

/// <summary>The demo's ticket end point takes real requests.</summary>
public sealed class TicketDeskTests
{
    [Fact(DisplayName = "takes tickets, shows them, numbers them, and refuses what is none")]
    public async Task TakesTickets()
    {
        var shown = new List<string>();
        await using var desk = TicketDesk.Open(shown.Add);
        using var http = new HttpClient();
        var ticket = new Ticket("Missed call from +4511111111", "+4511111111", "1001", DateTimeOffset.UnixEpoch, "e1");

        using var first = await http.PostAsJsonAsync(desk.Address, ticket);
        using var broken = await http.PostAsync(desk.Address, new StringContent("{"));
        using var second = await http.PostAsJsonAsync(desk.Address, ticket);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        Assert.Equal("""{"number":2}""", await second.Content.ReadAsStringAsync());
        Assert.Contains("ticket 1: Missed call from +4511111111, extension 1001", shown[0], StringComparison.Ordinal);
        Assert.True(desk.Address.IsLoopback);
    }
}
