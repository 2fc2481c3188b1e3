namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Login, topics and silence: portsip.md sections 2, 3 and 6.</summary>
public sealed class PortSipSessionTests
{
    // ---- login -----------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("alice", "example.io", """{"command":"auth","username":"alice","domain":"example.io","password":"pw-1"}""")]
    [InlineData("101", "example.io", """{"command":"auth","extension_number":"101","domain":"example.io","password":"pw-1"}""")]
    [InlineData("admin", null, """{"command":"auth","username":"admin","password":"pw-1"}""")]
    public void The_login_is_a_users_an_extensions_or_a_system_administrators(string user, string? domain, string expected)
    {
        var bench = new PortSipBench(domain, user);
        bench.Open();

        Assert.Equal([expected], bench.Host.SentText);
    }

    [Theory]
    [InlineData("""{"status":0}""")]
    [InlineData("""{"command":"auth","id":"1","status":0}""")]
    [InlineData("""{"command":"auth","id":1,"status":"0","error":"looks bad, is good"}""")]
    public void Only_the_status_decides_and_zero_is_good(string answer)
    {
        var bench = new PortSipBench();
        bench.Open();
        bench.Receive(answer);

        Assert.Empty(bench.Host.Closed);
        Assert.Single(bench.Host.Ready);
        Assert.Equal(0, bench.Host.TimerCount);
    }

    [Theory]
    [InlineData("""{"error":"name or password error","status":-1}""", "name or password error")]
    [InlineData("""{"command":"auth","error":"access_token , username , domain or password error","id":"2","status":-1}""", "access_token")]
    [InlineData("""{"status":7}""", "refused")]
    public void A_refused_login_ends_the_connection_for_good(string answer, string text)
    {
        var bench = new PortSipBench();
        bench.Open();
        bench.Receive(answer);

        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.True(fault.IsPermanent);
        Assert.Equal(PbxErrorKind.CredentialRefused, fault.Kind);
        Assert.Contains(text, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pw-1", fault.ToString(), StringComparison.Ordinal);
        Assert.Single(bench.Host.Sent);
        Assert.Empty(bench.Host.Ready);
    }

    [Fact]
    public void No_answer_to_the_login_closes_the_link_and_is_tried_again()
    {
        var bench = new PortSipBench();
        bench.Open();
        bench.Host.Advance(TimeSpan.FromSeconds(14));
        Assert.Empty(bench.Host.Closed);
        bench.Host.Advance(TimeSpan.FromSeconds(1));

        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.Equal(PbxErrorKind.Timeout, fault.Kind);
        Assert.False(fault.IsPermanent);
    }

    [Fact]
    public void No_command_goes_out_before_the_login_is_answered()
    {
        var bench = new PortSipBench();
        bench.SubscribeTopic("cdr_events");
        bench.Open();
        Assert.Empty(bench.Commands);
        bench.Receive("""{"status":0}""");

        Assert.Equal(["""{"command":"subscribe","topics":["cdr_events"]}"""], bench.Commands);
    }

    [Fact]
    public void A_v16_has_no_login_without_a_domain()
    {
        var bench = new PortSipBench(domain: null, user: "admin");
        bench.Open("V16");

        Assert.Empty(bench.Host.Sent);
        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.True(fault.IsPermanent);
        Assert.Contains("-Domain", fault.Advice, StringComparison.Ordinal);
    }

    // ---- topics ----------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("cdr_events", """{"command":"subscribe","topics":["cdr_events"]}""")]
    [InlineData("CDR_Events", """{"command":"subscribe","topics":["cdr_events"]}""")]
    [InlineData("extension_events", """{"command":"subscribe","topics":["extension_events"],"extensions":["102","103"]}""")]
    [InlineData("queue_events", """{"command":"subscribe","topics":["queue_events"],"queues":["8001","8002"]}""")]
    [InlineData("extension_management_events", """{"command":"subscribe","topics":["extension_management_events"]}""")]
    [InlineData("queue_management_events", """{"command":"subscribe","topics":["queue_management_events"]}""")]
    public void Each_topic_of_a_tenant_is_subscribed_with_what_it_takes(string topic, string expected)
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic(topic, ["102", "103"], ["8001", "8002"]);

        Assert.Equal([expected], bench.Commands);
    }

    [Theory]
    [InlineData("global_cdr_events")]
    [InlineData("global_extension_events")]
    [InlineData("global_queue_events")]
    [InlineData("global_extension_management_events")]
    [InlineData("global_queue_management_events")]
    public void Each_global_topic_is_subscribed_with_its_tenants(string topic)
    {
        var bench = new PortSipBench(domain: null, user: "admin").Connect();
        bench.SubscribeTopic(topic, tenants: ["23435", "883634229655633920"]);

        Assert.Equal([$$"""{"command":"subscribe","topics":["{{topic}}"],"tenants":["23435","883634229655633920"]}"""], bench.Commands);
    }

    [Theory]
    [InlineData("extension_events", "-Extension")]
    [InlineData("queue_events", "-Queue")]
    public void A_topic_without_a_wildcard_asks_for_names(string topic, string parameter)
    {
        var fault = Assert.Throws<PbxException>(() => new PortSipBench().Connect().SubscribeTopic(topic));
        Assert.Equal(PbxErrorKind.InvalidOption, fault.Kind);
        Assert.Equal(parameter, fault.Target);
    }

    [Fact]
    public void A_global_topic_asks_for_tenants()
    {
        var bench = new PortSipBench(domain: null, user: "admin").Connect();
        Assert.Equal("-Tenant", Assert.Throws<PbxException>(() => bench.SubscribeTopic("global_cdr_events")).Target);
    }

    [Fact]
    public void Tenants_are_for_system_administrators()
    {
        var fault = Assert.Throws<PbxException>(() => new PortSipBench().Connect().SubscribeTopic("cdr_events", tenants: ["7"]));
        Assert.Equal("-Tenant", fault.Target);
    }

    [Fact]
    public void A_topic_that_is_none_is_refused_with_the_list()
    {
        var fault = Assert.Throws<PbxException>(() => new PortSipBench().Connect().SubscribeTopic("voicemail_events"));
        Assert.Equal(PbxErrorKind.UnknownTopic, fault.Kind);
        Assert.Contains("global_cdr_events", fault.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_name_that_is_none_is_refused()
    {
        var fault = Assert.Throws<PbxException>(() =>
            new PortSipBench().Connect().Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Cdr, EventName = ["call_cdrr"] }));
        Assert.Equal(PbxErrorKind.UnknownTopic, fault.Kind);
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Call, "cdr_events|extension_events|queue_events")]
    [InlineData(PbxSubscriptionType.Queue, "queue_events")]
    [InlineData(PbxSubscriptionType.Agent, "queue_events|extension_events")]
    [InlineData(PbxSubscriptionType.Presence, "extension_events")]
    [InlineData(PbxSubscriptionType.Registration, "extension_events")]
    [InlineData(PbxSubscriptionType.Cdr, "cdr_events")]
    [InlineData(PbxSubscriptionType.Config, "extension_management_events|queue_management_events")]
    public void Each_kind_brings_its_topics(PbxSubscriptionType type, string topics)
    {
        var bench = new PortSipBench().Connect();
        bench.Subscribe(new PbxSubscriptionFilter { Type = type, Extension = ["102"], Queue = ["8001"] });
        AnswerAll(bench);
        Assert.Equal(topics, string.Join('|', bench.Commands.Select(TopicIn)));

        var system = new PortSipBench(domain: null, user: "admin").Connect();
        system.Subscribe(new PbxSubscriptionFilter { Type = type, Tenant = ["7"] });
        AnswerAll(system);
        Assert.Equal(topics, string.Join('|', system.Commands.Select(TopicIn)).Replace("global_", "", StringComparison.Ordinal));
        Assert.All(system.Commands, c => Assert.Contains("\"tenants\":[\"7\"]", c, StringComparison.Ordinal));
    }

    [Fact]
    public void Calls_without_extensions_are_those_of_the_records()
    {
        var bench = new PortSipBench().Connect();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        Assert.Equal(["cdr_events"], bench.Commands.Select(TopicIn));
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Voicemail)]
    [InlineData(PbxSubscriptionType.Message)]
    public void What_the_platform_does_not_have_is_said(PbxSubscriptionType type)
    {
        var fault = Assert.Throws<PbxException>(() => new PortSipBench().Connect().Subscribe(new PbxSubscriptionFilter { Type = type }));
        Assert.Equal(PbxErrorKind.NotSupported, fault.Kind);
    }

    [Theory]
    [InlineData("queue_management_events")]
    [InlineData("extension_management_events")]
    public void A_v16_has_no_management_topics(string topic)
    {
        var fault = Assert.Throws<PbxException>(() => new PortSipBench().Connect("V16").SubscribeTopic(topic));
        Assert.Equal(PbxErrorKind.NotSupported, fault.Kind);
    }

    [Fact]
    public void A_topic_that_the_server_turns_out_not_to_have_is_refused_when_the_link_opens()
    {
        var bench = new PortSipBench();
        var subscription = bench.SubscribeTopic("queue_management_events");
        bench.Connect("V16");

        Assert.Equal(subscription, Assert.Single(bench.Host.Rejected).Subscription);
        Assert.Empty(bench.Commands);
        Assert.Single(bench.Host.Ready);
    }

    // ---- answers and silence -----------------------------------------------------------------------------------------

    [Theory]
    [InlineData("""{"status":0}""")]
    [InlineData("""{"command":"subscribe","id":"2","status":0}""")]
    public void An_answer_in_the_form_of_the_logins_confirms(string answer)
    {
        var bench = new PortSipBench().Connect();
        var subscription = bench.SubscribeTopic("cdr_events");
        Assert.Empty(bench.Host.Confirmed);
        bench.Receive(answer);

        Assert.Equal(subscription, Assert.Single(bench.Host.Confirmed).Subscription);
        Assert.Equal(0, bench.Host.TimerCount);
    }

    [Fact]
    public void An_answer_belongs_to_the_oldest_command_that_has_none()
    {
        var bench = new PortSipBench().Connect();
        var records = bench.SubscribeTopic("cdr_events");
        var queues = bench.SubscribeTopic("queue_events", queues: ["8001"]);
        bench.Receive("""{"status":0}""");
        bench.Receive("""{"status":-1,"error":"no permission"}""");

        Assert.Equal(records, Assert.Single(bench.Host.Confirmed).Subscription);
        var (subscription, error) = Assert.Single(bench.Host.Rejected);
        Assert.Equal(queues, subscription);
        Assert.Equal(PbxErrorKind.SubscriptionRefused, error.Kind);
        Assert.Contains("no permission", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_event_of_a_topic_confirms_it()
    {
        var bench = new PortSipBench().Connect();
        var records = bench.SubscribeTopic("cdr_events");
        bench.SubscribeTopic("extension_events", ["102"]);
        bench.Event("call_cdr", new { session_id = "1", call_status = "noanswer" });

        Assert.Equal(records, Assert.Single(bench.Host.Confirmed).Subscription);
    }

    [Fact]
    public void A_snapshot_confirms_only_the_queue_it_speaks_of()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("queue_events", queues: ["8001", "8002"]);
        bench.Event("queue_status", new { queue_id = "9", queue_number = "8001", agents = Array.Empty<object>() });
        Assert.Empty(bench.Host.Confirmed);
        bench.Host.Advance(TimeSpan.FromSeconds(15));

        Assert.Single(bench.Host.Confirmed);
        var warning = Assert.Single(bench.Host.Warnings);
        Assert.Contains("8002", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("8001", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_is_taken_for_a_yes_with_a_warning_that_says_what_to_check()
    {
        var bench = new PortSipBench().Connect();
        var subscription = bench.SubscribeTopic("cdr_events");
        bench.Host.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(bench.Host.Confirmed);
        bench.Host.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(subscription, Assert.Single(bench.Host.Confirmed).Subscription);
        var warning = Assert.Single(bench.Host.Warnings);
        Assert.False(warning.IsPermanent);
        Assert.Contains("administrator", warning.Advice, StringComparison.Ordinal);
        Assert.Empty(bench.Host.Closed);
    }

    [Fact]
    public void An_event_after_the_warning_is_passed_on_as_ever()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("cdr_events");
        bench.Host.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("call_cdr", bench.Event("call_cdr", new { session_id = "1" }).Name);
        Assert.Single(bench.Host.Warnings);
    }

    [Fact]
    public void Every_command_names_all_that_is_wanted_of_its_topic()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("extension_events", ["102"]);
        bench.Receive("""{"status":0}""");
        bench.SubscribeTopic("extension_events", ["103", "102"]);

        Assert.Equal("""{"command":"subscribe","topics":["extension_events"],"extensions":["102","103"]}""", bench.Commands[^1]);
        bench.Receive("""{"status":0}""");
        Assert.Equal(2, bench.Host.Confirmed.Count);
    }

    [Fact]
    public void A_refused_extension_does_not_take_the_others_down()
    {
        var bench = new PortSipBench().Connect();
        var good = bench.SubscribeTopic("extension_events", ["102"]);
        bench.Receive("""{"status":0}""");
        var bad = bench.SubscribeTopic("extension_events", ["999"]);
        bench.Receive("""{"status":-1,"error":"not found"}""");

        Assert.Equal(bad, Assert.Single(bench.Host.Rejected).Subscription);
        Assert.Equal("""{"command":"subscribe","topics":["extension_events"],"extensions":["102"]}""", bench.Commands[^1]);
        bench.Receive("""{"status":0}""");
        Assert.Equal(PbxSubscriptionState.Active, good.State);
    }

    [Fact]
    public void What_stood_before_and_is_refused_is_asked_for_once_more_on_a_new_link()
    {
        var bench = new PortSipBench().Connect();
        var subscription = bench.SubscribeTopic("cdr_events");
        bench.Receive("""{"status":0}""");
        bench.Lose();
        bench.Connect();
        bench.Receive("""{"status":-1,"error":"permission denied"}""");
        Assert.Equal((2, false), (Assert.Single(bench.Host.Closed).Link, bench.Host.Closed[0].Fault.IsPermanent));
        Assert.Empty(bench.Host.Rejected);

        bench.Lose();
        bench.Connect();
        bench.Receive("""{"status":-1,"error":"permission denied"}""");
        Assert.Equal(subscription, Assert.Single(bench.Host.Rejected).Subscription);
        Assert.Single(bench.Host.Closed);
        Assert.Equal(3, bench.Host.Ready[^1].Link);
    }

    [Fact]
    public void Unsubscribing_names_only_what_nobody_wants_any_more()
    {
        var bench = new PortSipBench().Connect();
        var first = bench.SubscribeTopic("extension_events", ["101", "102"]);
        bench.SubscribeTopic("extension_events", ["102", "103"]);
        bench.Host.Session!.Unsubscribe(first);

        Assert.Equal("""{"command":"unsubscribe","topics":["extension_events"],"extensions":["101"]}""", bench.Commands[^1]);
    }

    [Fact]
    public void An_answer_to_an_unsubscribe_is_not_taken_for_one_to_a_subscribe()
    {
        var bench = new PortSipBench().Connect();
        var first = bench.SubscribeTopic("cdr_events");
        bench.Receive("""{"status":0}""");
        bench.Host.Session!.Unsubscribe(first);
        Assert.Equal("""{"command":"unsubscribe","topics":["cdr_events"]}""", bench.Commands[^1]);
        bench.SubscribeTopic("queue_events", queues: ["8001"]);
        bench.Receive("""{"status":0}""");
        Assert.Single(bench.Host.Confirmed);
        bench.Receive("""{"status":0}""");
        Assert.Equal(2, bench.Host.Confirmed.Count);
    }

    [Fact]
    public void Disconnecting_unsubscribes()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("cdr_events");
        bench.SubscribeTopic("queue_events", queues: ["8001"]);
        bench.Host.Session!.Closing();

        Assert.Equal(
            ["""{"command":"unsubscribe","topics":["cdr_events"]}""", """{"command":"unsubscribe","topics":["queue_events"],"queues":["8001"]}"""],
            bench.Commands.TakeLast(2));
    }

    // ---- links -----------------------------------------------------------------------------------------------------

    [Fact]
    public void A_new_link_logs_in_and_subscribes_everything_once_before_it_is_ready()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("cdr_events");
        bench.SubscribeTopic("extension_events", ["102"]);
        bench.SubscribeTopic("extension_events", ["103"]);
        for (var i = 0; i < 3; i++)
            bench.Receive("""{"command":"subscribe","status":0}""");
        bench.Lose();
        Assert.Equal(0, bench.Host.TimerCount);
        var sent = bench.Host.Sent.Count;
        bench.Connect();

        Assert.Equal(2, bench.Host.Sent.Count - sent);
        bench.Receive("""{"status":0}""");
        Assert.Equal(3, bench.Host.Sent.Count - sent);
        Assert.Contains("""{"command":"subscribe","topics":["extension_events"],"extensions":["102","103"]}""", bench.Commands);
        Assert.Single(bench.Host.Ready);
        bench.Receive("""{"status":0}""");
        Assert.Equal(3, bench.Host.Sent.Count - sent);
        Assert.Equal(2, bench.Host.Ready.Count);
    }

    [Fact]
    public void A_lost_link_leaves_no_timer_behind()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("cdr_events");
        Assert.Equal(1, bench.Host.TimerCount);
        bench.Lose();
        Assert.Equal(0, bench.Host.TimerCount);
    }

    [Fact]
    public void A_server_that_never_answers_a_subscription_is_not_waited_for_again()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("cdr_events");
        bench.Host.Advance(TimeSpan.FromSeconds(15));
        bench.Lose();
        bench.Connect();

        Assert.Equal(2, bench.Host.Ready.Count);
        Assert.Single(bench.Host.Warnings);
    }

    [Fact]
    public void A_server_that_answers_and_leaves_out_a_restored_subscription_gets_another_link()
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic("cdr_events");
        bench.SubscribeTopic("extension_events", ["102"]);
        AnswerAll(bench);
        bench.Lose();
        bench.Connect();

        // The first command is met with silence; an answer to the second would be taken for the first one's.
        bench.Host.Advance(TimeSpan.FromSeconds(13));
        var (_, fault) = Assert.Single(bench.Host.Closed);
        Assert.Equal((PbxErrorKind.SubscriptionTimeout, "cdr_events", false), (fault.Kind, fault.Target, fault.IsPermanent));
        Assert.Single(bench.Host.Ready);
        Assert.Empty(bench.Host.Warnings);
        bench.Lose();
        bench.Connect();
        AnswerAll(bench);
        Assert.Equal(2, bench.Host.Ready.Count);
    }

    [Fact]
    public void An_error_outside_a_command_is_a_warning()
    {
        var bench = new PortSipBench().Connect();
        bench.Receive("""{"status":-3,"error":"server is busy"}""");

        Assert.Contains("server is busy", Assert.Single(bench.Host.Warnings).Message, StringComparison.Ordinal);
        Assert.Empty(bench.Host.Closed);
    }

    /// <summary>A server that answers each command, until no new one comes.</summary>
    private static void AnswerAll(PortSipBench bench)
    {
        for (var sent = 0; sent != bench.Host.Sent.Count;)
        {
            sent = bench.Host.Sent.Count;
            bench.Receive("""{"command":"subscribe","status":0}""");
        }
    }

    private static string TopicIn(string command) => command.Split("\"topics\":[\"")[1].Split('"')[0];
}
