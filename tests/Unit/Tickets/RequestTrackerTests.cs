using PbxEvents.Notify;
using PbxEvents.Notify.Tickets;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Evidence;

namespace PbxEvents.Tests.Unit.Tickets;

/// <summary>Real tickets on a real Request Tracker 5: made, found, commented, resolved, and refused.</summary>
public sealed class RequestTrackerTests
{
    [RequestTrackerFact]
    public async Task Keeps_one_ticket_for_one_caller()
    {
        await using var server = await RequestTrackerServer.StartNewAsync();
        using var http = new PatientHttp("Request Tracker", new TransportOptions { ConnectTimeout = TimeSpan.FromMinutes(5) });
        PbxEvents.Notify.Tickets.TicketDesk Open(string group = "Calls", string password = "password") => Desks.Make(
            PbxDesk.RequestTracker, new DeskAccess(new Uri(server.Uri)) { UserName = "root", Secret = new Secret(password), Group = group }, http);
        var desk = Open();
        var clerk = new TicketClerk(desk);

        // The desk's clock is that of today.
        TicketNote Call(int number) => Notes.Of(number) with { At = DateTimeOffset.UtcNow, Text = $"Øre {number}" };
        var hours = TimeSpan.FromHours(2);

        var (made, action) = await clerk.FileAsync(Call(1), hours, default);
        Assert.Equal(PbxTicketAction.Created, action);
        Assert.Equal((made.Id, PbxTicketAction.Known), await Filed(Call(1)));
        Assert.Equal((made.Id, PbxTicketAction.Commented), await Filed(Call(2)));
        Assert.Equal((made.Id, PbxTicketAction.Known), await Filed(Call(2)));

        // A comment that its process did not come to: the key is there already.
        var open = Assert.Single(await desk.FindOpenAsync(Call(1).CallerKey!, default));
        Assert.Equal([Call(1).CallKey, Call(2).CallKey], open.CallKeys);
        Assert.InRange(open.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddSeconds(2));
        await desk.FinishAsync(open, Call(3), default);
        await desk.FinishAsync(open, Call(3), default);

        Assert.Single(await clerk.ResolveAsync(Call(1).CallerKey!, "Reached", null, default));
        Assert.Empty(await desk.FindOpenAsync(Call(1).CallerKey!, default));
        var entry = Assert.Single(await server.SearchAsync("Queue = 'Calls'"));
        Assert.Equal(("resolved", 4), (entry.Status, entry.Texts.Count));
        Assert.Equal(["Øre 1", "Øre 2", "Øre 3", "Reached"], entry.Texts.Select(t => t.Split('\n')[0].TrimEnd()));

        // Who calls again after that has a new one.
        Assert.Equal(PbxTicketAction.Created, (await Filed(Call(4))).Action);

        Assert.Equal(PbxErrorKind.CredentialRefused, (await Assert.ThrowsAsync<PbxException>(() => Open(password: "wrong").CreateAsync(Call(5), default))).Kind);
        var refused = await Assert.ThrowsAsync<PbxException>(() => Open("Nowhere").CreateAsync(Call(5), default));
        Assert.True(refused.IsPermanent);
        Assert.Contains("Nowhere", refused.Message);

        // The queue General has no field for the key.
        var lost = await Assert.ThrowsAsync<PbxException>(() => new TicketClerk(Open("General")).FileAsync(Call(6), null, default));
        Assert.True(lost.IsPermanent);
        Assert.Contains("PbxCall", lost.Advice);

        async Task<(string Id, PbxTicketAction Action)> Filed(TicketNote note)
        {
            var (ticket, what) = await clerk.FileAsync(note, hours, default);
            return (ticket.Id, what);
        }
    }
}
