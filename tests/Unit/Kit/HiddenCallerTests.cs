using System.Text.Json;
using PbxEvents.Providers.Platforms.Kit;
using PbxEvents.Tests.Unit.PortSip;
using PbxEvents.Tests.Unit.RingCentral;
using PbxEvents.Tests.Unit.Support;
using PbxEvents.Tests.Unit.Yeastar;

namespace PbxEvents.Tests.Unit.Kit;

/// <summary>
/// One rule on all platforms: where a word stands in place of the caller's number, neither number nor name beside it is shown, in
/// calls, events, queues and payloads. (OneCloud and TelecomX have such tests in their own files.)
/// </summary>
public sealed class HiddenCallerTests
{
    private const string Name = "Anna Test";

    public static TheoryData<string> Words =>
    [
        "anonymous", "Anonymous", "Restricted", "RESTRICTED", "Private", "Private number", "Unknown", "unknown caller", "Withheld", "Unavailable",
        "sip:anonymous@anonymous.invalid", "sip:restricted@pbx.test", "sip:+12025550142@anonymous.invalid",
        "\"Anna Test\" <sip:anonymous@anonymous.invalid>", "Anna Test <Unknown>",
    ];

    private static void AssertHidden(RecordingHost host)
    {
        Assert.NotEmpty(host.Events);
        Assert.All(host.Events, e =>
        {
            Assert.Null(e.From);
            Assert.DoesNotContain(Name, e.Raw, StringComparison.Ordinal);
            Assert.DoesNotContain("12025550142", e.Raw, StringComparison.Ordinal);
            if (e.Raw.Length > 0)
            {
                using (JsonDocument.Parse(e.Raw))
                {
                }
            }
        });
        Assert.NotEmpty(host.Calls);
        Assert.All(host.Calls, c => Assert.Equal((null, null), (c.From, c.FromName)));
        Assert.All(host.Calls.SelectMany(c => c.Legs.Where(l => l.Role == PbxLegRole.Caller)), l => Assert.Null(l.Number));
        Assert.All(host.Queues.SelectMany(q => q.Waiting), w => Assert.Equal((null, null), (w.From, w.FromName)));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void PortSip(string word)
    {
        var bench = new PortSipBench().Connect();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call, Extension = ["102"] });
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["8000"] });
        bench.Event("call_start", new { session_id = "1", call_id = "z", direction = "inbound", caller = word, caller_display_name = Name, callee = "102" });
        var caller = new { session_id = "1", caller_number = word, caller_name = Name, position = 1, reason = "ENQUEUE", timestamp = bench.Now };
        bench.Event("queue_caller_status", new { queue_number = "8000", queue_id = "q", updated_callers = new[] { caller } });
        bench.Event("queue_status", new { queue_number = "8000", queue_id = "q", agents = Array.Empty<object>(), waiting_list = new[] { caller } });
        bench.Event("call_ended", new { session_id = "1", call_id = "z", direction = "inbound", caller = word, caller_display_name = Name, callee = "102" });
        bench.Event("call_cdr", new
        {
            session_id = "1",
            caller = word,
            caller_display_name = Name,
            callee = "102",
            direction = "inbound",
            call_status = "noanswer",
            start_time = bench.Ago(20),
            ended_time = bench.Ago(0),
            call_targets = Array.Empty<object>(),
        });

        AssertHidden(bench.Host);
        Assert.Equal("102", bench.Call.To);
    }

    [Fact]
    public void PortSip_shows_who_else_waits()
    {
        var bench = new PortSipBench().Connect();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Queue, Queue = ["8000"] });
        bench.Event("queue_status", new
        {
            queue_number = "8000",
            queue_id = "q",
            waiting_list = new object[]
            {
                new { session_id = "1", caller_number = "Restricted", caller_name = Name },
                new { session_id = "2", caller_number = "5550100", caller_name = "Ben Test" },
            },
        });
        Assert.Contains("\"caller_number\":\"5550100\",\"caller_name\":\"Ben Test\"", bench.Last.Raw, StringComparison.Ordinal);
        Assert.Contains("\"caller_number\":\"Restricted\",\"caller_name\":\"anonymous\"", bench.Last.Raw, StringComparison.Ordinal);
        Assert.Equal([null, "5550100"], bench.Host.Events.Where(e => e.Name == "queue_status").Select(e => e.From));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Yeastar(string word)
    {
        var rig = new YeastarRig();
        rig.ListenToCalls();
        var text = JsonSerializer.Serialize(word)[1..^1];
        rig.Call(YeastarRig.Inbound("ALERT", from: text), YeastarRig.Extension("1001", "RING"));
        rig.Event(30026, $$"""{"queue_number":"6400","agent_number":"1001","caller_number":"{{text}}","call_id":"{{YeastarRig.CallId}}"}""");
        rig.Call(YeastarRig.Inbound("BYE", from: text), YeastarRig.Extension("1001", "BYE"));
        rig.Settle($$"""
            {"call_id":"{{YeastarRig.CallId}}","time_start":"2030-01-01 09:00:00","call_from":"{{text}}","call_from_name":"Anna Test","call_to":"1001","call_duration":20,
             "talk_duration":0,"status":"NO ANSWER","type":"Inbound","uid":"U"}
            """);

        AssertHidden(rig.Host);
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void RingCentral(string word)
    {
        var bench = RingCentralBench.Ready();
        var from = JsonSerializer.Serialize(new { phoneNumber = word, name = Name });
        bench.Party(1, "p-1", "Outbound", "Setup", from: from);
        bench.Party(2, "p-2", "Inbound", "Proceeding", extension: "2001", from: from);
        bench.Party(3, "p-2", "Inbound", "Disconnected", extension: "2001", from: from);
        bench.Party(4, "p-1", "Outbound", "Disconnected", from: from);
        bench.Notify(RingCentralBench.Voicemail, $$"""{"id":"1","from":{{from}},"to":[{"extensionId":"2001"}]}""");

        AssertHidden(bench.Host);
        Assert.Equal("+12025550199", Assert.Single(bench.Host.Calls).To);
    }

    [Fact]
    public void RingCentral_shows_no_name_that_only_says_that_there_is_none()
    {
        var bench = RingCentralBench.Ready();
        var call = bench.Party(1, "p-2", "Inbound", "Proceeding", extension: "2001", from: """{"name":"Anonymous"}""").Call!;
        Assert.Equal((null, null), (call.From, call.FromName));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void RingCentral_presence(string word)
    {
        var bench = new RingCentralBench();
        const string Presence = "/restapi/v1.0/account/~/extension/2001/presence";
        bench.Subscribe(new PbxSubscriptionFilter { Topic = [$"{Presence}?detailedTelephonyState=true"] });
        bench.Open();
        bench.Details();
        bench.Reply(200, RingCentralBench.Subscription("sub-1", $"{Presence}?detailedTelephonyState=true"));
        var text = JsonSerializer.Serialize(word);
        foreach (var (sequence, status) in ((int, string)[])[(1, "Ringing"), (2, "NoCall")])
        {
            bench.Notify(Presence, $$"""
                {"extensionId":"2001","sequence":{{sequence}},"totalActiveCalls":1,"activeCalls":[{"id":"c","telephonySessionId":"s-9","direction":"Inbound",
                 "from":{{text}},"fromName":"Anna Test","to":"+12025550199","telephonyStatus":"{{status}}"}]}
                """);
        }

        AssertHidden(bench.Host);
    }

    [Theory]
    [InlineData("+12025550100")]
    [InlineData("1001")]
    [InlineData("\"Private\" <sip:1001@pbx.test>")]
    [InlineData("privateer")]
    [InlineData("sip:unknown.person@pbx.test")]
    public void What_is_a_number_is_shown(string address) => Assert.False(SipAddress.IsHidden(address));
}
