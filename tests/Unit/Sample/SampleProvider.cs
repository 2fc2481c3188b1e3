using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Tests.Unit.Sample;

/// <summary>
/// A platform that nobody sells, made of nothing but the kit: what a new one needs at least (architecture.md section 7). Its protocol
/// stands in <see cref="SampleSession"/>.
/// </summary>
internal sealed class SampleProvider : PbxProvider
{
    public override string Name => "Sample";

    public override IReadOnlyList<string> Topics => ["calls"];

    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string> { nameof(PbxConnectOptions.Server), nameof(PbxConnectOptions.UserName) };

    public override IReadOnlyList<PbxEventType> EventTypes { get; } =
        [.. SampleEvents.Names.Select(n => new PbxEventType("Sample", "calls", n, PbxCategory.Call, $"A leg is {n}.") { Subscription = PbxSubscriptionType.Call })];

    internal override PlatformDriver CreateDriver(DriverContext context) => new SampleDriver(context);
}

/// <summary>Who logs in.</summary>
internal sealed record SampleTicket(string User, Secret Password) : LinkTicket;

/// <summary>No HTTP: user and password go over the link.</summary>
internal sealed class SampleDriver(DriverContext context) : PlatformDriver(context)
{
    private readonly Uri _server = ServerAddress.Parse(context.Options.Server ?? "");

    public override string Server => ServerAddress.Display(_server);

    public override ProtocolSession CreateSession(ISessionHost host) => new SampleSession(host, Server);

    public override Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken) => Task.FromResult(new LinkOffer(
        [new LinkTarget { Uri = new Uri(ServerAddress.ToWebSocket(_server), "/events"), Kind = LinkKind.WebSocket }],
        new SampleTicket(Context.Options.UserName!, Context.Options.Password!)));
}
