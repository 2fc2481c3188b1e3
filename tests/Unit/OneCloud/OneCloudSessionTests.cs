using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.OneCloud;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>Subscribing, confirmation, doubt and tokens: onecloud.md sections 3 and 6.</summary>
public sealed class OneCloudSessionTests
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static readonly PbxSubscriptionFilter[] AllSix =
    [
        new() { Type = PbxSubscriptionType.Call, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Agent, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Queue, Queue = ["4020"] },
        new() { Type = PbxSubscriptionType.Voicemail, Extension = ["1001"] },
        new() { Type = PbxSubscriptionType.Presence },
    ];

    [Fact]
    public void A_link_without_subscriptions_is_ready_at_once()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();

        Assert.Equal(PbxGapRecovery.Lost, Assert.Single(bench.Host.Ready).Recovery.Recovery);
        Assert.Empty(bench.Host.Sent);
    }

    [Fact]
    public void The_six_streams_are_asked_for_with_the_token_in_each()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        foreach (var filter in AllSix)
            bench.Subscribe(filter);

        Assert.Equal(
            [
                """["subscribe",{"application":"PbxEvents","bearer":"TOKEN-1","domain":"example-domain","type":"call","filter":"1001"}]""",
                """["subscribe",{"application":"PbxEvents","bearer":"TOKEN-1","domain":"example-domain","type":"agent","filter":"sip:1001@example-domain"}]""",
                """["subscribe",{"application":"PbxEvents","bearer":"TOKEN-1","domain":"example-domain","type":"queued","filter":"4020"}]""",
                """["subscribe",{"application":"PbxEvents","bearer":"TOKEN-1","domain":"example-domain","type":"call","filter":"4020","subtype":"queue"}]""",
                """["subscribe",{"application":"PbxEvents","bearer":"TOKEN-1","domain":"example-domain","type":"voicemail","filter":"1001"}]""",
                """["subscribe",{"application":"PbxEvents","bearer":"TOKEN-1","domain":"example-domain","type":"contacts"}]""",
            ],
            bench.Host.SentText);
    }

    [Fact]
    public void Each_status_text_confirms_the_stream_that_it_names_and_no_other()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        var subscriptions = AllSix.Select(bench.Subscribe).ToArray();

        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-call-<>-4020-<T>-queue)"}]""");
        Assert.Empty(bench.Host.Confirmed);

        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-queued-<>-4020)"}]""");
        Assert.Same(subscriptions[2], Assert.Single(bench.Host.Confirmed).Subscription);

        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-agent-<>-sip:1001@example-domain)"}]""");
        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-contacts-<>-)"}]""");
        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-call-<>-1001)"}]""");
        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-voicemail-<>-1001)"}]""");

        Assert.Equal(
            [subscriptions[2], subscriptions[1], subscriptions[4], subscriptions[0], subscriptions[3]],
            bench.Host.Confirmed.Select(c => c.Subscription));
        Assert.Equal("Setup Complete (example-domain-<>-call-<>-1001)", bench.Host.Confirmed[3].Text);

        // What is left is the token's renewal.
        Assert.Equal(1, bench.Host.TimerCount);
        Assert.Empty(bench.Host.Events);
    }

    [Fact]
    public void A_queue_is_subscribed_when_both_of_its_streams_are()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.Subscribe(AllSix[2]);
        bench.ConfirmAll();

        var (_, text) = Assert.Single(bench.Host.Confirmed);
        Assert.Equal(
            "Setup Complete (example-domain-<>-queued-<>-4020); Setup Complete (example-domain-<>-call-<>-4020-<T>-queue)", text);
    }

    [Theory]
    [InlineData("""["subscribed"]""")]
    [InlineData("""["ack"]""")]
    [InlineData("""["subscribed",{"anything":1}]""")]
    public void A_confirmation_without_a_name_counts_only_when_no_status_comes(string frame)
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.Receive(frame);

        Assert.Empty(bench.Host.Confirmed);

        bench.Host.Advance(Silence);

        Assert.Single(bench.Host.Confirmed);
        Assert.Equal(0, bench.Host.Renewals);
    }

    [Fact]
    public void A_server_that_is_still_answering_is_waited_for_and_nothing_is_sent_twice()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        for (var i = 0; i < 4; i++)
            bench.SubscribeCalls($"{1001 + i}");
        for (var i = 0; i < 3; i++)
        {
            bench.Host.Advance(TimeSpan.FromSeconds(10));
            bench.Receive($$"""["status",{"status":"Setup Complete (example-domain-<>-call-<>-{{1001 + i}})"}]""");
        }

        Assert.Equal((4, 0), (bench.Host.Sent.Count, bench.Host.Renewals));

        // Now it answers nothing any more.
        bench.Host.Advance(Silence);

        Assert.Equal(1, bench.Host.Renewals);
    }

    [Fact]
    public void A_subscription_that_the_server_passed_over_is_doubted_after_its_own_time()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.SubscribeCalls("1002");
        bench.Host.Advance(TimeSpan.FromSeconds(10));
        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-call-<>-1002)"}]""");
        bench.Host.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(1, bench.Host.Renewals);
    }

    [Fact]
    public void Fewer_confirmations_without_a_name_than_subscriptions_confirm_none()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.SubscribeCalls("1002");
        bench.Receive("""["subscribed"]""");
        bench.Host.Advance(Silence);

        Assert.Empty(bench.Host.Confirmed);
        Assert.True(bench.Host.Renewals > 0);
    }

    [Fact]
    public void An_acknowledgement_counts_for_its_own_subscription_when_no_status_comes()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        var first = bench.SubscribeCalls("1001");
        bench.SubscribeCalls("1002");
        bench.Session.FrameReceived(1, new Frame(FrameKind.Ack, "[]"u8.ToArray(), bench.Host.Sent[0].Frame.AckId));
        bench.Host.Advance(Silence);

        Assert.Same(first, Assert.Single(bench.Host.Confirmed).Subscription);
    }

    [Fact]
    public void Silence_brings_a_fresh_token_and_the_same_subscription_once_more()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.Host.Advance(Silence);

        Assert.Equal(1, bench.Host.Renewals);
        Assert.Single(bench.Host.Sent);

        bench.Renew();

        Assert.Equal(2, bench.Host.Sent.Count);
        Assert.Contains("\"bearer\":\"TOKEN-2\"", bench.Host.SentText[1], StringComparison.Ordinal);

        bench.ConfirmAll();
        Assert.Single(bench.Host.Confirmed);
    }

    [Fact]
    public void Silence_also_with_a_fresh_token_is_told_with_what_to_check()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.Host.Advance(Silence);
        bench.Renew();
        bench.Host.Advance(Silence);

        var error = Assert.Single(bench.Host.Rejected).Error;
        Assert.Equal(PbxErrorKind.SubscriptionTimeout, error.Kind);
        Assert.Contains("call 1001", error.Message, StringComparison.Ordinal);
        Assert.Contains("Office Manager", error.Advice, StringComparison.Ordinal);
        Assert.Equal(1, bench.Host.Renewals);
        Assert.Equal(2, bench.Host.Sent.Count);
        Assert.Empty(bench.Host.Closed);

        bench.Host.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, bench.Host.Sent.Count);
    }

    [Fact]
    public void A_subscription_error_brings_a_fresh_token_once_and_then_a_clear_error()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.Receive("""["subscription_error",{"message":"token TOKEN-1 is bad"}]""");
        bench.Host.Advance(Grace);
        bench.Renew();
        bench.Receive("""["subscription_error",{"message":"token TOKEN-2 is bad"}]""");
        bench.Host.Advance(Grace);

        var error = Assert.Single(bench.Host.Rejected).Error;
        Assert.Equal(PbxErrorKind.CredentialRefused, error.Kind);
        Assert.Contains("token ******** is bad", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, bench.Host.Renewals);
        Assert.DoesNotContain(bench.Host.Activity, l => l.Contains("TOKEN", StringComparison.Ordinal));
    }

    [Fact]
    public void A_subscription_error_that_names_no_stream_is_not_held_against_those_that_are_confirmed_with_it()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        var good = bench.SubscribeCalls("1001");
        var bad = bench.SubscribeCalls("1002");
        bench.Receive("""["subscription_error"]""");
        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-call-<>-1001)"}]""");
        bench.Host.Advance(Grace);
        bench.Renew();

        Assert.Same(good, Assert.Single(bench.Host.Confirmed).Subscription);
        Assert.Equal(3, bench.Host.Sent.Count);
        Assert.Contains("\"filter\":\"1002\"", bench.Host.SentText[2], StringComparison.Ordinal);
        Assert.Equal(PbxSubscriptionState.Pending, bad.State);
    }

    [Fact]
    public void A_second_subscription_error_spares_the_one_whose_confirmation_follows_it()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        var good = bench.SubscribeCalls("1001");
        var bad = bench.SubscribeCalls("1002");
        bench.Host.Advance(Silence);
        bench.Renew();
        bench.Receive("""["subscription_error"]""");
        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-call-<>-1001)"}]""");
        bench.Host.Advance(Grace);

        Assert.Same(good, Assert.Single(bench.Host.Confirmed).Subscription);
        Assert.Same(bad, Assert.Single(bench.Host.Rejected).Subscription);
    }

    [Fact]
    public void A_subscription_error_that_names_a_stream_is_about_that_one()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.SubscribeCalls("1002");
        bench.Receive("""["subscription_error",{"status":"Setup Failed (example-domain-<>-call-<>-1002)"}]""");
        bench.Renew();

        Assert.Contains("\"filter\":\"1002\"", bench.Host.SentText[2], StringComparison.Ordinal);
        Assert.Equal(3, bench.Host.Sent.Count);
    }

    [Fact]
    public void A_subscription_error_long_after_the_confirmation_restores_the_link_with_a_fresh_token()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.Host.Advance(TimeSpan.FromMinutes(10));
        bench.Receive("""["subscription_error","token expired"]""");

        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.Equal(PbxErrorKind.LinkLost, fault.Kind);
        Assert.False(fault.IsPermanent);
        Assert.True(bench.Session.PlanLink(false).RenewCredential);
        Assert.Equal(6, bench.Host.Sent.Count);
    }

    [Fact]
    public void Subscription_errors_on_link_after_link_restore_it_three_times_and_are_a_warning_then()
    {
        var bench = OneCloudBench.Open(AllSix);
        for (var i = 1; i <= 3; i++)
        {
            bench.Host.Advance(TimeSpan.FromSeconds(20));
            bench.Receive("""["subscription_error"]""");
            Assert.Equal(i, bench.Host.Closed.Count);
        }
        Assert.Empty(bench.Host.Warnings);
        bench.Receive("""["subscription_error"]""");
        Assert.Equal(3, bench.Host.Closed.Count);
        Assert.Single(bench.Host.Warnings);

        bench.Host.Advance(TimeSpan.FromMinutes(2));
        bench.Receive("""["subscription_error"]""");
        Assert.Equal(4, bench.Host.Closed.Count);
    }

    [Fact]
    public void A_token_alone_cannot_be_renewed_and_the_error_says_so()
    {
        var bench = OneCloudBench.Create(OneCloudBench.Ticket with { Uid = null, Scope = null, OwnDomain = null });
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.Host.Advance(Silence);
        bench.Session.CredentialFailed(OneCloudFaults.TokenRefused("core.example.com", null));

        var error = Assert.Single(bench.Host.Rejected).Error;
        Assert.Equal(PbxErrorKind.SubscriptionTimeout, error.Kind);
        Assert.Contains("the token may have expired", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_blocked_address_makes_the_renewal_wait_and_nothing_is_given_up()
    {
        var bench = OneCloudBench.Create();
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.Host.Advance(Silence);
        bench.Session.CredentialFailed(new PbxException(PbxErrorKind.AddressBlocked, "blocked", "wait") { RetryAfter = TimeSpan.FromSeconds(8) });

        Assert.Empty(bench.Host.Rejected);
        bench.Host.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(1, bench.Host.Renewals);
        bench.Host.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, bench.Host.Renewals);

        bench.Renew();
        Assert.Equal(2, bench.Host.Sent.Count);
    }

    [Fact]
    public void A_new_link_restores_each_subscription_once_and_is_ready_when_all_are_confirmed()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.LoseLink();
        bench.Host.Sent.Clear();
        bench.Host.Ready.Clear();
        var link = bench.OpenLink();

        Assert.Equal(6, bench.Host.SentText.Distinct().Count());
        Assert.Equal(6, bench.Host.Sent.Count);
        Assert.All(bench.Host.Sent, s => Assert.Equal(link, s.Link));
        Assert.Empty(bench.Host.Ready);

        bench.ConfirmAll();

        Assert.Equal(link, Assert.Single(bench.Host.Ready).Link);
        Assert.Equal(6, bench.Host.Sent.Count);
    }

    [Fact]
    public void A_subscription_that_two_users_want_is_on_the_wire_once()
    {
        var bench = OneCloudBench.Open(AllSix[0]);
        bench.SubscribeCalls("1001", "1002");
        bench.ConfirmAll();

        Assert.Equal(2, bench.Host.Sent.Count);
        Assert.Equal(2, bench.Host.Confirmed.Count);
    }

    [Fact]
    public void A_restored_link_on_which_nothing_is_confirmed_is_tried_again_and_gives_up_no_subscription()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.LoseLink();
        bench.OpenLink();
        bench.Host.Advance(Silence);
        bench.Renew();
        bench.Host.Advance(Silence);

        Assert.Empty(bench.Host.Rejected);
        Assert.All(bench.Host.Closed, c => Assert.Equal((PbxErrorKind.Timeout, false), (c.Fault.Kind, c.Fault.IsPermanent)));
        Assert.NotEmpty(bench.Host.Closed);
    }

    [Fact]
    public void A_restored_link_on_which_everything_is_refused_twice_ends_the_connection()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.LoseLink();
        bench.OpenLink();
        bench.Receive("""["subscription_error"]""");
        bench.Host.Advance(Grace);
        bench.Renew();
        bench.Receive("""["subscription_error"]""");
        bench.Host.Advance(Grace);

        Assert.Equal((PbxErrorKind.CredentialRefused, true), (bench.Host.Closed[0].Fault.Kind, bench.Host.Closed[0].Fault.IsPermanent));
    }

    [Fact]
    public void A_subscription_that_stood_and_is_not_confirmed_any_more_gets_another_link_before_it_is_reported()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.Host.Ready.Clear();

        // The link may have gone dead after the fifth.
        RestoreFive();
        Assert.Empty(bench.Host.Rejected);
        Assert.Empty(bench.Host.Ready);
        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.Equal((PbxErrorKind.SubscriptionTimeout, false), (fault.Kind, fault.IsPermanent));

        RestoreFive();
        Assert.Equal(PbxSubscriptionType.Agent, Assert.Single(bench.Host.Rejected).Subscription.Type);
        Assert.Single(bench.Host.Ready);
        Assert.Single(bench.Host.Closed);

        void RestoreFive()
        {
            bench.LoseLink();
            bench.OpenLink();
            foreach (var stream in (string[])["call-<>-1001", "queued-<>-4020", "call-<>-4020-<T>-queue", "voicemail-<>-1001", "contacts-<>-"])
                bench.Receive($$"""["status",{"status":"Setup Complete (example-domain-<>-{{stream}})"}]""");
            bench.Host.Advance(Silence);
            bench.Renew();
            bench.Host.Advance(Silence);
        }
    }

    [Fact]
    public void The_token_is_renewed_ahead_of_its_end_and_live_subscriptions_are_left_alone()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.Host.Advance(TimeSpan.FromMinutes(54));
        Assert.Equal(0, bench.Host.Renewals);
        bench.Host.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, bench.Host.Renewals);

        bench.Renew();

        Assert.Equal(6, bench.Host.Sent.Count);
        bench.Host.Advance(TimeSpan.FromMinutes(55));
        Assert.Equal(2, bench.Host.Renewals);
    }

    [Fact]
    public void A_renewal_that_is_refused_for_good_is_a_warning_while_the_link_lives()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.Session.CredentialFailed(new PbxException(PbxErrorKind.CredentialRefused, "no", "check") { IsPermanent = true });

        Assert.Single(bench.Host.Warnings);
        Assert.Empty(bench.Host.Closed);
        Assert.Empty(bench.Host.Rejected);
    }

    [Fact]
    public void What_was_unsubscribed_comes_no_more_although_the_server_goes_on_sending_it()
    {
        var bench = OneCloudBench.Open(AllSix[4]);
        var calls = bench.SubscribeCalls("1001");
        bench.ConfirmAll();
        bench.Session.Unsubscribe(calls);
        bench.Play("state-ended");

        Assert.Empty(bench.Host.Events);
        Assert.Equal(2, bench.Host.Sent.Count);

        bench.Receive("""["contacts-domain",{"user":"1002"}]""");
        Assert.Single(bench.Host.Events);
    }

    [Fact]
    public void What_a_refused_subscription_alone_had_comes_no_more_either()
    {
        var bench = OneCloudBench.Open();
        bench.Subscribe(AllSix[2]);
        bench.Receive("""["status",{"status":"Setup Complete (example-domain-<>-queued-<>-4020)"}]""");
        bench.Host.Advance(Silence);
        bench.Renew();
        bench.Host.Advance(Silence);
        Assert.Single(bench.Host.Rejected);
        bench.Receive("""["queued",{"queue":"4020"}]""");

        Assert.Empty(bench.Host.Events);
    }

    [Fact]
    public void What_is_subscribed_again_on_the_same_link_is_not_sent_twice()
    {
        var bench = OneCloudBench.Open();
        var first = bench.SubscribeCalls("1001");
        bench.ConfirmAll();
        bench.Session.Unsubscribe(first);
        var second = bench.SubscribeCalls("1001");
        bench.Play("state-ringing");

        Assert.Same(second, bench.Host.Confirmed[1].Subscription);
        Assert.Single(bench.Host.Sent);
        Assert.Single(bench.Host.Events);

        bench.LoseLink();
        bench.OpenLink();
        Assert.Equal(2, bench.Host.Sent.Count);
    }

    [Fact]
    public void A_subscription_made_while_the_link_is_down_is_sent_with_the_next_link()
    {
        var bench = OneCloudBench.Create();
        bench.SubscribeCalls("1001");
        Assert.Empty(bench.Host.Sent);

        bench.OpenLink();
        Assert.Single(bench.Host.Sent);
        bench.ConfirmAll();
        Assert.Single(bench.Host.Ready);
    }

    [Fact]
    public void A_token_of_another_domain_is_warned_of_once()
    {
        var bench = OneCloudBench.Create(OneCloudBench.Ticket with { Domain = "other-domain" });
        bench.OpenLink();
        bench.LoseLink();
        bench.OpenLink();

        Assert.Equal(PbxErrorKind.PermissionDenied, Assert.Single(bench.Host.Warnings).Kind);
    }

    [Fact]
    public void A_basic_users_token_is_warned_of_when_another_extension_is_asked_for()
    {
        var bench = OneCloudBench.Create(OneCloudBench.Ticket with { Scope = "Basic User" });
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        Assert.Empty(bench.Host.Warnings);
        bench.SubscribeCalls("1002");

        Assert.Contains("Basic User", Assert.Single(bench.Host.Warnings).Message, StringComparison.Ordinal);
        Assert.Equal(2, bench.Host.Sent.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("""["call",{]""")]
    [InlineData("""{"call":1}""")]
    public void A_frame_that_is_no_event_is_reported_and_the_next_one_is_read(string frame)
    {
        var bench = OneCloudBench.Open(AllSix[0]);
        bench.Receive(frame);

        Assert.Single(bench.Host.Unreadable);
        bench.Play("state-ringing");
        Assert.Equal(PbxCallState.Ringing, bench.Host.LastEvent.CallState);
    }

    [Fact]
    public void No_secret_is_written_to_the_journal()
    {
        var bench = OneCloudBench.Open(AllSix);
        bench.Renew();

        Assert.DoesNotContain(bench.Host.Activity, l => l.Contains("TOKEN", StringComparison.Ordinal) || l.Contains("SECRET", StringComparison.Ordinal)
            || l.Contains("PASSWORD", StringComparison.Ordinal) || l.Contains("R-1", StringComparison.Ordinal));
    }
}
