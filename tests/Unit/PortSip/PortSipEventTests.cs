using PbxEvents.Providers.Platforms.PortSip;

namespace PbxEvents.Tests.Unit.PortSip;

/// <summary>Events without calls, snapshots, doubles, and the traps of portsip.md section 8.</summary>
public sealed class PortSipEventTests
{
    private readonly PortSipBench _bench = new PortSipBench().Connect();

    // ---- extensions --------------------------------------------------------------------------------------------------

    [Fact]
    public void A_phone_that_signs_on_or_off_is_a_registration()
    {
        _bench.SubscribeTopic("extension_events", ["102"]);
        var e = _bench.Event("extension_register", new
        {
            extension = "sip:102@example.io",
            extension_id = "794493219508322304",
            removed_contacts = new[] { new { contact_uri = "sip:102@10.0.0.7", expires = 90, last_update = 1632671250, reg_id = 0 } },
            time = "1632671250",
        });

        Assert.Equal(PbxCategory.Registration, e.Category);
        Assert.Equal("102", e.Extension);
        Assert.Equal("extension_events", e.Topic);
        Assert.Equal("236", e.Tenant);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1632671250), e.Time);
        Assert.False(e.IsRegistered);

        var left = new { contact_uri = "sip:102@10.0.0.8", expires = 90, last_update = 1632671250, reg_id = 0 };
        Assert.True(_bench.Event("extension_register", new { extension = "sip:102@example.io", registration_contacts = new[] { left }, time = "1632671251" }).IsRegistered);
    }

    [Theory]
    [InlineData("""{"event_type":"extension_presence","extension":"sip:102@example.io","note":"Away","tenant_id":"236","time":"1632671250"}""")]
    [InlineData("""{"event_type":"extension_presence","extension":"sip:102@example.io","presence":"AWAY","presence_note":"Driving","tenant_id":"236","extension_id":"7","time":"1632671250"}""")]
    public void Presence_of_both_dialects_is_read(string json)
    {
        _bench.SubscribeTopic("extension_events", ["102"]);
        _bench.Receive(json);

        Assert.Equal(PbxCategory.Presence, _bench.Last.Category);
        Assert.Equal("102", _bench.Last.Extension);
        Assert.Equal(json, _bench.Last.Raw);
    }

    [Fact]
    public void An_agents_state_comes_with_its_queues()
    {
        _bench.SubscribeTopic("extension_events", ["102"]);
        var before = _bench.Host.Events.Count;
        _bench.Event("extension_agent_status", new
        {
            extension = "sip:102@example.io",
            agent_status = new[] { new { queue_number = "8001", status = "READY" }, new { queue_number = "8002", status = "NOT_READY" } },
        });

        Assert.Equal([("102", "8001"), ("102", "8002")], _bench.Host.Events.Skip(before).Select(e => (e.Extension!, e.Queue!)));
        Assert.All(_bench.Host.Events.Skip(before), e => Assert.Equal(PbxCategory.Agent, e.Category));
        Assert.Equal(["READY", "NOT_READY"], _bench.Host.Queues.Select(q => q.Agents.Single().State));
    }

    private PbxEvent Status(bool online, string call = "", string extension = "102") => _bench.Event("extension_status", new
    {
        status = new[] { new { extension = $"sip:{extension}@example.io", extension_id = "7", call_status = call, online, presence = "ONLINE", presence_note = "", push_online = false, time = _bench.Now } },
    });

    [Fact]
    public void The_first_extension_status_on_a_link_is_state_and_a_change_is_news()
    {
        _bench.SubscribeTopic("extension_events", ["102"]);
        Assert.True(Status(true).Synthesized);
        Assert.True(Status(true).Synthesized);
        Assert.False(Status(false).Synthesized);
        Assert.False(Status(true).Synthesized);
        _bench.Lose();
        _bench.Connect();
        Assert.True(Status(false).Synthesized);
        Assert.Equal(PbxCategory.Registration, _bench.Last.Category);
        Assert.False(_bench.Last.IsRegistered);
        Assert.True(Status(true).IsRegistered);
    }

    [Fact]
    public void A_status_of_several_extensions_is_one_event_each()
    {
        _bench.SubscribeTopic("extension_events", ["101", "102"]);
        _bench.Event("extension_status", new
        {
            status = new[] { new { extension = "sip:101@example.io", call_status = "ON_ACLL", online = false }, new { extension = "sip:102@example.io", call_status = "", online = true } },
        });

        Assert.Equal(["101", "102"], _bench.Host.Events.Select(e => e.Extension));
        Assert.Single(_bench.Host.Confirmed);
    }

    [Fact]
    public void After_a_gap_the_status_closes_what_the_gap_hid_without_waking_anybody()
    {
        _bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["102"] });
        Status(true);
        _bench.Event("call_start", new { session_id = "885", call_id = "z", direction = "inbound", caller = "5550100", callee = "102" });
        _bench.Event("extension_call", new { extension = "sip:102@example.io", call_status = "RINGING" });
        _bench.Event("extension_call", new { extension = "sip:102@example.io", call_status = "ON_CALL" });
        _bench.Lose();
        _bench.Connect();
        var e = Status(true);

        Assert.True(e.Synthesized);
        Assert.False(e.IsCallNews);
        Assert.Equal(PbxCallState.Ended, _bench.Call.State);
        Assert.Equal(PbxOutcome.Answered, _bench.Call.Outcome);
    }

    [Fact]
    public void After_a_gap_a_call_that_goes_on_stays_as_it_is()
    {
        _bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["102"] });
        _bench.Event("call_start", new { session_id = "885", call_id = "z", direction = "inbound", caller = "5550100", callee = "102" });
        _bench.Event("extension_call", new { extension = "sip:102@example.io", call_status = "RINGING" });
        _bench.Lose();
        _bench.Connect();
        Status(true, "ON_CALL");

        Assert.Equal(PbxCallState.Answered, _bench.Call.State);
        Assert.False(_bench.Last.IsCallNews);
    }

    // ---- queues ------------------------------------------------------------------------------------------------------

    [Fact]
    public void The_picture_of_a_queue_is_state_with_its_waiting_callers()
    {
        _bench.SubscribeTopic("queue_events", queues: ["8001"]);
        _bench.Event("queue_status", new
        {
            queue_id = "677",
            queue_number = "8001",
            queue_name = "Sales",
            waiting_list = new[] { new { position = "1", session_id = "885", caller_number = "5550100", timestamp = _bench.Ago(40), type = "normal" } },
            agents = new[] { new { state = "READY", agent_extension_number = "101", session_id = "", timestamp = _bench.Ago(90) } },
        });

        Assert.True(_bench.Last.Synthesized);
        Assert.False(_bench.Last.IsCallNews);
        Assert.Equal(("885", "8001", "5550100"), (_bench.Call.CallId, _bench.Call.Queue, _bench.Call.From));
        Assert.Equal(PbxCallState.Offered, _bench.Call.State);
        Assert.Equal(41, (_bench.Host.Now - _bench.Call.StartedAt).TotalSeconds);

        var queue = Assert.Single(_bench.Host.Queues);
        Assert.Equal(("8001", "Sales", 1), (queue.Queue, queue.Name, queue.WaitingCount));
        Assert.Equal(("885", "5550100", 1, 41), (queue.Waiting[0].CallId, queue.Waiting[0].From, queue.Waiting[0].Position, (_bench.Host.Now - queue.WaitingSince!.Value).TotalSeconds));
        Assert.Equal(("101", "READY"), (queue.Agents[0].Extension, queue.Agents[0].State));
    }

    [Fact]
    public void A_queue_follows_its_callers_and_agents()
    {
        _bench.SubscribeTopic("queue_events", queues: ["8001"]);
        _bench.Event("queue_status", new { queue_id = "677", queue_number = "8001", queue_name = "Sales" });
        Assert.Equal(0, _bench.Host.Queues[0].WaitingCount);
        Caller("enqueue");
        Assert.Equal("885", _bench.Host.Queues[0].Waiting.Single().CallId);
        Caller("overflow");
        Assert.Empty(_bench.Host.Queues[0].Waiting);

        _bench.Event("queue_agent_status", new { queue_id = "677", updated_agents = new[] { new { state = "QUEUE_CALL", agent_extension_number = "101", timestamp = _bench.Now } } });
        Assert.Equal(("101", "QUEUE_CALL"), (_bench.Host.Queues[0].Agents.Single().Extension, _bench.Host.Queues[0].Agents.Single().State));
        _bench.Event("queue_agent_status", new { queue_id = "677", removed_agents = new[] { new { agent_extension_number = "101" } } });
        Assert.Empty(_bench.Host.Queues[0].Agents);

        void Caller(string reason) => _bench.Event("queue_caller_status", new
        {
            queue_id = "677",
            updated_callers = new[] { new { position = "1", session_id = "885", caller_number = "5550100", reason, timestamp = _bench.Now, type = "normal" } },
        });
    }

    [Fact]
    public void A_queue_that_is_named_by_its_id_has_the_number_that_the_picture_told()
    {
        _bench.SubscribeTopic("queue_events", queues: ["8001"]);
        Assert.Null(Breach("678").Queue);
        _bench.Event("queue_status", new { queue_id = "677", queue_number = "8001" });
        var e = Breach("677");

        Assert.Equal("8001", e.Queue);
        Assert.Equal("00431334081002", e.From);
        Assert.Equal(PbxCategory.Queue, e.Category);
        Assert.Equal("queue_events", e.Topic);
    }

    private PbxEvent Breach(string id) => _bench.Event("queue_sla_breached", new
    {
        queue_id = id,
        caller = "00431334081002",
        total_callers_breached = 6,
        sla_time_secs = 90,
        waiting_callers = 100,
        timestamp = _bench.Now,
    });

    [Fact]
    public void Agents_that_change_and_agents_that_go_are_one_event_each()
    {
        _bench.SubscribeTopic("queue_events", queues: ["8001"]);
        _bench.Event("queue_agent_status", new
        {
            queue_id = "677",
            updated_agents = new[] { new { state = "READY", agent_extension_number = "101", session_id = "0", timestamp = _bench.Now } },
            removed_agents = new[] { new { agent_extension_number = "102" } },
        });

        Assert.Equal(["101", "102"], _bench.Host.Events.Select(e => e.Extension));
        Assert.All(_bench.Host.Events, e => Assert.Equal(PbxCategory.Agent, e.Category));
        Assert.All(_bench.Host.Events, e => Assert.Null(e.CallId));
    }

    [Fact]
    public void An_agent_who_goes_comes_back_and_goes_again_is_told_each_time()
    {
        _bench.SubscribeTopic("queue_events", queues: ["8001"]);
        for (var i = 0; i < 2; i++)
            _bench.Receive("""{"event_type":"queue_agent_status","queue_id":"677","tenant_id":"236","removed_agents":[{"agent_extension_number":"102"}]}""");

        Assert.Equal(2, _bench.Host.Events.Count);
    }

    // ---- management --------------------------------------------------------------------------------------------------

    [Fact]
    public void The_list_of_queues_after_subscribing_is_state_and_a_new_queue_is_news()
    {
        _bench.SubscribeTopic("queue_management_events");
        const string created = """{"event_type":"queue_created","queue_number":"8800","tenant_id":"236"}""";
        _bench.Receive(created);
        Assert.True(_bench.Last.Synthesized);
        Assert.Equal(("8800", PbxCategory.Config), (_bench.Last.Queue, _bench.Last.Category));
        _bench.Host.Advance(TimeSpan.FromSeconds(10));
        _bench.Receive("""{"event_type":"queue_destroy","queue_number":"8800","tenant_id":"236"}""");
        Assert.False(_bench.Last.Synthesized);
        _bench.Receive(created);
        Assert.False(_bench.Last.Synthesized);
        Assert.Equal(3, _bench.Host.Events.Count);
    }

    [Theory]
    [InlineData("extension_created")]
    [InlineData("extension_updated")]
    [InlineData("extension_destroyed")]
    public void Changes_of_extensions_are_settings(string name)
    {
        _bench.SubscribeTopic("extension_management_events");
        _bench.Receive($$"""{"event_type":"{{name}}","extension_number":"105","disp_name":"Eve","extension_id":"9","tenant_id":"236","enabled":true}""");

        Assert.Equal((PbxCategory.Config, "105", "extension_management_events"), (_bench.Last.Category, _bench.Last.Extension, _bench.Last.Topic));
    }

    // ---- topics and tenants --------------------------------------------------------------------------------------------

    [Fact]
    public void A_global_topic_brings_ordinary_events_with_their_tenant()
    {
        var bench = new PortSipBench(domain: null, user: "admin").Connect();
        var seven = bench.Subscribe(new PbxSubscriptionFilter { Topic = ["global_cdr_events"], Tenant = ["7"] });
        var eight = bench.Subscribe(new PbxSubscriptionFilter { Topic = ["global_cdr_events"], Tenant = ["8"] });
        var e = bench.Event("call_cdr", new { session_id = "1", tenant_id = "7" });

        Assert.Equal(("global_cdr_events", "7"), (e.Topic, e.Tenant));
        Assert.True(seven.Matches(e));
        Assert.False(eight.Matches(e));
    }

    [Fact]
    public void A_call_start_belongs_to_the_topic_of_its_dialect()
    {
        _bench.SubscribeTopic("extension_events", ["102"]);
        _bench.SubscribeTopic("cdr_events");
        Assert.Equal("extension_events", _bench.Event("call_start", new { session_id = "1", call_id = "a", request_id = "0" }).Topic);
        Assert.Equal("cdr_events", _bench.Event("call_start", new { session_id = "2", call_id = "b" }).Topic);
    }

    [Fact]
    public void A_device_event_belongs_to_the_topic_that_is_subscribed_to()
    {
        _bench.SubscribeTopic("cdr_events");
        Assert.Equal("cdr_events", _bench.Event("target_answer", new { session_id = "1", destination = "sip:102@10.0.0.7" }).Topic);
    }

    // ---- traps -------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("""{"event_type":"queue_status","waiting_list":[{"position":"2","type":"normal/callback"}，"agents":[{"state":"QUEUE_CALL"}]]}""")]
    [InlineData("""{"command":"subscribe","topics":["extension_events,"cdr_events"],"extensions":["102"]}""")]
    [InlineData("""{"command":"unsubscribe","topics":["topic" : "cdr_events"]}""")]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("""{"event_type":"call_start""")]
    [InlineData("""[1,2]""")]
    [InlineData("null")]
    public void What_is_not_JSON_is_skipped_and_reported_and_the_link_stays(string text)
    {
        _bench.SubscribeTopic("cdr_events");
        _bench.Receive(text);
        Assert.Single(_bench.Host.Unreadable);
        Assert.Empty(_bench.Host.Closed);
        Assert.Equal("call_cdr", _bench.Event("call_cdr", new { session_id = "1" }).Name);
    }

    [Fact]
    public void A_field_that_comes_twice_counts_the_first_time()
    {
        _bench.Receive("""{"event_type":"extension_created","extension_number":"105","username":"a","username":"b","extension_number":"106","tenant_id":"236"}""");
        Assert.Equal("105", _bench.Last.Extension);
    }

    [Fact]
    public void Ids_beyond_2_to_the_53_stay_text_to_the_last_digit()
    {
        _bench.Receive("""{"event_type":"call_start","session_id":9007199254740993123,"call_id":"a","caller":"1","callee":"2","tenant_id":794493068765036544,"time":1632671250}""");

        Assert.Equal("9007199254740993123", _bench.Last.CallId);
        Assert.Equal("794493068765036544", _bench.Last.Tenant);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1632671250), _bench.Last.Time);
    }

    [Fact]
    public void Numbers_and_texts_change_places_in_records()
    {
        _bench.Receive("""
            {"event_type":"call_cdr","session_id":885,"direction":"in","answered_time":0,"ended_time":1725845669,"start_time":"1725845648",
             "status_code":486,"call_targets":[{"callee":102,"answered_time":0,"status_code":"486","end_reason":"None"}]}
            """);

        Assert.Equal(PbxOutcome.Busy, _bench.Last.Outcome);
        Assert.Equal("102", _bench.Last.Extension);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1725845669), _bench.Last.Time);
    }

    [Theory]
    [InlineData("sip:102@example.io", "102")]
    [InlineData("102", "102")]
    [InlineData("\\\"Ann\\\" <sip:102@example.io;user=phone>;tag=1", "102")]
    [InlineData("sips:102@example.io:5061", "102")]
    [InlineData("tel:+4511111111;phone-context=x", "+4511111111")]
    [InlineData("sip:@example.io", null)]
    [InlineData("", null)]
    public void Parties_are_addresses_or_bare_numbers(string text, string? number)
    {
        _bench.Receive($$"""{"event_type":"call_start","session_id":"1","caller":"{{text}}","callee":"103","time":"1632671250"}""");
        Assert.Equal(number, _bench.Last.From);
    }

    [Fact]
    public void A_password_in_a_devices_address_is_told_nowhere()
    {
        const string Device = "sip:103:s3cret@10.0.0.7:5060";
        _bench.Event("call_start", new { session_id = "1", caller = "5550100", callee = "103", direction = "inbound" });
        _bench.Event("target_ringing", new { session_id = "1", destination = Device });
        _bench.Event("call_established", new { session_id = "1", call_target = Device });
        _bench.Event("call_cdr", new
        {
            session_id = "1",
            call_targets = new[] { new { destination = Device, callee = "103", answered_time = _bench.Ago(0), end_reason = "None" } },
        });

        Assert.Equal("sip:103@10.0.0.7:5060", Assert.Single(_bench.Call.Legs, l => l.Number == "103").LegId);
        Assert.DoesNotContain(_bench.Host.Events, e => $"{e.LegId} {e.Id} {e.From} {e.To}".Contains("s3cret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("99999999999999")]
    [InlineData("soon")]
    public void A_time_that_is_none_is_the_time_of_arrival(string time)
    {
        _bench.Receive($$"""{"event_type":"call_start","session_id":"1","time":"{{time}}"}""");
        Assert.Equal(_bench.Host.Now, _bench.Last.Time);
    }

    [Fact]
    public void Events_that_are_not_in_the_catalogue_pass_through()
    {
        const string json = """{"event_type":"conference_joined","room":"1","tenant_id":"236"}""";
        _bench.Receive(json);

        Assert.Equal((PbxCategory.Unknown, "conference_joined", json), (_bench.Last.Category, _bench.Last.Name, _bench.Last.Raw));
    }

    [Theory]
    [InlineData(PortSipTopics.Records, "call_summary", PbxCategory.Call)]
    [InlineData(PortSipTopics.Extensions, "extension_voicemail", PbxCategory.Presence)]
    [InlineData(PortSipTopics.ExtensionManagement, "extension_renamed", PbxCategory.Config)]
    [InlineData(PortSipTopics.Queues, "queue_overflow", PbxCategory.Queue)]
    [InlineData(PortSipTopics.QueueManagement, "queue_renamed", PbxCategory.Config)]
    [InlineData(PortSipTopics.Records, "trunk_changed", PbxCategory.Registration)]
    public void An_event_that_is_not_in_the_catalogue_is_about_what_its_name_and_its_topic_are(string topic, string name, PbxCategory category)
    {
        var bench = new PortSipBench().Connect();
        bench.SubscribeTopic(topic, extensions: ["102"], queues: ["8000"]);
        var found = bench.Event(name, new { session_id = "77", caller = "5550100", callee = "102" });

        Assert.Equal((category, name), (found.Category, found.Name));
        Assert.Empty(bench.Host.Calls);
        if (category == PbxCategory.Call)
            Assert.Equal(("77", "5550100", "102"), (found.CallId, found.From, found.To));
    }

    [Fact]
    public void Messages_of_an_unknown_form_pass_through()
    {
        _bench.Receive("""{"command":"notice","text":"hello"}""");
        Assert.Equal((PbxCategory.Unknown, "notice"), (_bench.Last.Category, _bench.Last.Name));
    }

    [Theory]
    [InlineData("call_reroute")]
    [InlineData("target_add")]
    [InlineData("target_ringing")]
    [InlineData("target_noanswer")]
    [InlineData("target_fail")]
    [InlineData("target_ended")]
    [InlineData("call_established")]
    [InlineData("call_hold")]
    [InlineData("call_cdr")]
    [InlineData("queue_caller_status")]
    [InlineData("queue_agent_status")]
    [InlineData("extension_status")]
    [InlineData("extension_agent_status")]
    [InlineData("extension_call")]
    [InlineData("queue_status")]
    public void Events_without_any_field_are_passed_on(string name)
    {
        _bench.Receive($$"""{"event_type":"{{name}}"}""");
        Assert.Equal(name, Assert.Single(_bench.Host.Events).Name);
    }

    [Theory]
    [InlineData("""{"event_type":"queue_caller_status","updated_callers":{"session_id":"1","reason":"enqueue"}}""")]
    [InlineData("""{"event_type":"queue_caller_status","updated_callers":[1,null,{"session_id":"1","reason":"enqueue"}]}""")]
    public void A_list_that_is_an_object_or_holds_other_things_is_read_as_far_as_it_goes(string json)
    {
        _bench.Receive(json);
        Assert.Equal("1", Assert.Single(_bench.Host.Events).CallId);
    }

    [Fact]
    public void An_event_that_comes_twice_has_one_id()
    {
        const string json = """{"event_type":"extension_call","extension":"sip:102@example.io","call_status":"RINGING","time":"1703690276"}""";
        _bench.Receive(json);
        _bench.Receive(json);
        Assert.Single(_bench.Host.Events);
        Assert.Equal(1, _bench.Host.Duplicates);
    }

    [Fact]
    public void A_phone_that_rings_stops_and_rings_again_in_one_second_rang_twice()
    {
        foreach (var status in (string[])["RINGING", "", "RINGING"])
            _bench.Receive($$"""{"event_type":"extension_call","extension":"sip:102@example.io","call_status":"{{status}}","time":"1703690276"}""");

        Assert.Equal(3, _bench.Host.Events.Count);
        Assert.Equal(0, _bench.Host.Duplicates);
    }
}
