using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.Kit;

namespace PbxEvents.Tests.Unit.Sample;

/// <summary>
/// The protocol: <c>{"do":"login","user":..,"password":..}</c>, <c>{"do":"subscribe","topic":"calls 1001"}</c> and
/// <c>{"do":"unsubscribe",..}</c> go out; <c>{"done":"login"}</c>, <c>{"done":"subscribe","topic":..}</c> or <c>{"refused":..}</c> come back, and
/// events: <c>{"event":"ringing","call":..,"leg":..}</c>.
/// </summary>
internal sealed class SampleSession : TopicSession<string>
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly string _server;
    private readonly JsonFields _fields = new(SampleEvents.Fields, new Utf8Pool());
    private readonly SampleEvents _events;
    private readonly SessionTimer _loginTimer;
    private readonly KeyedTimers<string> _subscribeTimers;

    public SampleSession(ISessionHost host, string server)
        : base(host)
    {
        _server = server;
        _events = new SampleEvents(host, _fields);
        _loginTimer = host.NewTimer(LoginUnanswered);
        _subscribeTimers = new KeyedTimers<string>(host, topic => Refused(topic, "no answer"));
    }

    public override void Subscribe(PbxSubscription subscription)
    {
        var filter = subscription.Filter;
        if (filter.Type is not (null or PbxSubscriptionType.Call) || filter.Topic.Any(t => t != "calls"))
            throw new PbxException(PbxErrorKind.UnknownTopic, $"Sample has no {filter}.", "Subscribe to Call.") { IsPermanent = true };
        Topics.Add(subscription, filter.Extension.DefaultIfEmpty("*").Select(e => $"calls {e}"));
        if (IsAuthenticated)
            SendUnsent();
    }

    public override void Unsubscribe(PbxSubscription subscription)
    {
        foreach (var topic in Topics.Remove(subscription))
        {
            _subscribeTimers.Cancel(topic);
            if (IsAuthenticated)
                Say("unsubscribe", ("topic", topic));
        }
        ReadyIfSettled();
    }

    protected override void Opened(LinkTarget target, LinkTicket ticket)
    {
        var login = (SampleTicket)ticket;
        _loginTimer.Set(AnswerTimeout);
        Say("login", ("user", login.User), ("password", login.Password.Reveal()));
    }

    protected override void Closed()
    {
        _loginTimer.Cancel();
        _subscribeTimers.CancelAll();
    }

    protected override void SendUnsent()
    {
        foreach (var topic in Topics.Unsent)
        {
            Topics.MarkSent(topic);
            _subscribeTimers.Set(topic, AnswerTimeout);
            Say("subscribe", ("topic", topic));
        }
    }

    protected override void ReadFrame(int link, in Frame frame)
    {
        if (!_fields.Read(frame.Payload))
            Host.ReportUnreadable(frame.Payload.Span, "It is no object.");
        else if (_fields.Text(SampleEvents.Event) is { } name)
            _events.Received(name, frame.Payload);
        else if (_fields.Text(SampleEvents.Done) is { } done)
            Done(done, _fields.Text(SampleEvents.Topic));
        else if (_fields.Text(SampleEvents.Refused) is { } why)
            RefusalReceived(why, _fields.Text(SampleEvents.Topic));
        else
            Host.ReportUnreadable(frame.Payload.Span, "It is neither an event nor an answer.");
    }

    private void Done(string what, string? topic)
    {
        if (what == "login")
        {
            _loginTimer.Cancel();
            Authenticated();
        }
        else if (topic is not null && Topics.Confirm(topic, null))
        {
            _subscribeTimers.Cancel(topic);
            ReadyIfSettled();
        }
    }

    private void RefusalReceived(string why, string? topic)
    {
        if (topic is not null)
            Refused(topic, why);
        else
            Host.CloseLink(Link, new PbxException(PbxErrorKind.CredentialRefused, $"{_server} refused the login: {why}.", "Check it.") { IsPermanent = true });
    }

    private void Refused(string topic, string why)
    {
        var fault = new PbxException(PbxErrorKind.SubscriptionRefused, $"{_server} did not take {topic}: {why}.", "Check that it exists.") { Target = topic };
        _subscribeTimers.Cancel(topic);
        if (RecycleFor(topic, fault))
            return;
        Topics.Refuse(topic, fault);
        ReadyIfSettled();
    }

    private void LoginUnanswered() =>
        Host.CloseLink(Link, new PbxException(PbxErrorKind.Timeout, $"{_server} did not answer the login.", "Check that it is a Sample PBX.") { Target = _server });

    private void Say(string what, params (string Name, string Value)[] members) => Send(JsonPayload.Write(w =>
    {
        w.WriteStartObject();
        w.WriteString("do", what);
        foreach (var (name, value) in members)
            w.WriteString(name, value);
        w.WriteEndObject();
    }));
}
