using System.Text;
using PbxEvents.Benchmarks.Load;
using PbxEvents.Providers;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Benchmarks.Micro;

/// <summary>One platform's session, logged in and subscribed, without a connection around it.</summary>
internal sealed class SessionRig
{
    private readonly ProtocolSession _session;

    private SessionRig(ProtocolSession session, TrackingHost host)
    {
        _session = session;
        Host = host;
    }

    public TrackingHost Host { get; }

    public static async Task<SessionRig> CreateAsync(string name, int capacity)
    {
        var platform = Platform.Get(name);
        var host = new TrackingHost(capacity);
        var options = platform.OptionsFor("http://127.0.0.1");
        var driver = PbxProviders.Get(name).CreateDriver(new DriverContext(options, new FeedLink(platform), _ => { }));
        var session = driver.CreateSession(host);
        var rig = new SessionRig(session, host);
        session.Subscribe(new PbxSubscription { Id = 1, Connection = "bench", Filter = platform.Filter });
        var offer = await driver.PrepareAsync(session.PlanLink(false), CancellationToken.None);
        session.LinkOpened(1, offer.Targets[0], offer.Ticket);
        if (platform.Greeting is { } greeting)
            rig.Receive(Encoding.UTF8.GetBytes(greeting));
        for (var i = 0; i < host.Sent.Count; i++)
        {
            foreach (var answer in platform.Answer(Encoding.UTF8.GetString(host.Sent[i].Payload.Span)))
                rig.Receive(Encoding.UTF8.GetBytes(answer));
        }
        return rig;
    }

    public void Receive(byte[] frame) => _session.FrameReceived(1, new Frame(FrameKind.Text, frame));
}
