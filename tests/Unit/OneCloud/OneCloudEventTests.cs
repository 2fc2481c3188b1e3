using PbxEvents.Providers;
using PbxEvents.Providers.Platforms.OneCloud;

namespace PbxEvents.Tests.Unit.OneCloud;

/// <summary>The streams besides calls, names that are not published, the catalogue and the topics: onecloud.md sections 3 and 4.</summary>
public sealed class OneCloudEventTests
{
    [Theory]
    [InlineData("agent", PbxSubscriptionType.Agent, PbxCategory.Agent, "agent")]
    [InlineData("agent-status", PbxSubscriptionType.Agent, PbxCategory.Agent, "agent")]
    [InlineData("voicemail", PbxSubscriptionType.Voicemail, PbxCategory.Voicemail, "voicemail")]
    [InlineData("contacts-domain", PbxSubscriptionType.Presence, PbxCategory.Presence, "contacts")]
    [InlineData("contacts", PbxSubscriptionType.Presence, PbxCategory.Presence, "contacts")]
    public void A_stream_without_a_published_payload_passes_through(string name, PbxSubscriptionType type, PbxCategory category, string topic)
    {
        var filter = new PbxSubscriptionFilter { Type = type, Extension = type == PbxSubscriptionType.Presence ? [] : ["1001"] };
        var bench = OneCloudBench.Open(filter);
        bench.Receive($$"""["{{name}}",{"anything":[1,"två"],"n":null}]""");

        var e = bench.Host.LastEvent;
        Assert.Equal((category, name, topic), (e.Category, e.Name, e.Topic));
        Assert.Equal("""{"anything":[1,"två"],"n":null}""", e.Raw);
        Assert.Equal(type == PbxSubscriptionType.Presence ? null : "1001", e.Extension);
        Assert.True(filter.Matches(e));
    }

    [Fact]
    public void A_queues_event_gets_its_queue()
    {
        var filter = new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["4020"] };
        var bench = OneCloudBench.Open(filter);
        bench.Receive("""["queued",{"position":1}]""");

        Assert.Equal((PbxCategory.Queue, "queued", "4020"), (bench.Host.LastEvent.Category, bench.Host.LastEvent.Topic, bench.Host.LastEvent.Queue));
    }

    [Theory]
    [InlineData("""{"who":"1002","n":1}""", "1002")]
    [InlineData("""{"uri":"sip:1001@example-domain"}""", "1001")]
    [InlineData("""{"from":"1001","to":"1002"}""", null)]
    [InlineData("""{"n":1}""", null)]
    [InlineData("""[{"who":"1002"}]""", "1002")]
    public void With_several_filters_the_one_whose_number_stands_in_the_payload_is_meant(string payload, string? extension)
    {
        var bench = OneCloudBench.Open(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Voicemail, Extension = ["1001", "1002"] });
        bench.Receive($$"""["voicemail",{{payload}}]""");

        Assert.Equal(extension, bench.Host.LastEvent.Extension);
    }

    [Theory]
    [InlineData("""["whatever",{"a":1}]""", """{"a":1}""")]
    [InlineData("""["whatever"]""", "")]
    [InlineData("""["whatever","text"]""", "\"text\"")]
    [InlineData("""["whatever",1,{"a":[2]}]""", """[1,{"a":[2]}]""")]
    [InlineData("""["error",{"a":1}]""", """{"a":1}""")]
    [InlineData("""["status",{"status":"Something else"}]""", """{"status":"Something else"}""")]
    public void An_unknown_event_passes_through_with_its_payload(string frame, string raw)
    {
        var bench = OneCloudBench.Open();
        bench.Receive(frame);

        Assert.Equal(PbxCategory.Unknown, bench.Host.LastEvent.Category);
        Assert.Equal(raw, bench.Host.LastEvent.Raw);
        Assert.Empty(bench.Host.Unreadable);
    }

    [Theory]
    [InlineData("""["call"]""")]
    [InlineData("""["call",null]""")]
    [InlineData("""["call","text"]""")]
    [InlineData("""["call",{"new_field":1}]""")]
    public void A_call_event_without_a_record_passes_through(string frame)
    {
        var bench = OneCloudBench.Open(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["1001"] });
        bench.Receive(frame);

        Assert.Equal((PbxCategory.Call, "call"), (bench.Host.LastEvent.Category, bench.Host.LastEvent.Name));
        Assert.Null(bench.Host.LastEvent.CallState);
    }

    [Fact]
    public void Several_records_in_one_event_are_several_events()
    {
        var bench = OneCloudBench.Open(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["1001"] });
        var records = OneCloudBench.ReadFixture("state-ended").Select(l => l["[\"call\", ".Length..^1]);
        bench.Receive($"[\"call\",[{string.Join(',', records)}]]");

        Assert.Equal([PbxCallState.Ringing, PbxCallState.Answered, PbxCallState.Ended], bench.Host.Events.Select(e => e.CallState!.Value));
    }

    [Fact]
    public void A_queues_calls_are_known_by_the_name_call_queue_too()
    {
        var bench = OneCloudBench.Open(new PbxSubscriptionFilter { Topic = ["call:queue"], Queue = ["4020"] });
        bench.Receive(OneCloudBench.ReadFixture("state-ringing")[0].Replace("\"call\"", "\"call-queue\"", StringComparison.Ordinal));

        Assert.Equal(("call:queue", "4020"), (bench.Host.LastEvent.Topic, bench.Host.LastEvent.Queue));
        Assert.Equal(PbxCallState.Ringing, bench.Host.LastEvent.CallState);
    }

    [Fact]
    public void Times_without_a_zone_are_read_in_the_one_that_was_given()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("west", TimeSpan.FromHours(-5), "west", "west");
        var bench = OneCloudBench.Create(zone: zone);
        bench.OpenLink();
        bench.SubscribeCalls("1001");
        bench.Play("state-ringing");

        Assert.Equal(new DateTimeOffset(2026, 1, 5, 10, 0, 1, TimeSpan.FromHours(-5)), bench.Host.LastEvent.Time);
    }

    [Theory]
    [InlineData("Setup Complete (example-domain-<>-call-<>-1001)", "call", "1001", "")]
    [InlineData("Setup Complete (a-b-c-<>-call-<>-4020-<T>-queue)", "call", "4020", "queue")]
    [InlineData("Setup Complete (d-<>-agent-<>-sip:1001@d-e)", "agent", "sip:1001@d-e", "")]
    [InlineData("Setup Complete (d-<>-contacts-<>-)", "contacts", "", "")]
    [InlineData("Setup Complete (d-<>-contacts-<>)", "contacts", "", "")]
    [InlineData("Setup Complete (d-<>-contacts)", "contacts", "", "")]
    public void A_confirmations_text_names_its_stream(string text, string type, string filter, string subtype) =>
        Assert.Equal(new OneCloudStatus(type, filter, subtype), OneCloudStatus.Read(text));

    [Theory]
    [InlineData("Setup Complete")]
    [InlineData("Setup Complete ()")]
    [InlineData("Setup Complete (domain)")]
    [InlineData(")(")]
    public void A_text_that_names_no_stream_is_none(string text) => Assert.Null(OneCloudStatus.Read(text));

    [Fact]
    public void The_catalogue_has_the_six_streams_and_all_fields_of_a_call()
    {
        var provider = PbxProviders.Get("onecloud");

        Assert.Equal(["agent", "call", "call:queue", "contacts", "queued", "voicemail"], provider.EventTypes.Select(e => e.Topic).Order());
        Assert.Equal(provider.Topics.Order(), provider.EventTypes.Select(e => e.Topic).Order());
        var call = provider.EventTypes.Single(e => e.Topic == "call");
        Assert.True(call.Fields.Count > 70, $"{call.Fields.Count} fields");
        Assert.Equal(call.Fields.Count, call.Fields.Select(f => f.Name).Distinct().Count());
        Assert.Contains("XferBlind", call.Fields.Single(f => f.Name == "by_action").Values);
        Assert.All(provider.EventTypes, e => Assert.NotNull(e.Subscription));
    }

    [Fact]
    public void A_topic_takes_its_filter_from_the_extensions_or_queues()
    {
        var topics = OneCloudTopics.Resolve(new PbxSubscriptionFilter
        {
            Topic = ["CALL", "call:queue", "contacts"],
            Extension = ["1001", "1002"],
            Queue = ["4020"],
        });

        Assert.Equal(["call 1001", "call 1002", "call:queue 4020", "contacts"], topics.Select(t => t.ToString()));
    }

    [Fact]
    public void Calls_of_a_queue_alone_can_be_asked_for()
    {
        var topics = OneCloudTopics.Resolve(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Queue = ["4020"] });

        Assert.Equal(["call:queue 4020"], topics.Select(t => t.ToString()));
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Call, "-Extension")]
    [InlineData(PbxSubscriptionType.Agent, "-Extension")]
    [InlineData(PbxSubscriptionType.Voicemail, "-Extension")]
    [InlineData(PbxSubscriptionType.Queue, "-Queue")]
    public void A_stream_that_needs_a_filter_says_which(PbxSubscriptionType type, string parameter)
    {
        var error = Assert.Throws<PbxException>(() => OneCloudTopics.Resolve(new PbxSubscriptionFilter { Type = type }));

        Assert.Equal((PbxErrorKind.InvalidOption, parameter), (error.Kind, error.Target));
    }

    [Theory]
    [InlineData(PbxSubscriptionType.Registration)]
    [InlineData(PbxSubscriptionType.Cdr)]
    [InlineData(PbxSubscriptionType.Config)]
    [InlineData(PbxSubscriptionType.Message)]
    public void What_the_platform_does_not_bring_is_refused_with_advice(PbxSubscriptionType type)
    {
        var error = Assert.Throws<PbxException>(() => OneCloudTopics.Resolve(new PbxSubscriptionFilter { Type = type, Extension = ["1001"] }));

        Assert.Equal(PbxErrorKind.NotSupported, error.Kind);
        Assert.NotEmpty(error.Advice);
    }

    [Fact]
    public void An_unknown_topic_a_SIP_address_and_a_tenant_are_refused()
    {
        Assert.Equal(PbxErrorKind.UnknownTopic, Fail(new() { Topic = ["calls"] }).Kind);
        Assert.Equal("-Extension", Fail(new() { Type = PbxSubscriptionType.Agent, Extension = ["sip:1001@d"] }).Target);
        Assert.Equal("-Tenant", Fail(new() { Type = PbxSubscriptionType.Presence, Tenant = ["t"] }).Target);

        static PbxException Fail(PbxSubscriptionFilter filter) => Assert.Throws<PbxException>(() => OneCloudTopics.Resolve(filter));
    }
}
