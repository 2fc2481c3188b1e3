using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.TelecomX;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.TelecomX;

/// <summary>The session on the socket: telecomx.md sections 3, 5, 6 and 8.</summary>
public sealed class TelecomXSessionTests
{
    private readonly RecordingHost _host = new();
    private readonly TelecomXSession _session;
    private int _lastId;

    public TelecomXSessionTests() => _session = TelecomXBench.CreateSession(_host);

    private void Open(int link = 1, TelecomXTicket? ticket = null) => _session.LinkOpened(link, TelecomXBench.Target, ticket ?? TelecomXBench.Ticket);

    private void Authenticate(int link = 1)
    {
        Open(link);
        _host.Receive("""["authenticated"]""", link);
    }

    private PbxSubscription Subscribe(PbxSubscriptionFilter filter)
    {
        var subscription = new PbxSubscription { Id = ++_lastId, Filter = filter };
        _session.Subscribe(subscription);
        return subscription;
    }

    private static PbxSubscriptionFilter Channel(string name, params string[] events) => new() { Topic = [name], EventName = events };

    [Fact]
    public void What_is_wanted_while_the_link_is_down_waits_for_the_next_one()
    {
        Authenticate();
        Subscribe(Channel("PBX"));
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        Assert.Single(_host.Confirmed);
        _session.LinkClosed(1);
        var late = Subscribe(Channel("PBX"));
        Assert.DoesNotContain(_host.Confirmed, c => ReferenceEquals(c.Subscription, late));
    }

    [Fact]
    public void Authenticates_on_connect_and_is_ready_when_the_server_says_so()
    {
        Open();
        Assert.Equal("""["authenticate",{"token":"T","client":"pwsh","instanceId":"host-1"}]""", _host.SentText[0]);
        Assert.Empty(_host.Ready);
        _host.Receive("""["authenticated"]""");
        Assert.Equal([(1, LinkRecovery.None)], _host.Ready);
        Assert.Equal(0, _host.TimerCount);
    }

    [Fact]
    public void Subscribes_after_authenticated_and_not_before()
    {
        Open();
        Subscribe(Channel("PBX"));
        Assert.Single(_host.Sent);
        _host.Receive("""["authenticated"]""");
        Assert.Equal("""["subscribe",{"type":"PBX","customer":"C"}]""", _host.SentText[1]);
        Assert.Empty(_host.Ready);
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        Assert.Single(_host.Ready);
        Assert.Single(_host.Confirmed);
    }

    [Theory]
    [InlineData("PBX", """{"type":"PBX","customer":"C"}""")]
    [InlineData("CONFIG", """{"type":"CONFIG","customer":"C"}""")]
    [InlineData("CONFIG-NOT-IPTV", """{"type":"CONFIG-NOT-IPTV","customer":"C"}""")]
    [InlineData("REGISTER", """{"type":"REGISTER","customer":"C"}""")]
    [InlineData("CALL", """{"type":"CALL","customer":"C"}""")]
    [InlineData("ADMIN", """{"type":"ADMIN"}""")]
    [InlineData("ADMIN:CONFIG", """{"type":"ADMIN:CONFIG"}""")]
    [InlineData("ADMIN:CALL", """{"type":"ADMIN:CALL"}""")]
    [InlineData("ADMIN:REGISTER", """{"type":"ADMIN:REGISTER"}""")]
    [InlineData("ADMIN:PBX", """{"type":"ADMIN:PBX"}""")]
    [InlineData("ADMIN:REALTIME", """{"type":"ADMIN:REALTIME"}""")]
    public void Sends_every_subscription_of_section_3(string channel, string payload)
    {
        Authenticate();
        var subscription = Subscribe(Channel(channel.ToLowerInvariant()));
        Assert.Equal($"""["subscribe",{payload}]""", _host.SentText[^1]);
        _host.Receive($$"""["subscribed",{"type":"{{channel}}"}]""");
        Assert.Equal((subscription, $"subscribed {channel}"), _host.Confirmed.Single());
    }

    [Fact]
    public void Narrows_a_channel_to_the_events_that_were_named()
    {
        Authenticate();
        Subscribe(Channel("PBX", "call_end", "CALL_START"));
        Assert.Equal("""["subscribe",{"type":"PBX","customer":"C","events":["CALL_END","CALL_START"]}]""", _host.SentText[^1]);
        Subscribe(Channel("ADMIN", "PBX", "CALL"));
        Assert.Equal("""["subscribe",{"type":"ADMIN","types":["CALL","PBX"]}]""", _host.SentText[^1]);
    }

    [Fact]
    public void A_channel_above_the_logins_level_is_refused_at_once()
    {
        var early = Subscribe(Channel("REGISTER"));
        Open(ticket: TelecomXBench.Ticket with { AccessLevel = "PERSONAL" });
        Assert.Empty(_host.Rejected);
        _host.Receive("""["authenticated"]""");
        Assert.Equal(early, Assert.Single(_host.Rejected).Subscription);
        Assert.Single(_host.Ready);

        var both = Subscribe(new PbxSubscriptionFilter { Topic = ["PBX", "CALL"] });
        var (refused, error) = _host.Rejected[^1];
        Assert.Equal((both, PbxErrorKind.PermissionDenied, "CALL", true), (refused, error.Kind, error.Target, error.IsPermanent));
        Assert.Equal("The channel CALL needs the access level VIEWER; this login has PERSONAL.", error.Message);
        Assert.Contains("VIEWER", error.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain(_host.SentText, t => t.Contains("subscribe", StringComparison.Ordinal));
        Assert.Equal(0, _host.TimerCount);

        Subscribe(Channel("PBX"));
        Assert.Equal("""["subscribe",{"type":"PBX","customer":"C"}]""", _host.SentText[^1]);
    }

    [Fact]
    public void What_a_refused_subscription_alone_had_is_given_back()
    {
        Authenticate();
        var subscription = Subscribe(new PbxSubscriptionFilter { Topic = ["PBX", "CALL"] });
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        _host.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(subscription, Assert.Single(_host.Rejected).Subscription);
        Assert.Equal("""["unsubscribe",{"type":"PBX","customer":"C"}]""", _host.SentText[^1]);
    }

    [Fact]
    public void A_second_wish_on_a_channel_never_takes_away_what_the_first_one_had()
    {
        Authenticate();
        var first = Subscribe(Channel("PBX", "CALL_START"));
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        var second = Subscribe(Channel("PBX", "CALL_END"));
        Assert.Equal("""["subscribe",{"type":"PBX","customer":"C","events":["CALL_END","CALL_START"]}]""", _host.SentText[^1]);
        Assert.DoesNotContain(_host.Confirmed, c => c.Subscription == second);
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        Assert.Contains(_host.Confirmed, c => c.Subscription == second);

        var sent = _host.Sent.Count;
        Subscribe(Channel("PBX", "CALL_END"));
        Assert.Equal(sent, _host.Sent.Count);
        Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        Assert.Equal("""["subscribe",{"type":"PBX","customer":"C"}]""", _host.SentText[^1]);
        _session.Unsubscribe(first);
        Assert.DoesNotContain(_host.SentText, t => t.StartsWith("""["unsubscribe""", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Call, "PBX")]
    [InlineData(PbxSubscriptionType.Queue, "PBX")]
    [InlineData(PbxSubscriptionType.Agent, "PBX")]
    [InlineData(PbxSubscriptionType.Presence, "PBX")]
    [InlineData(PbxSubscriptionType.Voicemail, "PBX")]
    [InlineData(PbxSubscriptionType.Registration, "REGISTER")]
    [InlineData(PbxSubscriptionType.Config, "CONFIG")]
    public void Finds_the_channel_of_a_kind(PbxSubscriptionType type, string channel)
    {
        Authenticate();
        Subscribe(new PbxSubscriptionFilter { Type = type });
        Assert.Equal($$"""["subscribe",{"type":"{{channel}}","customer":"C"}]""", _host.SentText[^1]);
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Cdr)]
    public void Says_so_when_the_platform_does_not_offer_a_kind(PbxSubscriptionType type)
    {
        Authenticate();
        var error = Assert.Throws<PbxException>(() => Subscribe(new PbxSubscriptionFilter { Type = type }));
        Assert.Equal(PbxErrorKind.NotSupported, error.Kind);
    }

    [Fact]
    public void Refuses_a_channel_and_an_event_that_the_catalogue_does_not_know()
    {
        Authenticate();
        Assert.Equal(PbxErrorKind.UnknownTopic, Assert.Throws<PbxException>(() => Subscribe(Channel("PBXX"))).Kind);
        var error = Assert.Throws<PbxException>(() => Subscribe(Channel("PBX", "CALL_BEGIN")));
        Assert.Equal(PbxErrorKind.UnknownTopic, error.Kind);
        Assert.Equal("CALL_BEGIN", error.Target);
        Assert.Single(_host.Sent);
    }

    [Fact]
    public void Silence_after_subscribe_is_a_refusal_after_15_seconds()
    {
        Authenticate();
        var subscription = Subscribe(Channel("CALL"));
        _host.Advance(TimeSpan.FromSeconds(14));
        Assert.Empty(_host.Rejected);
        _host.Advance(TimeSpan.FromSeconds(2));
        var (rejected, error) = _host.Rejected.Single();
        Assert.Same(subscription, rejected);
        Assert.Equal(PbxErrorKind.SubscriptionTimeout, error.Kind);
        Assert.Equal("CALL", error.Target);
        Assert.Contains("VIEWER", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_after_authenticate_checks_the_token_once_and_then_recycles_the_link()
    {
        Open();
        _host.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, _host.Renewals);
        _session.CredentialRenewed(TelecomXBench.Ticket);
        Assert.Equal(2, _host.SentText.Count(t => t.StartsWith("""["authenticate""", StringComparison.Ordinal)));
        _host.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(1, _host.Renewals);
        Assert.Equal(PbxErrorKind.Timeout, _host.Closed.Single().Fault.Kind);
    }

    [Theory]
    [InlineData("unauthorized")]
    [InlineData("error")]
    [InlineData("connect_error")]
    public void A_refusal_that_nobody_documented_is_heard_too(string name)
    {
        Open();
        _host.Receive($"""["{name}",{"{}"}]""");
        Assert.Equal(1, _host.Renewals);
        var refused = new PbxException(PbxErrorKind.CredentialRefused, "no", "fix") { IsPermanent = true };
        _session.CredentialFailed(refused);
        Assert.Same(refused, _host.Closed.Single().Fault);
    }

    [Fact]
    public void A_new_link_restores_every_channel_once()
    {
        Authenticate();
        Subscribe(Channel("PBX"));
        Subscribe(Channel("PBX"));
        Subscribe(Channel("REGISTER"));
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        _host.Receive("""["subscribed",{"type":"REGISTER"}]""");
        _session.LinkClosed(1);
        _host.Sent.Clear();
        _host.Ready.Clear();
        Authenticate(2);
        Assert.Equal(
            ["""["subscribe",{"type":"PBX","customer":"C"}]""", """["subscribe",{"type":"REGISTER","customer":"C"}]"""],
            _host.SentText.Skip(1));
        _host.Receive("""["subscribed",{"type":"REGISTER"}]""", 2);
        Assert.Empty(_host.Ready);
        _host.Receive("""["subscribed",{"type":"PBX"}]""", 2);
        Assert.Equal(2, _host.Ready.Single().Link);
    }

    [Fact]
    public void A_channel_that_stood_and_stays_silent_after_a_reconnect_gets_another_link_and_a_fresh_token()
    {
        Authenticate();
        Subscribe(Channel("PBX"));
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        Assert.False(_session.PlanLink(false).RenewCredential);
        _session.LinkClosed(1);
        Authenticate(2);
        _host.Advance(TimeSpan.FromSeconds(16));
        var fault = Assert.Single(_host.Closed).Fault;
        Assert.Equal((PbxErrorKind.SubscriptionTimeout, false), (fault.Kind, fault.IsPermanent));
        Assert.Empty(_host.Rejected);
        _session.LinkClosed(2);
        Assert.True(_session.PlanLink(false).RenewCredential);
        _host.Ready.Clear();
        Authenticate(3);
        _host.Receive("""["subscribed",{"type":"PBX"}]""", 3);
        Assert.Single(_host.Ready);
        Assert.False(_session.PlanLink(false).RenewCredential);
    }

    [Fact]
    public void A_channel_that_stays_silent_on_two_links_in_a_row_does_not_hold_up_the_others()
    {
        Authenticate();
        Subscribe(Channel("PBX"));
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        Subscribe(Channel("CALL"));
        _host.Receive("""["subscribed",{"type":"CALL"}]""");
        _session.LinkClosed(1);
        _host.Ready.Clear();
        Authenticate(2);
        _host.Receive("""["subscribed",{"type":"PBX"}]""", 2);
        _host.Advance(TimeSpan.FromSeconds(16));
        _session.LinkClosed(2);
        Authenticate(3);
        _host.Receive("""["subscribed",{"type":"PBX"}]""", 3);
        _host.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal("CALL", _host.Rejected.Single().Error.Target);
        Assert.Single(_host.Ready);
    }

    [Fact]
    public void The_last_one_to_leave_a_channel_unsubscribes_it()
    {
        Authenticate();
        var subscription = Subscribe(Channel("PBX"));
        _host.Receive("""["subscribed",{"type":"PBX"}]""");
        _session.Unsubscribe(subscription);
        Assert.Equal("""["unsubscribe",{"type":"PBX","customer":"C"}]""", _host.SentText[^1]);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1,2]")]
    [InlineData("""["PBX",""")]
    [InlineData("""["PBX","text"]""")]
    [InlineData("""["PBX"]""")]
    [InlineData("""["PBX",[1]]""")]
    [InlineData("[\"PBX\",{\"event\":\"CALL_START\",")]
    [InlineData("""["REPLY",5]""")]
    [InlineData("""["REQUEST"]""")]
    public void A_frame_that_cannot_be_read_is_reported_and_the_next_one_is_read(string frame)
    {
        Authenticate();
        _host.Receive(frame);
        Assert.Single(_host.Unreadable);
        _host.Receive("""["PBX",{"event":"CALL_START","sessionId":"s","channel":"c","leg":"I"}]""");
        Assert.Equal("CALL_START", _host.LastEvent.Name);
    }

    // ---- requests and replies, section 8 ---------------------------------------------------------------------------

    private void Ack(int token, string json) =>
        _session.FrameReceived(1, new Frame(FrameKind.Ack, Encoding.UTF8.GetBytes(json), token));

    [Fact]
    public void A_request_is_acknowledged_and_answered_by_several_replies()
    {
        Authenticate();
        _session.SendRequest(7, new PbxRequest { Request = "CommunicatorGetStatus", To = "E", ToInstance = "i1", Data = "{\"a\":1}"u8.ToArray() });
        Assert.Equal("""["request",{"to":{"employee":"E","instanceId":"i1"},"request":"CommunicatorGetStatus","data":{"a":1}}]""", _host.SentText[^1]);
        Assert.Equal(7, _host.Sent[^1].Frame.AckId);

        Ack(7, """[{"success":true,"requestId":"r1"}]""");
        Assert.Equal((7, "r1"), _host.Accepted.Single());
        _host.Receive("""["REPLY",{"requestId":"r1","request":"CommunicatorGetStatus","from":{"employee":"E","instanceId":"i1"},"data":{"ok":1}}]""");
        _host.Receive("""["REPLY",{"requestId":"r1","data":{"ok":2}}]""");
        Assert.Equal(["""{"ok":1}""", """{"ok":2}"""], _host.Replies.Select(r => r.Reply.Raw));
        Assert.Equal("E/i1", _host.Replies[0].Reply.From);
        Assert.Equal(["REPLY", "REPLY"], _host.Events.Select(e => e.Name));

        _session.ForgetRequest(7);
        _host.Receive("""["REPLY",{"requestId":"r1","data":{"ok":3}}]""");
        Assert.Equal(2, _host.Replies.Count);
    }

    [Theory]
    [InlineData("""[{"success":false,"message":"no access"}]""")]
    [InlineData("""[{"success":true}]""")]
    [InlineData("""["?"]""")]
    [InlineData("[]")]
    public void A_request_that_is_refused_fails(string ack)
    {
        Authenticate();
        _session.SendRequest(7, new PbxRequest { Request = "CommunicatorGetStatus", To = "E" });
        Ack(7, ack);
        Assert.Equal(PbxErrorKind.RequestRefused, _host.FailedRequests.Single().Error.Kind);
    }

    [Fact]
    public void A_request_needs_a_receiver()
    {
        Authenticate();
        var error = Assert.Throws<PbxException>(() => _session.SendRequest(1, new PbxRequest { Request = "CommunicatorGetStatus" }));
        Assert.Equal("-To", error.Target);
    }

    [Fact]
    public void Answers_a_request_to_the_one_who_asked_or_to_whom_he_named()
    {
        Authenticate();
        _host.Receive("""["REQUEST",{"requestId":"r9","request":"Ping","from":{"employee":"A"}}]""");
        _session.SendReply(_host.LastEvent, "{\"pong\":true}"u8.ToArray());
        Assert.Equal("""["reply",{"to":{"employee":"A"},"request":"Ping","requestId":"r9","data":{"pong":true}}]""", _host.SentText[^1]);
        _host.Receive("""["REQUEST",{"requestId":"r10","request":"Ping","from":{"employee":"A"},"replyTo":{"employee":"B","instanceId":"2"}}]""");
        _session.SendReply(_host.LastEvent, default);
        Assert.Equal("""["reply",{"to":{"employee":"B","instanceId":"2"},"request":"Ping","requestId":"r10"}]""", _host.SentText[^1]);
        _host.Receive("""["PBX",{"event":"CALL_START","sessionId":"s","channel":"c"}]""");
        Assert.Equal(PbxErrorKind.NotSupported, Assert.Throws<PbxException>(() => _session.SendReply(_host.LastEvent, default)).Kind);
    }
}
