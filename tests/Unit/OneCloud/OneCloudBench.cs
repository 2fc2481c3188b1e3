using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.OneCloud;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>A OneCloud session on a recording host. Its tokens are called TOKEN-1, TOKEN-2 and so on, and live for an hour.</summary>
internal sealed class OneCloudBench
{
    private int _tokens = 1;
    private int _link;

    private OneCloudBench(OneCloudTicket? ticket, TimeZoneInfo? zone)
    {
        Newest = Dated(ticket ?? Ticket);
        Session = new OneCloudSession(Host, "core.example.com", new PbxConnectOptions { Provider = "OneCloud", TimeZone = zone });
        Host.Session = Session;
    }

    public static LinkTarget Target { get; } = new() { Uri = new Uri("wss://core.example.com:8001/socket.io/"), Kind = LinkKind.SocketIo };

    /// <summary>The first token of a login.</summary>
    public static OneCloudTicket Ticket { get; } = new(new Secret("TOKEN-1"), "example-domain", default)
    {
        OwnDomain = "example-domain",
        Uid = "1001@example-domain",
        Scope = "Office Manager",
    };

    /// <summary>What comes with the next link.</summary>
    public OneCloudTicket Newest { get; private set; }

    public RecordingHost Host { get; } = new();

    public OneCloudSession Session { get; }

    /// <summary>A session without a link.</summary>
    /// <param name="ticket">What comes with its links; <see cref="Ticket"/> when left out.</param>
    /// <param name="zone">The zone of the platform's times; UTC when left out.</param>
    public static OneCloudBench Create(OneCloudTicket? ticket = null, TimeZoneInfo? zone = null) => new(ticket, zone);

    /// <summary>As <see cref="Create"/>, with an open link on which these are subscribed to and confirmed.</summary>
    public static OneCloudBench Open(params PbxSubscriptionFilter[] filters)
    {
        var bench = Create();
        bench.OpenLink();
        foreach (var filter in filters)
            bench.Subscribe(filter);
        bench.ConfirmAll();
        return bench;
    }

    public int OpenLink()
    {
        Session.LinkOpened(++_link, Target, Newest);
        return _link;
    }

    public void LoseLink() => Session.LinkClosed(_link);

    public PbxSubscription Subscribe(PbxSubscriptionFilter filter)
    {
        var subscription = new PbxSubscription { Id = 1, Connection = "test", Filter = filter };
        Session.Subscribe(subscription);
        return subscription;
    }

    public PbxSubscription SubscribeCalls(params string[] extensions) =>
        Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = extensions });

    /// <summary>Another token has come.</summary>
    public void Renew()
    {
        Newest = Dated(Newest with { Token = new Secret($"TOKEN-{++_tokens}") });
        Session.CredentialRenewed(Newest);
    }

    /// <summary>Confirms what was sent, in the platform's words.</summary>
    public void ConfirmAll()
    {
        foreach (var stream in Host.SentText.Select(ReadSubscription).Distinct().ToArray())
            Receive($$"""["status",{"status":"Setup Complete ({{stream}})"}]""");
    }

    public void Receive(string frame) => Host.Receive(frame, _link);

    /// <summary>Feeds a recording.</summary>
    /// <param name="name">The file in tests/Fixtures/onecloud, without its extension.</param>
    /// <param name="count">How many frames of it; all when left out.</param>
    /// <param name="skip">How many frames to leave out first.</param>
    public void Play(string name, int count = int.MaxValue, int skip = 0)
    {
        foreach (var line in ReadFixture(name).Skip(skip).Take(count))
            Receive(line);
    }

    public static IReadOnlyList<string> ReadFixture(string name) => Fixture.Read("onecloud", name);

    private OneCloudTicket Dated(OneCloudTicket ticket) => ticket with { ObtainedAt = Host.Now, EndsAt = Host.Now + TimeSpan.FromHours(1) };

    /// <summary>What a sent subscription names, in the words of its confirmation.</summary>
    private static string ReadSubscription(string sent)
    {
        using var document = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetBytes(sent));
        var data = document.RootElement[1];
        var filter = data.TryGetProperty("filter", out var f) ? f.GetString() : "";
        var subtype = data.TryGetProperty("subtype", out var s) ? $"-<T>-{s.GetString()}" : "";
        return $"{data.GetProperty("domain").GetString()}-<>-{data.GetProperty("type").GetString()}-<>-{filter}{subtype}";
    }
}
