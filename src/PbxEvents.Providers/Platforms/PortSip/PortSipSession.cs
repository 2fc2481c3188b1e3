using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>PortSIP as a state machine: login, topics, silence (portsip.md sections 2, 3 and 6).</summary>
internal sealed class PortSipSession : TopicSession<PortSipTopic>
{
    /// <summary>Section 6: no answer to the login in 10-15 s; reconnect.</summary>
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Section 3: warn after 10-15 s without answer and event.</summary>
    private static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(12);

    private readonly PortSipLogin _login;
    private readonly PortSipEvents _events;
    private readonly JsonFields _fields;
    private readonly SessionTimer _loginTimer;

    /// <summary>By topic: no answer to its subscription yet.</summary>
    private readonly KeyedTimers<string> _quietTimers;

    /// <summary>The commands that an answer may still come for, oldest first: an answer need not name its command.</summary>
    private readonly List<SentCommand> _unanswered = [];
    private readonly HashSet<string> _wantedNames = new(StringComparer.Ordinal);

    /// <summary>The newest link's; null before the first.</summary>
    private LinkTarget? _target;

    /// <summary>True once a subscription was never answered: then a restored one does not wait for an answer, either.</summary>
    private bool _isMute;

    /// <summary>True once a subscription was answered: then silence is no yes.</summary>
    private bool _hasAnswered;

    /// <param name="host">Where everything goes that comes out.</param>
    /// <param name="login">Who logs in. A login lasts as long as its link, so there is no token to be handed over.</param>
    /// <param name="callIds">Learns the sessions of the calls, for their records.</param>
    public PortSipSession(ISessionHost host, PortSipLogin login, LiveCallIds callIds)
        : base(host)
    {
        _login = login;
        _loginTimer = host.NewTimer(LoginUnanswered);
        _quietTimers = new KeyedTimers<string>(host, StayedQuiet);
        var pool = new Utf8Pool();
        _fields = new JsonFields(PortSipFields.Names, pool);
        _events = new PortSipEvents(host, pool, _fields, _wantedNames, callIds);
    }

    private string Server => PortSipAddress.Display(_target!);

    private PortSipDialect Dialect => PortSipAddress.DialectOf(_target!);

    private bool IsAwaitingAnswer => _unanswered.Exists(c => c.Command == "subscribe" && Topics.Unanswered.Any(t => t.Name == c.Topic));

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var filter = subscription.Filter;
        var topics = PortSipTopics.Resolve(filter, _login.Kind);
        foreach (var name in filter.EventName)
        {
            if (PortSipCatalogue.All.Find(name) is null)
                throw PlatformFaults.UnknownEvent("PortSIP", name);
        }
        if (_target is not null && topics.FirstOrDefault(t => !IsOffered(t)) is { Name: not null } missing)
            throw PortSipFaults.NotInDialect(missing.Name, Server);
        if (filter.Topic.Count > 0)
        {
            // An event does not say whether the tenant's or the global topic brought it.
            var names = topics.Select(t => PortSipTopics.BaseOf(t.Name)).Distinct().ToArray();
            subscription.EventTopics = [.. names, .. names.Select(n => PortSipTopics.GlobalPrefix + n)];
        }
        _events.LearnFrom(filter);
        Topics.Add(subscription, topics);
        RefreshWantedNames();
        if (IsAuthenticated)
            SendUnsent();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        var orphans = Topics.Remove(subscription);
        var before = _wantedNames.ToArray();
        RefreshWantedNames();
        foreach (var name in before.Where(n => !_wantedNames.Contains(n)))
            _quietTimers.Cancel(name);
        if (IsAuthenticated)
        {
            SendUnsubscribe(orphans);
            SendUnsent();
        }
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void Closing()
    {
        if (IsAuthenticated)
            SendUnsubscribe(Topics.Wanted);
    }

    /// <inheritdoc/>
    protected override void Opened(LinkTarget target, LinkTicket ticket)
    {
        _target = target;
        _unanswered.Clear();
        _events.LinkOpened();
        if (Dialect == PortSipDialect.V16 && _login.Kind == PortSipLoginKind.SystemAdministrator)
        {
            Host.CloseLink(Link, PortSipFaults.NoSystemLogin(Server));
            return;
        }
        Host.Log($"Logging in ({_login.Kind}).");
        _loginTimer.Set(LoginTimeout);
        Send(PortSipCommands.Authenticate(_login));
    }

    /// <inheritdoc/>
    protected override void Closed()
    {
        _loginTimer.Cancel();
        _quietTimers.CancelAll();
        _unanswered.Clear();
    }

    /// <summary>Section 8: some of the platform's own samples are no JSON. Such a message is lost, the link is not.</summary>
    /// <inheritdoc/>
    protected override void ReadFrame(int link, in Frame frame)
    {
        if (frame.Kind != FrameKind.Text)
            return;
        if (!_fields.Read(frame.Payload))
            Host.ReportUnreadable(frame.Payload.Span, "It is no object.");
        else if (_fields.Text(PortSipFields.EventType) is { } name)
            EventReceived(name, frame.Payload);
        else if (_fields.Number(PortSipFields.Status) is { } status)
            AnswerReceived(status);
        else
            _events.ReceiveUnknown(_fields.Text(PortSipFields.Command), frame.Payload);
    }

    // ---- login -----------------------------------------------------------------------------------------------------

    private void AnswerReceived(long status)
    {
        var command = _fields.Text(PortSipFields.Command);
        var code = _fields.Text(PortSipFields.Status)!;
        var error = _fields.Text(PortSipFields.Error);
        if (!IsAuthenticated)
        {
            // Section 2: only the status decides. Nothing else is sent before it, so the first answer is the login's.
            _loginTimer.Cancel();
            if (status == 0)
                LoggedIn();
            else
                Host.CloseLink(Link, PortSipFaults.Refused(_login, Server, code, error));
            return;
        }
        var index = command is null ? 0 : _unanswered.FindIndex(c => c.Command.Equals(command, StringComparison.OrdinalIgnoreCase));
        if (index < 0 || index >= _unanswered.Count)
        {
            if (status != 0)
                Host.Warn(PortSipFaults.CommandRefused(code, error));
            return;
        }
        var answered = _unanswered[index];

        // Answers come in the order of the commands; those before it will get none.
        _unanswered.RemoveRange(0, index + 1);
        if (answered.Command != "subscribe")
            return;
        _isMute = false;
        _hasAnswered = true;
        if (!_unanswered.Exists(c => c.Topic == answered.Topic))
            _quietTimers.Cancel(answered.Topic);
        if (status == 0)
            Confirm(answered.Topic, answered.Members, "status 0");
        else
            Refuse(answered, code, error);
    }

    private void LoginUnanswered() => Host.CloseLink(Link, PortSipFaults.NotAuthenticated(Server, LoginTimeout));

    private void LoggedIn()
    {
        Host.Log($"Logged in; the dialect is {Dialect}.");
        foreach (var topic in Topics.Wanted.Where(t => !IsOffered(t)).ToArray())
            Topics.Refuse(topic, PortSipFaults.NotInDialect(topic.Name, Server));
        RefreshWantedNames();
        Authenticated();
    }

    private bool IsOffered(PortSipTopic topic) => PortSipTopics.Has(Dialect, topic.Name);

    // ---- topics ----------------------------------------------------------------------------------------------------

    /// <summary>
    /// One command after the other, as long as the server may answer: an answer need not say which one it means, and that of a
    /// later command must not be taken for an earlier one's that was never answered.
    /// </summary>
    protected override void SendUnsent()
    {
        while (Topics.Unsent is [var next, ..] && (_isMute || !IsAwaitingAnswer))
        {
            var name = next.Name;

            // Whether a second command adds to the first or replaces it is not documented. With all members in every one
            // nothing is lost either way, and the state that comes again is no news.
            var members = Topics.Wanted.Where(t => t.Name == name).Select(t => t.Member).ToArray();
            foreach (var topic in Topics.Unsent.Where(t => t.Name == name))
                Topics.MarkSent(topic);
            _unanswered.Add(new SentCommand("subscribe", name, members));
            _events.Subscribed(name);
            Send(PortSipCommands.Subscribe(name, members));
            if (_isMute && !IsReady)
                Confirm(name, members, null);
            else
                _quietTimers.Set(name, QuietTimeout);
        }
    }

    private void SendUnsubscribe(IEnumerable<PortSipTopic> topics)
    {
        foreach (var group in topics.GroupBy(t => t.Name, t => t.Member).ToArray())
        {
            if (!_isMute)
                _unanswered.Add(new SentCommand("unsubscribe", group.Key, [.. group]));
            Send(PortSipCommands.Unsubscribe(group.Key, group));
        }
    }

    private void EventReceived(string name, ReadOnlyMemory<byte> payload)
    {
        var received = _events.Receive(name, payload);
        if (received.Topic is not { } topic || !IsAwaited(topic))
            return;

        // A snapshot speaks for what it names, any other event for the whole command.
        Confirm(topic, received.Members ?? Topics.Unanswered.Where(t => t.Name == topic).Select(t => t.Member).ToArray(), name);
    }

    private bool IsAwaited(string topic) => !Topics.IsSettled && Topics.Unanswered.Any(t => t.Name == topic);

    private void Confirm(string topic, IReadOnlyList<string> members, string? words)
    {
        foreach (var member in members)
            Topics.Confirm(new PortSipTopic(topic, member), words is null ? null : $"{topic}: {words}");
        SendUnsent();
        ReadyIfSettled();
    }

    private void Refuse(SentCommand command, string code, string? error)
    {
        var refused = Topics.Unanswered.Where(t => t.Name == command.Topic && command.Members.Contains(t.Member)).ToArray();
        var notRestored = PortSipFaults.RestoreRefused(Server, command.Topic, code, error);
        if (Array.Exists(refused, t => RecycleFor(t, notRestored)))
            return;
        var fault = PortSipFaults.SubscriptionRefused(command.Topic, Describe(refused), code, error);
        var orphans = new List<PortSipTopic>();
        foreach (var topic in refused)
            orphans.AddRange(Topics.Refuse(topic, fault));
        RefreshWantedNames();
        SendUnsubscribe(orphans.Except(refused));

        // What was fine before may have gone down with the refused command.
        foreach (var topic in Topics.Wanted.Where(t => t.Name == command.Topic).ToArray())
            Topics.MarkUnsent(topic);
        SendUnsent();
        ReadyIfSettled();
    }

    private void StayedQuiet(string name)
    {
        var quiet = Topics.Unanswered.Where(t => t.Name == name).ToArray();
        var notRestored = PortSipFaults.NotRestored(Server, name, QuietTimeout);
        if (_hasAnswered && Array.Exists(quiet, t => RecycleFor(t, notRestored)))
            return;

        // The timer runs on after an event, so that a server that answers no command is known as such.
        _isMute |= _unanswered.RemoveAll(c => c.Topic == name) > 0;
        if (quiet.Length == 0)
            return;
        Host.Warn(PortSipFaults.Quiet(name, Describe(quiet), QuietTimeout));
        Confirm(name, quiet.Select(t => t.Member).ToArray(), "no answer, counted as confirmed");
    }

    private void RefreshWantedNames()
    {
        _wantedNames.Clear();
        foreach (var topic in Topics.Wanted)
            _wantedNames.Add(topic.Name);
    }

    private static string Describe(PortSipTopic[] topics)
    {
        var members = topics.Select(t => t.Member).Where(m => m.Length > 0).Take(10).ToArray();
        return members.Length == 0 ? "" : $" ({string.Join(", ", members)}{(topics.Length > members.Length ? ", ..." : "")})";
    }

    private sealed record SentCommand(string Command, string Topic, IReadOnlyList<string> Members);
}
