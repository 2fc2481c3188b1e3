using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>A platform without a protocol: the supervisor's rules are tested on it. Frames are words.</summary>
internal sealed class FakePlatform : PbxProvider
{
    public Func<LinkPlan, CancellationToken, Task<IReadOnlyList<LinkTarget>>> Prepare { get; set; } =
        (_, _) => Task.FromResult<IReadOnlyList<LinkTarget>>([new LinkTarget { Uri = new Uri("ws://a.test/") }]);

    public List<LinkPlan> Plans { get; } = [];

    public int Releases { get; private set; }

    public override string Name => "Fake";

    public override IReadOnlyList<PbxEventType> EventTypes => [];

    public override IReadOnlyList<string> Topics => [];

    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string>();

    internal override PlatformDriver CreateDriver(DriverContext context) => new Driver(context, this);

    private sealed class Driver(DriverContext context, FakePlatform platform) : PlatformDriver(context)
    {
        public override string Server => "a.test";

        public override ProtocolSession CreateSession(ISessionHost host) => new Session(host);

        public override Task<IReadOnlyList<LinkTarget>> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
        {
            lock (platform.Plans)
                platform.Plans.Add(plan);
            return platform.Prepare(plan, cancellationToken);
        }

        public override Task ReleaseAsync(CancellationToken cancellationToken)
        {
            platform.Releases++;
            return Task.CompletedTask;
        }
    }

    /// <summary>
    /// Words: <c>ready</c>, <c>event NAME</c>, <c>throw</c>, <c>rotate</c>, <c>bad</c>, <c>fatal</c>, <c>confirm</c>,
    /// <c>refuse</c>.
    /// </summary>
    private sealed class Session(ISessionHost host) : ProtocolSession(host)
    {
        private readonly TopicTable<string> _topics = new(host);
        private int _link;

        public override void LinkOpened(int link, LinkTarget target)
        {
            _link = link;
            _topics.Reset();
            SendUnsent();
            Host.Send(link, new OutFrame(FrameKind.Text, "hello"u8.ToArray()));
        }

        public override void FrameReceived(int link, in Frame frame)
        {
            var words = System.Text.Encoding.UTF8.GetString(frame.Payload.Span).Split(' ');
            switch (words[0])
            {
                case "ready":
                    Host.LinkReady(link, LinkRecovery.None);
                    break;
                case "recovered":
                    Host.LinkReady(link, new LinkRecovery(PbxGapRecovery.Recovered));
                    break;
                case "event":
                    Host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = words[1], Payload = frame.Payload });
                    break;
                case "throw":
                    throw new InvalidOperationException("a session's mistake");
                case "rotate":
                    Host.Rotate();
                    break;
                case "confirm":
                    _topics.Confirm(words[1], "ok");
                    break;
                case "refuse":
                    _topics.Refuse(words[1], new PbxException(PbxErrorKind.SubscriptionRefused, "no", "ask"));
                    break;
                case "fatal":
                    Host.CloseLink(link, new PbxException(PbxErrorKind.CredentialRefused, "no", "fix it") { IsPermanent = true });
                    break;
                default:
                    Host.ReportUnreadable(frame.Payload.Span, "unknown word");
                    break;
            }
        }

        public override void LinkClosed(int link)
        {
        }

        public override void TimerElapsed(string timer)
        {
        }

        public override void Subscribe(PbxSubscription subscription)
        {
            _topics.Add(subscription, subscription.Filter.Topic);
            SendUnsent();
        }

        public override void Unsubscribe(PbxSubscription subscription)
        {
            foreach (var topic in _topics.Remove(subscription))
                Host.Send(_link, new OutFrame(FrameKind.Text, System.Text.Encoding.UTF8.GetBytes($"unsubscribe {topic}")));
        }

        public override void SendRequest(int token, PbxRequest request) => Host.RequestAccepted(token, "r1");

        public override void Closing() => Host.Send(_link, new OutFrame(FrameKind.Text, "bye"u8.ToArray()));

        private void SendUnsent()
        {
            foreach (var topic in _topics.Unsent)
            {
                _topics.MarkSent(topic);
                Host.Send(_link, new OutFrame(FrameKind.Text, System.Text.Encoding.UTF8.GetBytes($"subscribe {topic}")));
            }
        }
    }
}
