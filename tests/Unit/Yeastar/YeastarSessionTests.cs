using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>The link: yeastar.md sections 4 and 8, rows F to J and N.</summary>
public sealed class YeastarSessionTests
{
    private const string Expired = """{"errcode":10004,"errmsg":"TOKEN EXPIRED"}""";
    private const string CallList = """{"topic_list":[30011,30012,30013,30014,30015,30016]}""";
    private readonly YeastarRig _rig = new();

    private static TimeSpan Seconds(double value) => TimeSpan.FromSeconds(value);

    /// <summary>For each link that was planned, whether it was to get a fresh token.</summary>
    private IEnumerable<bool> Renewals() => _rig.Plans.Select(p => p.RenewCredential);

    [Fact]
    public void Without_a_subscription_the_link_is_ready_at_once_and_no_list_is_sent()
    {
        _rig.Open();
        Assert.Equal([(1, LinkRecovery.None)], _rig.Host.Ready);
        Assert.Empty(_rig.Host.Sent);
    }

    [Fact]
    public void Connected_means_that_the_list_was_accepted_not_that_the_socket_opened()
    {
        var subscription = _rig.Subscribe(PbxSubscriptionType.Call);
        _rig.Open();
        Assert.Equal([CallList], _rig.Host.SentText);
        Assert.Empty(_rig.Host.Ready);
        _rig.Host.Receive(YeastarRig.Success);
        Assert.Single(_rig.Host.Ready);
        Assert.Equal([(subscription, "SUCCESS")], _rig.Host.Confirmed);
    }

    [Fact]
    public void Every_list_holds_everything_because_a_later_one_replaces_the_earlier()
    {
        _rig.Open();
        var calls = _rig.Subscribe(PbxSubscriptionType.Call);
        _rig.Host.Receive(YeastarRig.Success);
        _rig.Subscribe(PbxSubscriptionType.Presence);
        Assert.Equal("""{"topic_list":[30011,30012,30013,30014,30015,30016,30008,30009]}""", _rig.Host.SentText[^1]);
        _rig.Host.Receive(YeastarRig.Success);
        _rig.Session.Unsubscribe(calls);
        Assert.Equal("""{"topic_list":[30008,30009]}""", _rig.Host.SentText[^1]);
    }

    [Fact]
    public void A_topic_that_two_subscriptions_share_is_sent_once_and_stays_while_one_of_them_wants_it()
    {
        _rig.Open();
        var first = _rig.Subscribe("30012");
        _rig.Host.Receive(YeastarRig.Success);
        _rig.Subscribe(PbxSubscriptionType.Cdr);
        Assert.Equal(2, _rig.Host.Confirmed.Count);
        _rig.Session.Unsubscribe(first);
        Assert.Equal(["""{"topic_list":[30012]}"""], _rig.Host.SentText);
    }

    [Fact]
    public void The_last_unsubscription_stops_the_events_with_an_empty_list()
    {
        _rig.Open();
        var only = _rig.Subscribe("30012");
        _rig.Host.Receive(YeastarRig.Success);
        _rig.Session.Unsubscribe(only);
        Assert.Equal("""{"topic_list":[]}""", _rig.Host.SentText[^1]);
        _rig.Host.Receive("""{"errcode":40002,"errmsg":"PARAMETER ERROR"}""");
        Assert.Empty(_rig.Host.Closed);
    }

    [Fact]
    public void While_a_list_is_on_its_way_the_next_one_waits_for_the_answer_because_answers_have_no_id()
    {
        _rig.Open();
        var first = _rig.Subscribe("30012");
        var second = _rig.Subscribe("30009");
        Assert.Single(_rig.Host.Sent);
        _rig.Host.Receive(YeastarRig.Success);
        Assert.Equal(["""{"topic_list":[30012]}""", """{"topic_list":[30012,30009]}"""], _rig.Host.SentText);
        Assert.Equal([first], _rig.Host.Confirmed.Select(c => c.Subscription));
        _rig.Host.Receive(YeastarRig.Success);
        Assert.Equal([first, second], _rig.Host.Confirmed.Select(c => c.Subscription));
    }

    [Fact]
    public void An_event_before_the_answer_is_no_answer()
    {
        _rig.Subscribe("30009");
        _rig.Open();
        _rig.Event(30009, """{"extension":"1001","status":"away"}""");
        Assert.Empty(_rig.Host.Ready);
        Assert.Single(_rig.Host.Events);
        _rig.Host.Receive(YeastarRig.Success);
        Assert.Single(_rig.Host.Ready);
    }

    [Fact]
    public void Heartbeats_are_bare_text_every_25_seconds_whatever_else_happens()
    {
        _rig.Connect();
        for (var i = 0; i < 24; i++)
        {
            _rig.Host.Advance(Seconds(5));
            _rig.Event(30009, """{"extension":"1001","status":"away"}""");
        }
        Assert.Equal(Enumerable.Repeat("heartbeat", 4), _rig.Host.SentText);
        Assert.Empty(_rig.Host.Closed);
    }

    [Fact]
    public void Fifteen_seconds_without_any_frame_after_a_heartbeat_mean_dead()
    {
        _rig.Connect();
        _rig.Host.Advance(Seconds(25));
        _rig.Host.Advance(Seconds(14.9));
        Assert.Empty(_rig.Host.Closed);
        _rig.Host.Advance(Seconds(0.1));
        var (link, fault) = Assert.Single(_rig.Host.Closed);
        Assert.Equal(1, link);
        Assert.Equal(PbxErrorKind.LinkLost, fault.Kind);
        Assert.False(fault.IsPermanent);
    }

    [Theory]
    [InlineData("heartbeat response")]
    [InlineData("""{"type":30009,"sn":"SN1","msg":"{\"extension\":\"1001\",\"status\":\"away\"}"}""")]
    public void Any_frame_is_a_sign_of_life(string frame)
    {
        _rig.Connect();
        _rig.Host.Advance(Seconds(25));
        _rig.Host.Receive(frame);
        _rig.Host.Advance(Seconds(20));
        Assert.Empty(_rig.Host.Closed);
    }

    [Theory]
    [InlineData("heartbeat response")]
    [InlineData("heartbeat")]
    [InlineData(" heartbeat response\n")]
    public void Heartbeat_frames_are_not_JSON_and_say_nothing(string frame)
    {
        _rig.Connect();
        _rig.Host.Receive(frame);
        Assert.Empty(_rig.Host.Unreadable);
        Assert.Empty(_rig.Host.Events);
        Assert.Empty(_rig.Host.Sent);
    }

    [Fact]
    public void At_80_percent_of_the_tokens_life_a_second_link_is_asked_for()
    {
        _rig.TokenLife = Seconds(20);
        _rig.Connect();
        _rig.Host.Advance(Seconds(15.9));
        Assert.Equal(0, _rig.Host.Rotations);
        _rig.Host.Advance(Seconds(0.1));
        Assert.Equal(1, _rig.Host.Rotations);
    }

    [Fact]
    public void The_second_link_gets_the_whole_list_with_a_fresh_token_and_takes_over_when_it_is_accepted()
    {
        _rig.ListenToCalls();
        _rig.Open(link: 2, isRotation: true);
        Assert.True(_rig.Plans[^1].IsRotation);
        Assert.Equal((2, CallList), (_rig.Host.Sent[^1].Link, _rig.Host.SentText[^1]));
        Assert.Single(_rig.Host.Ready);
        _rig.Host.Receive(YeastarRig.Success, link: 2);
        Assert.Equal([1, 2], _rig.Host.Ready.Select(r => r.Link));
        Assert.Empty(_rig.Host.Closed);

        // The old one is only read to its end: no heartbeat of it must close anything.
        _rig.Host.Advance(Seconds(25));
        Assert.Equal((2, "heartbeat"), (_rig.Host.Sent[^1].Link, _rig.Host.SentText[^1]));
        Assert.Equal(1, _rig.Host.SentText.Count(t => t == "heartbeat"));
    }

    [Fact]
    public void A_subscription_made_while_two_links_are_open_is_on_both()
    {
        _rig.ListenToCalls();
        _rig.Open(link: 2, isRotation: true);
        _rig.Subscribe("30009");
        Assert.Equal((1, """{"topic_list":[30011,30012,30013,30014,30015,30016,30009]}"""), (_rig.Host.Sent[^1].Link, _rig.Host.SentText[^1]));
        _rig.Host.Receive(YeastarRig.Success, link: 2);
        Assert.Single(_rig.Host.Ready);
        Assert.Equal((2, """{"topic_list":[30011,30012,30013,30014,30015,30016,30009]}"""), (_rig.Host.Sent[^1].Link, _rig.Host.SentText[^1]));
        _rig.Host.Receive(YeastarRig.Success, link: 2);
        Assert.Equal(2, _rig.Host.Ready.Count);
    }

    [Fact]
    public void A_link_lost_while_its_successor_opens_is_replaced_by_it_and_everything_is_confirmed_anew()
    {
        _rig.ListenToCalls();
        _rig.Open(link: 2, isRotation: true);
        _rig.Session.LinkClosed(1);
        _rig.Host.Receive(YeastarRig.Success, link: 2);
        Assert.Equal(2, _rig.Host.Confirmed.Count);
        Assert.Equal(2, _rig.Host.Ready[^1].Link);
    }

    [Fact]
    public void Token_expired_on_an_open_link_fetches_one_fresh_token_and_reconnects_at_once()
    {
        _rig.ListenToCalls();
        _rig.Host.Receive(Expired);
        var (_, fault) = Assert.Single(_rig.Host.Closed);
        Assert.Equal(TimeSpan.Zero, fault.RetryAfter);
        Assert.False(fault.IsPermanent);
        _rig.Session.LinkClosed(1);
        _rig.Open(link: 2);
        Assert.Equal([false, true], Renewals());
    }

    [Fact]
    public void A_fresh_token_that_is_called_expired_too_is_the_end()
    {
        _rig.ListenToCalls();
        _rig.Host.Receive(Expired);
        _rig.Session.LinkClosed(1);
        _rig.Open(link: 2);
        _rig.Host.Receive(Expired, link: 2);
        Assert.True(_rig.Host.Closed[^1].Fault.IsPermanent);
    }

    [Fact]
    public void A_successor_whose_token_is_refused_does_not_end_the_link_that_stands()
    {
        _rig.ListenToCalls();
        _rig.Open(link: 2, isRotation: true);
        _rig.Host.Receive(Expired, link: 2);
        Assert.Equal(2, _rig.Host.Closed[^1].Link);
        Assert.False(_rig.Host.Closed[^1].Fault.IsPermanent);
    }

    [Fact]
    public void A_handshake_that_fails_gets_one_fresh_token_and_then_only_patience()
    {
        _rig.Plan();
        _rig.Plan();
        _rig.Plan();
        Assert.Equal([false, true, false], Renewals());
    }

    [Fact]
    public void In_a_long_outage_the_token_is_renewed_now_and_then()
    {
        for (var i = 0; i < 10; i++)
        {
            _rig.Plan();
            _rig.Host.Advance(Seconds(60));
        }

        // The second attempt, and from then on every two minutes.
        Assert.Equal([false, true, false, true, false, true, false, true, false, true], Renewals());
    }

    [Fact]
    public void A_token_that_was_renewed_because_no_link_opened_may_be_called_expired_once()
    {
        _rig.ListenToCalls();
        _rig.Session.LinkClosed(1);
        _rig.Plan();
        _rig.Open(link: 2);
        _rig.Host.Receive(Expired, link: 2);
        Assert.False(_rig.Host.Closed[^1].Fault.IsPermanent);
        Assert.True(_rig.Session.PlanLink(false).RenewCredential);
    }

    [Fact]
    public void A_refused_list_refuses_the_subscriptions_that_brought_new_topics_and_keeps_the_others()
    {
        _rig.ListenToCalls();
        var late = _rig.Subscribe("30039");
        _rig.Host.Receive("""{"errcode":40002,"errmsg":"PARAMETER ERROR"}""");
        var (subscription, error) = Assert.Single(_rig.Host.Rejected);
        Assert.Same(late, subscription);
        Assert.Equal(PbxErrorKind.SubscriptionRefused, error.Kind);
        Assert.Contains("PARAMETER ERROR", error.Message, StringComparison.Ordinal);
        Assert.Equal(CallList, _rig.Host.SentText[^1]);
        Assert.Empty(_rig.Host.Closed);
    }

    [Fact]
    public void A_list_that_was_accepted_before_and_is_refused_after_a_reconnect_and_a_fresh_token_is_the_end()
    {
        _rig.ListenToCalls();
        _rig.Session.LinkClosed(1);
        _rig.Open(link: 2);
        _rig.Host.Receive("""{"errcode":1,"errmsg":"FAILED"}""", link: 2);
        Assert.False(_rig.Host.Closed[^1].Fault.IsPermanent);
        _rig.Session.LinkClosed(2);
        _rig.Open(link: 3);
        _rig.Host.Receive("""{"errcode":1,"errmsg":"FAILED"}""", link: 3);
        Assert.True(_rig.Host.Closed[^1].Fault.IsPermanent);
        Assert.Equal([false, false, true], Renewals());
    }

    [Fact]
    public void Silence_after_a_new_topic_refuses_its_subscription_and_sends_the_others_again()
    {
        _rig.ListenToCalls();
        var late = _rig.Subscribe("30009");
        _rig.Host.Advance(Seconds(15));
        Assert.Equal(PbxErrorKind.SubscriptionTimeout, Assert.Single(_rig.Host.Rejected).Error.Kind);
        Assert.Same(late, _rig.Host.Rejected[0].Subscription);
        Assert.Equal(CallList, _rig.Host.SentText[^1]);
    }

    [Fact]
    public void Silence_after_the_restored_list_opens_another_link()
    {
        _rig.ListenToCalls();
        _rig.Session.LinkClosed(1);
        _rig.Open(link: 2);
        _rig.Host.Advance(Seconds(15));
        Assert.Equal(2, Assert.Single(_rig.Host.Closed).Link);
        Assert.Empty(_rig.Host.Rejected);
    }

    [Fact]
    public void After_a_reconnect_the_list_is_sent_once_and_calls_in_progress_are_asked_for()
    {
        _rig.ListenToCalls();
        _rig.Session.LinkClosed(1);
        _rig.Connect(link: 2);
        Assert.Equal([CallList, CallList], _rig.Host.SentText);
        Assert.Equal(PbxGapRecovery.Partial, _rig.Host.Ready[^1].Recovery.Recovery);
    }

    [Theory]
    [InlineData(70004, PbxErrorKind.AddressBlocked)]
    [InlineData(70087, PbxErrorKind.AddressBlocked)]
    public void A_block_that_is_told_on_the_link_stops_at_once(int code, PbxErrorKind kind)
    {
        _rig.ListenToCalls();
        _rig.Host.Receive($$"""{"errcode":{{code}},"errmsg":"NO"}""");
        var fault = Assert.Single(_rig.Host.Closed).Fault;
        Assert.Equal(kind, fault.Kind);
        Assert.True(fault.IsPermanent);
    }

    [Fact]
    public void A_quiet_PBX_is_warned_of_once_with_the_switches_to_look_at()
    {
        _rig.Subscribe(PbxSubscriptionType.Call);
        _rig.Subscribe(PbxSubscriptionType.Presence);
        _rig.Connect();
        for (var i = 0; i < 60; i++)
        {
            _rig.Host.Advance(Seconds(25));
            _rig.Host.Receive("heartbeat response");
        }
        var warning = Assert.Single(_rig.Host.Warnings);
        Assert.Contains("Call Status Monitor of each trunk (30011)", warning.Advice, StringComparison.Ordinal);
        Assert.Contains("Presence Status Monitor of each extension (30009)", warning.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("30012", warning.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_PBX_that_sends_what_was_switched_on_is_not_warned_of()
    {
        _rig.ListenToCalls();
        _rig.Call(YeastarRig.Inbound("ALERT"));
        _rig.Host.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_rig.Host.Warnings);
    }

    [Fact]
    public void Topics_without_a_switch_may_be_quiet_for_ever()
    {
        _rig.Subscribe(PbxSubscriptionType.Cdr);
        _rig.Connect();
        _rig.Host.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_rig.Host.Warnings);
    }

    [Fact]
    public void A_record_of_a_call_that_was_never_seen_says_that_the_trunks_switch_is_off()
    {
        _rig.ListenToCalls();
        _rig.Host.Advance(TimeSpan.FromMinutes(1));
        _rig.Settle(YeastarRig.Record("ANSWERED"));
        Assert.Contains("Call Status Monitor of each trunk", Assert.Single(_rig.Host.Warnings).Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_a_call_from_before_the_subscription_says_nothing_about_switches()
    {
        _rig.ListenToCalls();
        _rig.Host.Advance(Seconds(20));
        _rig.Settle(YeastarRig.Record("ANSWERED"));
        Assert.Empty(_rig.Host.Warnings);
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Call, "30011,30012,30013,30014,30015,30016")]
    [InlineData(PbxSubscriptionType.Queue, "30011,30012,30013,30014,30015,30016,30025,30026,30029")]
    [InlineData(PbxSubscriptionType.Agent, "30025,30026,30029")]
    [InlineData(PbxSubscriptionType.Presence, "30008,30009")]
    [InlineData(PbxSubscriptionType.Registration, "30007,30010")]
    [InlineData(PbxSubscriptionType.Cdr, "30012")]
    [InlineData(PbxSubscriptionType.Config, "30006,30022,30023")]
    [InlineData(PbxSubscriptionType.Message, "30031,30032")]
    public void Each_kind_asks_for_its_topics_only(PbxSubscriptionType type, string topics)
    {
        _rig.Open();
        _rig.Subscribe(type);
        Assert.Equal($$"""{"topic_list":[{{topics}}]}""", _rig.Host.SentText[^1]);
    }

    [Fact]
    public void Voicemail_is_not_offered_and_the_advice_says_where_it_shows()
    {
        var e = Assert.Throws<PbxException>(() => _rig.Subscribe(PbxSubscriptionType.Voicemail));
        Assert.Equal(PbxErrorKind.NotSupported, e.Kind);
        Assert.Contains("-Category Call", e.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30011", 30011, "CallStateChanged")]
    [InlineData("CallStateChanged", 30011, "CallStateChanged")]
    [InlineData("call state changed", 30011, "CallStateChanged")]
    [InlineData("call-end-details", 30012, "CallEndDetails")]
    [InlineData("30021", 30021, "30021")]
    public void A_topic_is_a_number_or_a_name(string topic, int id, string eventTopic)
    {
        _rig.Open();
        var subscription = _rig.Subscribe(topic);
        Assert.Equal($$"""{"topic_list":[{{id}}]}""", _rig.Host.SentText[^1]);
        Assert.Equal([eventTopic], subscription.EventTopics);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("31000")]
    [InlineData("1")]
    public void An_unknown_topic_is_refused_with_the_known_ones(string topic)
    {
        var e = Assert.Throws<PbxException>(() => _rig.Subscribe(topic));
        Assert.Equal(PbxErrorKind.UnknownTopic, e.Kind);
        Assert.Contains("CallStateChanged", e.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_name_is_a_number()
    {
        var filter = new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, EventName = ["CallStateChanged"] };
        Assert.Equal(PbxErrorKind.UnknownTopic, Assert.Throws<PbxException>(() => _rig.Subscribe(filter)).Kind);
        _rig.Subscribe(filter with { EventName = ["30011"] });
    }
}
