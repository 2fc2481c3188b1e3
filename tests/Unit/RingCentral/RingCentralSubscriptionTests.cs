using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.RingCentral;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>ringcentral.md sections 5.2 and 7: one subscription for all wishes, and requests over the socket.</summary>
public sealed class RingCentralSubscriptionTests
{
    private const string Calls = RingCentralBench.Calls;
    private const string Voicemail = RingCentralBench.Voicemail;

    [Fact]
    public void Wishes_before_the_link_travel_in_one_post()
    {
        var bench = new RingCentralBench();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Voicemail });
        bench.Open();

        bench.Details();

        Assert.Single(bench.Requests);
        Assert.Equal([Calls, Voicemail], bench.LastFilters);
        bench.Reply(200, RingCentralBench.Subscription("sub-1", Calls, Voicemail));
        Assert.Equal(2, bench.Host.Confirmed.Count);
    }

    [Fact]
    public void A_later_wish_is_a_put_with_all_filters()
    {
        var bench = RingCentralBench.Ready();

        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Voicemail });

        Assert.Equal("PUT /restapi/v1.0/subscription/sub-1", bench.Requests[^1]);
        Assert.Equal([Calls, Voicemail], bench.LastFilters);
    }

    [Fact]
    public void A_wish_that_is_covered_already_needs_no_request()
    {
        var bench = RingCentralBench.Ready();
        var before = bench.Host.Sent.Count;

        var second = bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });

        Assert.Equal(before, bench.Host.Sent.Count);
        Assert.Equal(PbxSubscriptionState.Active, second.State);
    }

    [Fact]
    public void Wishes_made_while_a_request_is_under_way_follow_in_one()
    {
        var bench = RingCentralBench.Ready();
        bench.SubscribeTopic("/account/~/directory/entries");
        bench.SubscribeTopic("/account/~/extension");
        bench.SubscribeTopic("/account/~/presence");
        Assert.Equal(2, bench.Requests.Count);

        bench.Reply(200, RingCentralBench.Subscription("sub-1"));

        Assert.Equal(3, bench.Requests.Count);
        Assert.Equal(4, bench.LastFilters.Count);
    }

    [Fact]
    public void A_withdrawn_wish_leaves_what_others_want_and_the_last_one_ends_the_subscription()
    {
        var bench = RingCentralBench.Ready();
        var voicemail = bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Voicemail });
        bench.Reply(200, RingCentralBench.Subscription("sub-1"));

        bench.Session.Unsubscribe(voicemail);
        Assert.Equal([Calls], bench.LastFilters);
        bench.Reply(200, RingCentralBench.Subscription("sub-1"));
        bench.Session.Unsubscribe(bench.Host.Confirmed[0].Subscription);

        Assert.Equal("DELETE /restapi/v1.0/subscription/sub-1", bench.Requests[^1]);
        bench.Reply(204);
        bench.Lose();
        Assert.Null(bench.Resumes);
    }

    [Fact]
    public void A_filter_that_is_not_activated_is_a_warning_that_names_it()
    {
        var bench = new RingCentralBench();
        var both = bench.SubscribeTopic(Calls, Voicemail);
        bench.Open();
        bench.Details();

        bench.Reply(200, $$"""{"id":"sub-1","eventFilters":["{{Calls}}"],"disabledFilters":[{"filter":"{{Voicemail}}","reason":"CMN-401","message":"no permission"}]}""");

        Assert.Equal(PbxSubscriptionState.Active, both.State);
        var warning = Assert.Single(bench.Host.Warnings);
        Assert.Equal(Voicemail, warning.Target);
        Assert.Contains("no permission", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wish_of_which_nothing_is_activated_is_refused()
    {
        var bench = RingCentralBench.Ready();
        var voicemail = bench.SubscribeTopic(Voicemail);

        bench.Reply(200, $$"""{"id":"sub-1","eventFilters":["{{Calls}}"],"disabledFilters":[{"filter":"{{Voicemail}}","reason":"CMN-401"}]}""");

        Assert.Equal((voicemail, Voicemail), (Assert.Single(bench.Host.Rejected).Subscription, bench.Host.Rejected[0].Error.Target));
        Assert.Empty(bench.Host.Warnings);
    }

    [Theory]
    [InlineData(400, "SUB-508", PbxErrorKind.SubscriptionRefused)]
    [InlineData(403, "SUB-403", PbxErrorKind.PermissionDenied)]
    [InlineData(403, "SUB-505", PbxErrorKind.SubscriptionRefused)]
    [InlineData(403, "CMN-401", PbxErrorKind.PermissionDenied)]
    [InlineData(404, "SUB-408", PbxErrorKind.SubscriptionRefused)]
    public void A_refused_subscription_is_told_and_the_link_stays(int status, string code, PbxErrorKind kind)
    {
        var bench = new RingCentralBench();
        var wish = bench.SubscribeTopic(Voicemail);
        bench.Open();
        bench.Details();

        bench.Reply(status, $$"""{"errors":[{"errorCode":"{{code}}","message":"refused"}]}""");

        var (subscription, error) = Assert.Single(bench.Host.Rejected);
        Assert.Equal((wish, kind, code, Voicemail), (subscription, error.Kind, error.Code, error.Target));
        Assert.Single(bench.Host.Ready);
        Assert.Empty(bench.Host.Closed);
        Assert.Single(bench.Requests);
    }

    [Fact]
    public void Of_several_wishes_the_one_that_is_refused_is_found()
    {
        var bench = new RingCentralBench();
        var good = bench.SubscribeTopic(Calls);
        var bad = bench.SubscribeTopic("/restapi/v1.0/account/~/nonsense");
        var other = bench.SubscribeTopic(Voicemail);
        bench.Open();
        bench.Details();

        bench.Reply(400, """{"errors":[{"errorCode":"SUB-508","message":"invalid"}]}""");
        Assert.Equal([Calls], bench.LastFilters);
        bench.Reply(200, RingCentralBench.Subscription("sub-1"));
        bench.Reply(400, """{"errors":[{"errorCode":"SUB-508","message":"invalid"}]}""");
        bench.Reply(200, RingCentralBench.Subscription("sub-1"));

        Assert.Equal([good, other], bench.Host.Confirmed.Select(c => c.Subscription));
        Assert.Equal(bad, Assert.Single(bench.Host.Rejected).Subscription);
        Assert.Equal([Calls, Voicemail], bench.LastFilters);
        Assert.Single(bench.Host.Ready);
    }

    [Fact]
    public void An_expired_subscription_is_made_anew()
    {
        var bench = RingCentralBench.Ready();
        bench.SubscribeTopic(Voicemail);

        bench.Reply(404, """{"errorCode":"SUB-507"}""");

        Assert.Equal("POST /restapi/v1.0/subscription", bench.Requests[^1]);
        Assert.Equal([Calls, Voicemail], bench.LastFilters);
    }

    [Fact]
    public void A_rate_limit_on_the_subscription_is_waited_for()
    {
        var bench = RingCentralBench.Ready();
        bench.SubscribeTopic(Voicemail);
        bench.Reply(429, """{"errorCode":"CMN-301"}""", headers: """{"Retry-After":"7"}""");

        bench.Host.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(2, bench.Requests.Count);
        bench.Host.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, bench.Requests.Count);
        Assert.Empty(bench.Host.Rejected);
    }

    [Fact]
    public void A_refused_token_is_renewed_once()
    {
        var bench = RingCentralBench.Ready();
        bench.SubscribeTopic(Voicemail);
        bench.Reply(401, """{"errorCode":"OAU-128"}""");
        Assert.Equal(1, bench.Host.Renewals);

        bench.Session.CredentialRenewed(bench.NewTicket());
        bench.Reply(401, """{"errorCode":"OAU-128"}""");

        Assert.Equal(1, bench.Host.Renewals);
        Assert.Equal("OAU-128", Assert.Single(bench.Host.Rejected).Error.Code);
    }

    [Fact]
    public void What_stood_before_and_is_refused_is_asked_for_once_more_with_a_fresh_token()
    {
        var bench = RingCentralBench.Ready();
        bench.Lose();
        bench.Open();
        bench.Details("Failed", "WSG-1005");
        bench.Reply(403, """{"errorCode":"CMN-401"}""");
        Assert.Equal(1, bench.Host.Renewals);
        Assert.Empty(bench.Host.Rejected);

        bench.Session.CredentialRenewed(bench.NewTicket());
        Assert.Equal("POST /restapi/v1.0/subscription", bench.Requests[^1]);
        bench.Reply(403, """{"errorCode":"CMN-401"}""");

        Assert.Equal(1, bench.Host.Renewals);
        Assert.Equal("CMN-401", Assert.Single(bench.Host.Rejected).Error.Code);
        Assert.Equal(2, bench.Host.Ready.Count);
    }

    [Fact]
    public void A_reply_that_does_not_come_refuses_the_wish_and_starts_the_session_over()
    {
        var bench = RingCentralBench.Ready();
        var wish = bench.SubscribeTopic(Voicemail);

        bench.Host.Advance(TimeSpan.FromSeconds(20));

        var (subscription, error) = Assert.Single(bench.Host.Rejected);
        Assert.Equal((wish, PbxErrorKind.SubscriptionTimeout), (subscription, error.Kind));
        Assert.False(Assert.Single(bench.Host.Closed).Fault.IsPermanent);
        bench.Lose();
        Assert.Null(bench.Resumes);
    }

    [Fact]
    public void A_fault_of_the_platform_is_tried_three_times()
    {
        var bench = RingCentralBench.Ready();
        bench.SubscribeTopic(Voicemail);

        bench.Reply(503);
        bench.Host.Advance(TimeSpan.FromSeconds(10));
        bench.Reply(500);
        bench.Host.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(bench.Host.Rejected);
        bench.Reply(500);

        Assert.Equal(PbxErrorKind.SubscriptionTimeout, Assert.Single(bench.Host.Rejected).Error.Kind);
    }

    [Fact]
    public void A_rotation_subscribes_on_the_new_link_too()
    {
        var bench = RingCentralBench.Ready();
        bench.Open(isRotation: true);
        bench.Details();

        bench.Reply(200, RingCentralBench.Subscription("sub-2", Calls));

        Assert.Equal([1, 2], bench.Host.Ready.Select(r => r.Link));
        bench.SubscribeTopic(Voicemail);
        Assert.Contains("PUT /restapi/v1.0/subscription/sub-2", bench.Requests);
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Call, "2001", null, "/restapi/v1.0/account/~/extension/2001/telephony/sessions")]
    [InlineData(PbxSubscriptionType.Call, null, null, Calls)]
    [InlineData(PbxSubscriptionType.Queue, null, null, Calls)]
    [InlineData(PbxSubscriptionType.Agent, null, "2900", "/restapi/v1.0/account/~/call-queues/2900/presence")]
    [InlineData(PbxSubscriptionType.Presence, null, null, "/restapi/v1.0/account/~/presence")]
    [InlineData(PbxSubscriptionType.Presence, "2001", null, "/restapi/v1.0/account/~/extension/2001/presence?detailedTelephonyState=true")]
    [InlineData(PbxSubscriptionType.Voicemail, "2001", null, "/restapi/v1.0/account/~/extension/2001/voicemail")]
    public void Each_kind_has_its_filter(PbxSubscriptionType type, string? extension, string? queue, string filter) =>
        Assert.Equal(filter, Assert.Single(RingCentralTopics.Resolve(new PbxSubscriptionFilter
        {
            Type = type,
            Extension = extension is null ? [] : [extension],
            Queue = queue is null ? [] : [queue],
        })).Text);

    [Theory]
    [InlineData(PbxSubscriptionType.Cdr, PbxErrorKind.NotSupported)]
    [InlineData(PbxSubscriptionType.Registration, PbxErrorKind.NotSupported)]
    [InlineData(PbxSubscriptionType.Agent, PbxErrorKind.InvalidOption)]
    public void A_kind_that_cannot_be_is_told(PbxSubscriptionType type, PbxErrorKind kind) =>
        Assert.Equal(kind, Assert.Throws<PbxException>(() => RingCentralTopics.Resolve(new PbxSubscriptionFilter { Type = type })).Kind);

    [Theory]
    [InlineData("telephony")]
    [InlineData("/")]
    [InlineData("/restapi/v1.0/account/~/call-queues/{id}/presence")]
    [InlineData("/restapi/v1.0/account/~/a b")]
    public void A_topic_that_is_no_path_is_unknown(string topic) =>
        Assert.Equal(PbxErrorKind.UnknownTopic, Assert.Throws<PbxException>(() => RingCentralTopics.Resolve(new PbxSubscriptionFilter { Topic = [topic] })).Kind);

    [Fact]
    public void Every_documented_filter_is_one_and_covers_its_events()
    {
        foreach (var row in RingCentralCatalogue.All.Events.Where(e => !e.Topic.Contains('{', StringComparison.Ordinal)))
        {
            var filter = Assert.Single(RingCentralTopics.Resolve(new PbxSubscriptionFilter { Topic = [row.Topic] }));
            Assert.True(filter.Covers(new PbxEvent { Name = row.Name, Topic = RingCentralPath.Parse(row.Topic).Topic, Payload = "{}"u8.ToArray() }, null), row.Topic);
        }
    }

    [Theory]
    [InlineData("/account/~/telephony/sessions", "2001", true)]
    [InlineData("/account/~/extension/2001/telephony/sessions", "2001", true)]
    [InlineData("/account/~/extension/2002/telephony/sessions", "2001", false)]
    [InlineData("/account/~/extension/~/telephony/sessions", "2000", true)]
    [InlineData("/account/~/extension/~/telephony/sessions", "2001", false)]
    [InlineData("/account/~/telephony/sessions?direction=Inbound", "2001", true)]
    [InlineData("/account/~/telephony/sessions?direction=Outbound", "2001", false)]
    [InlineData("/account/~/telephony/sessions?missedCall=true", "2001", false)]
    [InlineData("/account/~/telephony/sessions?statusCode=Proceeding", "2001", true)]
    [InlineData("/account/~/telephony/sessions?statusCode=Answered", "2001", false)]
    [InlineData("/account/~/telephony/sessions?phoneNumber=%2B12025550100&sipData=true", "2001", true)]
    [InlineData("/account/~/extension/2001/presence", "2001", false)]
    public void An_event_belongs_to_the_filters_that_ask_for_it(string topic, string extension, bool isCovered)
    {
        var bench = RingCentralBench.Ready();
        var subscription = bench.SubscribeTopic(topic);

        var found = bench.Party(2, "p-2", "Inbound", "Proceeding", extension: extension);

        Assert.Equal(isCovered, subscription.Matches(found));
    }

    // ---- requests --------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_request_carries_its_query_apart_and_its_data()
    {
        var bench = RingCentralBench.Ready();

        bench.Session.SendRequest(1, new PbxRequest
        {
            Request = "/restapi/v1.0/account/~/call-log?view=Simple&type=Voice&type=Fax&from=%2B1",
            Method = "post",
            Data = """{"a":1}"""u8.ToArray(),
        });

        var frame = bench.Sent[^1];
        Assert.Equal(("POST", "/restapi/v1.0/account/~/call-log"), (frame[0].GetProperty("method").GetString(), frame[0].GetProperty("path").GetString()));
        Assert.Equal("""{"view":"Simple","type":["Voice","Fax"],"from":"+1"}""", frame[0].GetProperty("query").GetRawText());
        Assert.Equal("""{"a":1}""", frame[1].GetRawText());
        bench.Reply(201, """{"id":5}""");
        var (token, reply, isLast) = Assert.Single(bench.Host.Replies);
        Assert.Equal((1, 201, """{"id":5}""", true), (token, reply.Status, reply.Raw, isLast));
    }

    [Fact]
    public void A_request_that_is_refused_says_why()
    {
        var bench = RingCentralBench.Ready();
        bench.Session.SendRequest(1, new PbxRequest { Request = "/restapi/v1.0/account/~/nothing" });

        bench.Reply(404, """{"errorCode":"CMN-102","message":"Resource not found"}""");

        var (token, error) = Assert.Single(bench.Host.FailedRequests);
        Assert.Equal((1, PbxErrorKind.RequestRefused, "CMN-102"), (token, error.Kind, error.Code));
    }

    [Fact]
    public void No_more_requests_are_under_way_than_the_server_allows()
    {
        var bench = RingCentralBench.Ready();
        for (var i = 0; i < 15; i++)
            bench.Session.SendRequest(i, new PbxRequest { Request = $"/restapi/v1.0/{i}" });
        Assert.Equal(11, bench.Requests.Count);

        bench.Reply(200, "{}", fromLast: 9);
        Assert.Equal("GET /restapi/v1.0/10", bench.Requests[^1]);
        bench.Session.ForgetRequest(1);
        Assert.Equal("GET /restapi/v1.0/11", bench.Requests[^1]);
        bench.Session.ForgetRequest(14);
        bench.SubscribeTopic(Voicemail);
        bench.Session.ForgetRequest(2);
        Assert.Equal("PUT /restapi/v1.0/subscription/sub-1", bench.Requests[^1]);
    }

    [Theory]
    [InlineData("account", "GET", "")]
    [InlineData("/restapi/v1.0/account/~", "FETCH", "")]
    [InlineData("/restapi/v1.0/account/~", "POST", "{not json")]
    public void A_request_that_is_none_is_refused_here(string path, string method, string data)
    {
        var bench = RingCentralBench.Ready();
        var request = new PbxRequest { Request = path, Method = method, Data = System.Text.Encoding.UTF8.GetBytes(data) };

        Assert.Equal(PbxErrorKind.InvalidOption, Assert.Throws<PbxException>(() => bench.Session.SendRequest(1, request)).Kind);
    }
}
