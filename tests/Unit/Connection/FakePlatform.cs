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

    /// <summary>The call records; null for a platform without.</summary>
    public FakeRecords? Records { get; set; }

    /// <summary>The directory; null for a platform without.</summary>
    public FakeDirectory? Directory { get; set; }

    /// <summary>Whose events they are.</summary>
    public string Account { get; set; } = "alice";

    /// <summary>What the driver wants to find again.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; private set; } = new Dictionary<string, string>();

    /// <summary>What an earlier process left; null when it left nothing.</summary>
    public IReadOnlyDictionary<string, string>? Imported { get; private set; }

    public long KeysVersion { get; private set; }

    /// <summary>True when looking up the present state fails.</summary>
    public bool FailsToLookUp { get; set; }

    /// <summary>How many times the present state was looked up.</summary>
    public int LookUps { get; private set; }

    public override string Name => "Fake";

    public override IReadOnlyList<PbxEventType> EventTypes => [];

    public override IReadOnlyList<string> Topics => [];

    public override IReadOnlySet<string> OptionNames { get; } = new HashSet<string>();

    internal override PlatformDriver CreateDriver(DriverContext context) => new Driver(context, this);

    public void SetKeys(string name, string value)
    {
        Keys = new Dictionary<string, string> { [name] = value };
        KeysVersion++;
    }

    private sealed class Driver(DriverContext context, FakePlatform platform) : PlatformDriver(context)
    {
        public override string Server => "a.test";

        public override RecordReader? Records => platform.Records;

        public override DirectoryReader? Directory => platform.Directory;

        public override string Account => platform.Account;

        public override long KeysVersion => platform.KeysVersion;

        public override IReadOnlyDictionary<string, string> ExportKeys(DateTimeOffset since) => platform.Keys;

        public override void ImportKeys(IReadOnlyDictionary<string, string> keys) => platform.Imported = keys;

        public override ProtocolSession CreateSession(ISessionHost host) => new Session(host);

        public override async Task<LinkOffer> PrepareAsync(LinkPlan plan, CancellationToken cancellationToken)
        {
            lock (platform.Plans)
                platform.Plans.Add(plan);
            return new LinkOffer(await platform.Prepare(plan, cancellationToken), LinkTicket.None);
        }

        public override async IAsyncEnumerable<Snapshot> GetSnapshotsAsync(
            SnapshotRequest wanted, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            platform.LookUps++;
            await Task.Yield();
            if (platform.FailsToLookUp)
                throw new PbxException(PbxErrorKind.LinkLost, "no", "wait");
            yield return new Snapshot("found", default);
        }

        public override Task ReleaseAsync(CancellationToken cancellationToken)
        {
            platform.Releases++;
            return Task.CompletedTask;
        }
    }

    private sealed record Wanted : SnapshotRequest;

    /// <summary>
    /// Words: <c>ready</c>, <c>event NAME</c>, <c>config NAME</c>, <c>queue NUMBER NAME</c>, <c>call ID STATE</c>, <c>begin ID</c>, <c>leg ID LEG STATE</c>, <c>throw</c>, <c>timer</c>, <c>rotate</c>, <c>bad</c>, <c>fatal</c>, <c>confirm</c>,
    /// <c>refuse</c>.
    /// </summary>
    private sealed class Session(ISessionHost host) : ProtocolSession(host)
    {
        private readonly TopicTable<string> _topics = new(host);
        private int _link;

        public override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
        {
            _link = link;
            _topics.Reset();
            SendUnsent();
            Host.Send(link, new OutFrame(FrameKind.Text, "hello"u8.ToArray()));
        }

        private void EmitLeg(string callId, string leg, string state, PbxLegRole role = PbxLegRole.Callee)
        {
            var update = new CallUpdate().Reset(callId);
            update.Direction = PbxDirection.Inbound;
            update.Add(new LegUpdate(leg, role, Enum.Parse<PbxCallState>(state)) { Extension = "1001" });
            Host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = state, Extension = "1001" }, update);
        }

        public override void FrameReceived(int link, in Frame frame)
        {
            var words = System.Text.Encoding.UTF8.GetString(frame.Payload.Span).Split(' ');
            switch (words[0])
            {
                case "ready":
                    Host.LinkReady(link, LinkRecovery.None, new Wanted());
                    break;
                case "recovered":
                    Host.LinkReady(link, new LinkRecovery(PbxGapRecovery.Recovered), new Wanted());
                    break;
                case "event":
                    Host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = words[1], Payload = frame.Payload });
                    break;
                case "config":
                    Host.Emit(new PbxEvent { Category = PbxCategory.Config, Name = words[1], Payload = frame.Payload });
                    break;
                case "queue":
                    Host.Emit(
                        new PbxEvent { Category = PbxCategory.Queue, Name = "queue", Queue = words[1], Payload = frame.Payload }, null,
                        new QueueUpdate(words[1]) { Name = words.ElementAtOrDefault(2) });
                    break;
                case "call":
                    EmitLeg(words[1], "live", words[2]);
                    break;
                case "begin":
                    EmitLeg(words[1], "caller", "Offered", PbxLegRole.Caller);
                    break;
                case "leg":
                    EmitLeg(words[1], words[2], words[3]);
                    break;
                case "throw":
                    throw new InvalidOperationException("a session's mistake");
                case "timer":
                    Host.NewTimer(FaultyTimer).Set(TimeSpan.FromSeconds(1));
                    break;
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

        public override void SnapshotReceived(in Snapshot snapshot) =>
            Host.Emit(new PbxEvent { Category = PbxCategory.Call, Name = snapshot.Kind, Synthesized = true });

        private static void FaultyTimer() => throw new InvalidOperationException("a timer's mistake");

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
