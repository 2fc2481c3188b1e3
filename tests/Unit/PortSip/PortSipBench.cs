using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Providers.Platforms.PortSip;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>A PortSIP session on a recording host, with a link that is open and logged in when a test wants it.</summary>
internal sealed class PortSipBench
{
    private int _links;

    public PortSipBench(string? domain = "example.io", string user = "alice")
    {
        var options = new PbxConnectOptions { Provider = "PortSIP", Domain = domain, UserName = user, Password = new Secret("pw-1") };
        Host.Session = new PortSipSession(Host, PortSipLogin.From(options), CallIds);
    }

    public RecordingHost Host { get; } = new();

    public LiveCallIds CallIds { get; } = new(100);

    public PbxEvent Last => Host.LastEvent;

    public PbxCall Call => Host.Calls[^1];

    /// <summary>The time in the platform's words.</summary>
    public string Now => Host.Now.ToUnixTimeSeconds().ToString();

    /// <summary>The commands that were sent, without the login.</summary>
    public IReadOnlyList<string> Commands => Host.SentText.Where(t => !t.Contains("\"auth\"", StringComparison.Ordinal)).ToArray();

    /// <summary>Opens the next link; the login is on the wire afterwards.</summary>
    public int Open(string dialect = "V22")
    {
        Host.Session!.LinkOpened(++_links, new LinkTarget { Uri = new Uri("wss://pbx.test:8887/wsi"), Tag = dialect }, LinkTicket.None);
        return _links;
    }

    /// <summary>Opens a link and logs in.</summary>
    public PortSipBench Connect(string dialect = "V22")
    {
        var link = Open(dialect);
        Host.Receive("""{"status":0}""", link);
        return this;
    }

    public PbxSubscription Subscribe(PbxSubscriptionFilter filter)
    {
        var subscription = new PbxSubscription { Filter = filter };
        Host.Session!.Subscribe(subscription);
        return subscription;
    }

    public PbxSubscription SubscribeTopic(string topic, string[]? extensions = null, string[]? queues = null, string[]? tenants = null) =>
        Subscribe(new PbxSubscriptionFilter { Topic = [topic], Extension = extensions ?? [], Queue = queues ?? [], Tenant = tenants ?? [] });

    public void Lose() => Host.Session!.LinkClosed(_links);

    public void Receive(string json) => Host.Receive(json, _links);

    /// <summary>Sends an event; the time of the platform is that of the bench.</summary>
    public PbxEvent Event(string name, object fields, int after = 1)
    {
        Host.Advance(TimeSpan.FromSeconds(after));
        var json = JsonSerializer.SerializeToNode(fields)!.AsObject();
        json["event_type"] = name;
        if (!json.ContainsKey("tenant_id"))
            json["tenant_id"] = "236";
        if (!json.ContainsKey("time"))
            json["time"] = Now;
        Receive(json.ToJsonString());
        return Last;
    }

    public string Ago(int seconds) => (Host.Now.ToUnixTimeSeconds() - seconds).ToString();
}
