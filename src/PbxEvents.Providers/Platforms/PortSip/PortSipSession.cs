using System.Text.Json;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Providers.Platforms.PortSip;

/// <summary>PortSIP as a state machine: login, topics, silence (portsip.md sections 2, 3 and 6).</summary>
internal sealed class PortSipSession : ProtocolSession
{
    /// <summary>Section 6: no answer to the login in 10-15 s; reconnect.</summary>
    private static readonly TimeSpan LoginTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Section 3: warn after 10-15 s without answer and event.</summary>
    private static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(12);

    private const string LoginTimer = "login";
    private const string QuietTimerPrefix = "quiet ";

    private readonly PortSipDriver _driver;
    private readonly TopicTable<PortSipTopic> _topics;
    private readonly PortSipEvents _events;
    private readonly JsonFields _fields;

    /// <summary>The commands that an answer may still come for, oldest first: an answer need not name its command.</summary>
    private readonly List<SentCommand> _unanswered = [];
    private readonly HashSet<string> _wantedNames = new(StringComparer.Ordinal);
    private LinkTarget? _target;
    private int _link;
    private bool _isAuthenticated;
    private bool _isReady;

    /// <summary>True once a subscription was never answered: then a restored one does not wait for an answer, either.</summary>
    private bool _isMute;

    /// <summary>True once a subscription was answered: then silence is no yes.</summary>
    private bool _hasAnswered;

    /// <summary>True from a link that was given up because a restored subscription was refused or not answered, until one is ready.</summary>
    private bool _hasRecycled;

    public PortSipSession(ISessionHost host, PortSipDriver driver)
        : base(host)
    {
        _driver = driver;
        _topics = new TopicTable<PortSipTopic>(host);
        var pool = new Utf8Pool();
        _fields = new JsonFields(PortSipFields.Names, pool);
        _events = new PortSipEvents(host, pool, _fields, _wantedNames);
    }

    /// <inheritdoc/>
    public override void LinkOpened(int link, LinkTarget target, LinkTicket ticket)
    {
        _link = link;
        _target = target;
        _isAuthenticated = _isReady = false;
        _unanswered.Clear();
        _topics.Reset();
        _events.LinkOpened();
        if (PortSipAddress.DialectOf(target) == PortSipDialect.V16 && _driver.Login.Kind == PortSipLoginKind.SystemAdministrator)
        {
            Host.CloseLink(link, PortSipFaults.NoSystemLogin(_driver.Server));
            return;
        }
        Host.Log($"Logging in ({_driver.Login.Kind}).");
        Host.SetTimer(LoginTimer, LoginTimeout);
        Send(PortSipCommands.Authenticate(_driver.Login));
    }

    /// <inheritdoc/>
    public override void LinkClosed(int link)
    {
        if (link != _link)
            return;
        Host.CancelTimer(LoginTimer);
        foreach (var name in _wantedNames)
            Host.CancelTimer(QuietTimerPrefix + name);
        _isAuthenticated = _isReady = false;
        _unanswered.Clear();
    }

    /// <inheritdoc/>
    public override void FrameReceived(int link, in Frame frame)
    {
        if (frame.Kind != FrameKind.Text)
            return;
        try
        {
            if (!_fields.Read(frame.Payload))
                Host.ReportUnreadable(frame.Payload.Span, "It is no object.");
            else if (_fields.Text(PortSipFields.EventType) is { } name)
                EventReceived(name, frame.Payload);
            else if (_fields.Number(PortSipFields.Status) is { } status)
                AnswerReceived(status);
            else
                _events.ReceiveUnknown(_fields.Text(PortSipFields.Command), frame.Payload);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Section 8: some of the platform's own samples are no JSON. The message is lost, the link is not. The second
            // exception is what .NET throws for text that is JSON by its form but holds half a character.
            Host.ReportUnreadable(frame.Payload.Span, $"It is not JSON ({e.Message})");
        }
    }

    /// <inheritdoc/>
    public override void TimerElapsed(string timer)
    {
        if (timer == LoginTimer)
            Host.CloseLink(_link, PortSipFaults.NotAuthenticated(_driver.Server, LoginTimeout));
        else if (timer.StartsWith(QuietTimerPrefix, StringComparison.Ordinal))
            StayedQuiet(timer[QuietTimerPrefix.Length..]);
        else
            _events.TimerElapsed(timer);
    }

    /// <inheritdoc/>
    public override void Subscribe(PbxSubscription subscription)
    {
        var filter = subscription.Filter;
        var topics = PortSipTopics.Resolve(filter, _driver.Login.Kind);
        foreach (var name in filter.EventName)
            if (PortSipCatalogue.Instance.Find(name) is null)
                throw PortSipFaults.UnknownEvent(name);
        if (_target is not null && topics.FirstOrDefault(t => !IsOffered(t)) is { Name: not null } missing)
            throw PortSipFaults.NotInDialect(missing.Name, _driver.Server);
        if (filter.Topic.Count > 0)
        {
            // An event does not say whether the tenant's or the global topic brought it.
            var names = topics.Select(t => PortSipTopics.BaseOf(t.Name)).Distinct().ToArray();
            subscription.EventTopics = [.. names, .. names.Select(n => PortSipTopics.GlobalPrefix + n)];
        }
        _events.LearnFrom(filter);
        _topics.Add(subscription, topics);
        RefreshWantedNames();
        if (_isAuthenticated)
            SendUnsent();
    }

    /// <inheritdoc/>
    public override void Unsubscribe(PbxSubscription subscription)
    {
        var orphans = _topics.Remove(subscription);
        var before = _wantedNames.ToArray();
        RefreshWantedNames();
        foreach (var name in before.Where(n => !_wantedNames.Contains(n)))
            Host.CancelTimer(QuietTimerPrefix + name);
        if (_isAuthenticated)
        {
            SendUnsubscribe(orphans);
            SendUnsent();
        }
        ReadyIfSettled();
    }

    /// <inheritdoc/>
    public override void Closing()
    {
        if (_isAuthenticated)
            SendUnsubscribe(_topics.Wanted);
    }

    // ---- login -----------------------------------------------------------------------------------------------------

    private void AnswerReceived(long status)
    {
        var command = _fields.Text(PortSipFields.Command);
        var code = _fields.Text(PortSipFields.Status)!;
        var error = _fields.Text(PortSipFields.Error);
        if (!_isAuthenticated)
        {
            // Section 2: only the status decides. Nothing else is sent before it, so the first answer is the login's.
            Host.CancelTimer(LoginTimer);
            if (status == 0)
                Authenticated();
            else
                Host.CloseLink(_link, PortSipFaults.Refused(_driver.Login, _driver.Server, code, error));
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
            Host.CancelTimer(QuietTimerPrefix + answered.Topic);
        if (status == 0)
            Confirm(answered.Topic, answered.Members, "status 0");
        else
            Refuse(answered, code, error);
    }

    private void Authenticated()
    {
        _isAuthenticated = true;
        _driver.Found(_target!);
        Host.Log($"Logged in; the dialect is {PortSipAddress.DialectOf(_target!)}.");
        foreach (var topic in _topics.Wanted.Where(t => !IsOffered(t)).ToArray())
            SendUnsubscribe(_topics.Refuse(topic, PortSipFaults.NotInDialect(topic.Name, _driver.Server)));
        RefreshWantedNames();
        SendUnsent();
        ReadyIfSettled();
    }

    private bool IsOffered(PortSipTopic topic) => PortSipTopics.Has(PortSipAddress.DialectOf(_target!), topic.Name);

    // ---- topics ----------------------------------------------------------------------------------------------------

    /// <summary>
    /// One command after the other, as long as the server may answer: an answer need not say which one it means, and that of a
    /// later command must not be taken for an earlier one's that was never answered.
    /// </summary>
    private void SendUnsent()
    {
        while (_topics.Unsent is [var next, ..] && (_isMute || !IsAwaitingAnswer))
        {
            var name = next.Name;

            // Whether a second command adds to the first or replaces it is not documented. With all members in every one
            // nothing is lost either way, and the state that comes again is no news.
            var members = _topics.Wanted.Where(t => t.Name == name).Select(t => t.Member).ToArray();
            foreach (var topic in _topics.Unsent.Where(t => t.Name == name))
                _topics.MarkSent(topic);
            _unanswered.Add(new SentCommand("subscribe", name, members));
            _events.Subscribed(name);
            Send(PortSipCommands.Subscribe(name, members));
            if (_isMute && !_isReady)
                Confirm(name, members, null);
            else
                Host.SetTimer(QuietTimerPrefix + name, QuietTimeout);
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
        Confirm(topic, received.Members ?? _topics.Unanswered.Where(t => t.Name == topic).Select(t => t.Member).ToArray(), name);
    }

    private bool IsAwaitingAnswer => _unanswered.Exists(c => c.Command == "subscribe" && _topics.Unanswered.Any(t => t.Name == c.Topic));

    private bool IsAwaited(string topic) => !_topics.IsSettled && _topics.Unanswered.Any(t => t.Name == topic);

    private void Confirm(string topic, IReadOnlyList<string> members, string? words)
    {
        foreach (var member in members)
            _topics.Confirm(new PortSipTopic(topic, member), words is null ? null : $"{topic}: {words}");
        SendUnsent();
        ReadyIfSettled();
    }

    private void Refuse(SentCommand command, string code, string? error)
    {
        var refused = _topics.Unanswered.Where(t => t.Name == command.Topic && command.Members.Contains(t.Member)).ToArray();
        if (!_isReady && !_hasRecycled && Array.Exists(refused, t => _topics.UsersOf(t).Any(u => u.ConfirmedAt is not null)))
        {
            // It stood on an earlier link, so one no is not taken for the last word.
            _hasRecycled = true;
            Host.CloseLink(_link, PortSipFaults.RestoreRefused(_driver.Server, command.Topic, code, error));
            return;
        }
        var fault = PortSipFaults.SubscriptionRefused(command.Topic, Describe(refused), code, error);
        var orphans = new List<PortSipTopic>();
        foreach (var topic in refused)
            orphans.AddRange(_topics.Refuse(topic, fault));
        RefreshWantedNames();
        SendUnsubscribe(orphans.Except(refused));

        // What was fine before may have gone down with the refused command.
        foreach (var topic in _topics.Wanted.Where(t => t.Name == command.Topic).ToArray())
            _topics.MarkUnsent(topic);
        SendUnsent();
        ReadyIfSettled();
    }

    private void StayedQuiet(string name)
    {
        if (!_isReady && _hasAnswered && !_hasRecycled && _topics.Unanswered.Any(t => t.Name == name))
        {
            _hasRecycled = true;
            Host.CloseLink(_link, PortSipFaults.NotRestored(_driver.Server, name, QuietTimeout));
            return;
        }

        // The timer runs on after an event, so that a server that answers no command is known as such.
        _isMute |= _unanswered.RemoveAll(c => c.Topic == name) > 0;
        var quiet = _topics.Unanswered.Where(t => t.Name == name).ToArray();
        if (quiet.Length == 0)
            return;
        Host.Warn(PortSipFaults.Quiet(name, Describe(quiet), QuietTimeout));
        Confirm(name, quiet.Select(t => t.Member).ToArray(), "no answer, taken for a yes");
    }

    private void ReadyIfSettled()
    {
        if (!_isAuthenticated || _isReady || !_topics.IsSettled)
            return;
        _isReady = true;
        _hasRecycled = false;

        // Nothing is replayed; the snapshots that follow a subscription are state (section 6).
        Host.LinkReady(_link, LinkRecovery.None);
    }

    private void RefreshWantedNames()
    {
        _wantedNames.Clear();
        foreach (var topic in _topics.Wanted)
            _wantedNames.Add(topic.Name);
    }

    private static string Describe(PortSipTopic[] topics)
    {
        var members = topics.Select(t => t.Member).Where(m => m.Length > 0).Take(10).ToArray();
        return members.Length == 0 ? "" : $" ({string.Join(", ", members)}{(topics.Length > members.Length ? ", ..." : "")})";
    }

    private void Send(ReadOnlyMemory<byte> payload) => Host.Send(_link, new OutFrame(FrameKind.Text, payload));

    private sealed record SentCommand(string Command, string Topic, IReadOnlyList<string> Members);
}
