using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.RingCentral;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>A RingCentral driver whose HTTP is scripted.</summary>
internal sealed class RingCentralDriverRig
{
    private RingCentralDriverRig(Func<HttpCall, HttpAnswer?>? answer, PbxConnectOptions? options, RingCentralDriverRig? beside)
    {
        Clock = beside?.Clock ?? new ManualTimeProvider();
        Groups = beside?.Groups ?? new RateGroups(RingCentralTiming.Default);
        Http = new FakeHttp(call => answer?.Invoke(call) ?? Answer(call));
        options = (options ?? Options) with { Transport = new TransportOptions { Clock = Clock } };
        Driver = new RingCentralDriver(new DriverContext(options, Http, Activity.Add), RingCentralTiming.Default, Groups);
    }

    public static PbxConnectOptions Options { get; } = new()
    {
        Provider = "RingCentral",
        ClientId = "app-1",
        ClientSecret = new Secret("APP-SECRET"),
        Jwt = new Secret("JWT-SECRET"),
    };

    public ManualTimeProvider Clock { get; }

    /// <summary>What the connections of a process share.</summary>
    public RateGroups Groups { get; }

    public FakeHttp Http { get; }

    public List<string> Activity { get; } = [];

    public RingCentralDriver Driver { get; }

    public static RingCentralDriverRig Create(Func<HttpCall, HttpAnswer?>? answer = null, PbxConnectOptions? options = null) => new(answer, options, null);

    /// <summary>The driver of another connection of the same process.</summary>
    public RingCentralDriverRig Beside(PbxConnectOptions? options = null) => new(null, options, this);

    /// <summary>Prepares an attempt.</summary>
    /// <param name="resume">The session to go on with.</param>
    /// <returns>Where it leads, and with which OAuth grant.</returns>
    public async Task<(LinkTarget Target, RingCentralTicket Ticket)> PrepareAsync(KeptSession? resume = null)
    {
        var offer = await Driver.PrepareAsync(new LinkPlan(Resume: resume), default);
        return (Assert.Single(offer.Targets), (RingCentralTicket)offer.Ticket);
    }

    /// <summary>A session that was lost just now, of the first OAuth grant.</summary>
    public KeptSession Lost(string token = "WSC") =>
        new(new RecoveryToken(token, 1), new WireSubscription("sub-1", new HashSet<string>()), TimeSpan.FromSeconds(180), Clock.GetUtcNow(), 1);

    private static HttpAnswer Answer(HttpCall call) => call.Uri.AbsolutePath switch
    {
        "/restapi/oauth/token" => FakeHttp.Json(200, """{"access_token":"AT1","token_type":"bearer","expires_in":3600,"refresh_token":"RT1","refresh_token_expires_in":604799}"""),
        "/restapi/oauth/wstoken" => FakeHttp.Json(200, """{"uri":"wss://ws.example.test/ws","ws_access_token":"WST1","expires_in":30}"""),
        _ => FakeHttp.Json(200, "{}"),
    };

    /// <summary>Lets time pass, second by second, until something that waits by the clock is done.</summary>
    public async Task AdvanceUntilAsync(Task work)
    {
        for (var second = 0; second < 1000 && !work.IsCompleted; second++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));

            // What a timer completes goes on beside this thread and may set the next timer.
            await Task.WhenAny(work, Task.Delay(20));
        }
        await work.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
