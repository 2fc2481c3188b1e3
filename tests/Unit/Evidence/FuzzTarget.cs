using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.PortSip;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Tests.Unit.OneCloud;
using PbxEvents.Tests.Unit.PortSip;
using PbxEvents.Tests.Unit.RingCentral;
using PbxEvents.Tests.Unit.Support;
using PbxEvents.Tests.Unit.TelecomX;
using PbxEvents.Tests.Unit.Yeastar;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>One platform's session under fuzz: how a link is opened and made ready, good frames, and one that must be read.</summary>
/// <param name="Host">The session's host.</param>
/// <param name="Target">Where links lead.</param>
/// <param name="Greet">What the server says first on a link.</param>
/// <param name="Corpus">Good frames, to be spoilt.</param>
/// <param name="Good">A good frame that must become an event; the number makes it unlike those before.</param>
/// <param name="SnapshotKind">What its snapshots are called; null when it asks for none.</param>
/// <param name="SnapshotKey">What they are about; null for lists.</param>
internal sealed record FuzzTarget(
    RecordingHost Host, LinkTarget Target, IReadOnlyList<string> Greet, IReadOnlyList<string> Corpus, Func<int, string> Good, string? SnapshotKind = null,
    string? SnapshotKey = null)
{
    /// <summary>What the driver would hand over with each link.</summary>
    public LinkTicket Ticket { get; init; } = LinkTicket.None;

    public int Link { get; private set; }

    /// <summary>Opens the next link and lets the server greet.</summary>
    public void Open()
    {
        Host.Session!.PlanLink(isRotation: false);
        Host.Session.LinkOpened(++Link, Target, Ticket);
        foreach (var frame in Greet)
            Host.Receive(frame, Link);
    }

    /// <summary>Tells the session that the answers about the present state are all in, as the driver does.</summary>
    public void EndSnapshots()
    {
        if (Host.Session is YeastarSession session)
            session.SnapshotReceived(new Snapshot(YeastarDriver.EndOfSnapshots, default));
    }

    public void Lose() => Host.Session!.LinkClosed(Link);

    /// <summary>Makes the target for a platform, connected.</summary>
    public static FuzzTarget Create(string platform)
    {
        var target = platform switch
        {
            "TelecomX" => TelecomX(),
            "OneCloud" => OneCloud(),
            "PortSIP" => PortSip(),
            "Yeastar" => Yeastar(),
            "RingCentral" => RingCentral(),
            _ => throw new ArgumentOutOfRangeException(nameof(platform)),
        };
        target.Open();
        return target;
    }

    private static FuzzTarget TelecomX()
    {
        var host = new RecordingHost();
        var session = TelecomXBench.CreateSession(host);
        session.Subscribe(new PbxSubscription { Id = 1, Filter = new PbxSubscriptionFilter { Topic = ["PBX", "CALL", "REGISTER"] } });
        return new FuzzTarget(host, TelecomXBench.Target,
            ["""["authenticated"]""", """["subscribed",{"type":"PBX"}]""", """["subscribed",{"type":"CALL"}]""", """["subscribed",{"type":"REGISTER"}]"""],
            [
                """["authenticated"]""", """["unauthorized",{"reason":"bad token"}]""", """["subscribed",{"type":"PBX"}]""", """["notSubscribed",{"type":"CALL","reason":"no"}]""",
                """["PBX",{"event":"CALL_START","eventId":"e1","sessionId":"s1","pbxServer":"p1","channel":"c1","leg":"I","direction":"I","originator":"EXTERNAL","caller":"+4511111111","callerName":"Ann","callee":"+4522222222","timestamp":1700000000000}]""",
                """["PBX",{"event":"CALL_RING","eventId":"e2","sessionId":"s1","pbxServer":"p1","channel":"c2","leg":"O","extension":"X1","extensionState":"RINGING"}]""",
                """["PBX",{"event":"CALL_ANSWER","eventId":"e3","sessionId":"s1","pbxServer":"p1","channel":"c2","leg":"O","extension":"X1"}]""",
                """["PBX",{"event":"CALL_HOLD","eventId":"e4","sessionId":"s1","pbxServer":"p1","channel":"c2","data":{"leg":"O","extension":"X1"}}]""",
                """["PBX",{"event":"CALL_END","eventId":"e5","sessionId":"s1","pbxServer":"p1","channel":"c2","leg":"O","extension":"X1","hangupCause":"16"}]""",
                """["PBX",{"event":"CALL_END","eventId":"e6","sessionId":"s1","pbxServer":"p1","channel":"c1","leg":"I"}]""",
                """["CALL",{"type":"CALL","eventId":"e7","data":{"session":"s1","state":"RING","legs":[{"id":"l1","extension":"X1"}]}}]""",
                """["REGISTER",{"event":"REGISTER","eventId":"e8","extension":"X1","state":"REGISTERED"}]""",
                """["REQUEST",{"requestId":"r9","request":"Ping","from":{"employee":"A","instanceId":"i"},"replyTo":{"employee":"B","instanceId":"2"},"data":{"x":[1,2]}}]""",
                """["REPLY",{"requestId":"id-1","request":"CommunicatorGetStatus","from":{"employee":"E","instanceId":"i1"},"data":{"ok":1}}]""",
            ],
            n => $$"""["PBX",{"event":"CALL_START","eventId":"good{{n}}","sessionId":"good{{n}}","pbxServer":"p1","channel":"c1","leg":"I","direction":"I"}]""",
            "/v2/session")
        { Ticket = TelecomXBench.Ticket };
    }

    private static FuzzTarget OneCloud()
    {
        var bench = OneCloudBench.Create();
        bench.SubscribeCalls("1001");
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Presence });
        string[] files = ["state-answered", "state-missed", "point-7-queue-answered", "state-transferred-xferblind", "short-records", "voicemail-after-ringing", "webhook-closing-record"];
        return new FuzzTarget(bench.Host, OneCloudBench.Target,
            ["""["status",{"status":"Setup Complete (example-domain-<>-call-<>-1001)"}]"""],
            [
                .. files.SelectMany(OneCloudBench.ReadFixture),
                """["status",{"status":"Setup Complete (example-domain-<>-call-<>-1001)"}]""", """["status",{"status":"Setup Failed (bad token)"}]""", """["subscribed","call"]""",
                """["queued",{"queue":"4020","domain":"example-domain","calls":[{"ani":"1","time":"2030-01-01 09:00:00"}]}]""",
                """["agent",{"device":"sip:1001@example-domain","queue":"4020","entry_status":"available"}]""",
                """["contacts-domain",{"user":"1001","presence":"inuse"}]""", """["voicemail",{"user":"1001","new":1}]""",
            ],
            n => $$"""["call",{"orig_callid":"good-{{n}}","term_callid":"t-{{n}}","by_action":"","ani":"5550100","dnis":"1001","orig_from_user":"5550100","term_user":"1001","orig_call_info":"progressing","term_call_info":"alerting","time_answer":"0000-00-00 00:00:00","orig_type":"gateway","term_type":"device","term_sub":"1001","time_start":"2030-01-01 09:00:00"}]""")
        { Ticket = bench.Newest };
    }

    private static FuzzTarget PortSip()
    {
        var bench = new PortSipBench();
        bench.SubscribeTopic(PortSipTopics.Records);
        bench.SubscribeTopic(PortSipTopics.Extensions, extensions: ["102"]);
        return new FuzzTarget(bench.Host, new LinkTarget { Uri = new Uri("wss://pbx.test:8887/wsi"), Tag = "V22" },
            ["""{"status":0}"""],
            [
                .. Fixture.Read("portsip", "v16-0-answered-held"), .. Fixture.Read("portsip", "v16-2-record-menu-queue-agents"), .. Fixture.Read("portsip", "v22-answered"),
                """{"status":0}""", """{"status":-1,"msg":"bad"}""", """{"command":"subscribe","status":0,"topics":["cdr_events"]}""", "heartbeat", "ping",
            ],
            n => $$"""{"event_type":"call_start","time":"1725845648","session_id":"good{{n}}","cdr_id":"cdr{{n}}","direction":"inbound","call_id":"good{{n}}","caller":"1888722","callee":"102","tenant_id":"236"}""");
    }

    private static FuzzTarget Yeastar()
    {
        var rig = new YeastarRig();
        rig.Subscribe(PbxSubscriptionType.Call);
        string[] members = [YeastarRig.Inbound("ALERT"), YeastarRig.Extension("1001", "RING"), YeastarRig.Extension("1001", "ANSWERED", "x"), YeastarRig.Outbound("BYE")];
        return new FuzzTarget(rig.Host, YeastarRig.Target, [YeastarRig.Success],
            [
                YeastarRig.Success, """{"errcode":10004,"errmsg":"TOKEN EXPIRED"}""", "heartbeat response",
                .. members.SelectMany(m => (string[])[YeastarRig.Frame(30011, YeastarRig.Members(m)), $$"""{"type":30011,"sn":"SN1","msg":{{YeastarRig.Members(m)}}}"""]),
                YeastarRig.Frame(30012, YeastarRig.Record("ANSWERED")), $$"""{"type":30012,"sn":"SN1","msg":{{YeastarRig.Record("NO ANSWER")}}}""",
                """{"type":30009,"sn":"SN1","msg":"{\"extension\":\"1001\",\"status\":\"away\"}"}""", """{"type":"30009","msg":{"extension":"1001","status":"away"}}""",
                YeastarRig.Frame(30013, """{"call_id":"1700000000.10","transfer_from":"1001","transfer_to":"1002"}"""),
                YeastarRig.Frame(30008, """{"extension":"1001","status":1}"""),
            ],
            n => YeastarRig.Frame(30011, $$"""{"call_id":"17000{{n}}.7","members":[{{YeastarRig.Inbound("ALERT")}}]}"""),
            YeastarDriver.CallQuery, YeastarRig.CallId)
        { Ticket = rig.NewTicket() };
    }

    private static FuzzTarget RingCentral()
    {
        var bench = new RingCentralBench();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        const string details = """[{"type":"ConnectionDetails","messageId":"m0","status":200,"headers":{},"wsc":{"token":"aa.1","sequence":1}},{"creationTime":"2030-01-01T09:00:00.000+0000","maxConnectionsPerSession":50,"recoveryBufferSize":100,"recoveryTimeout":180,"idleTimeout":600,"absoluteTimeout":86400,"maxActiveRequests":10}]""";
        string Telephony(string uuid, string session, string code, int sequence) => $$$"""[{"type":"ServerNotification","messageId":"{{{uuid}}}","status":200,"headers":{"RCRequestId":"q"},"wsc":{"token":"aa.{{{sequence}}}","sequence":{{{sequence}}}}},{"uuid":"{{{uuid}}}","event":"/restapi/v1.0/account/1/telephony/sessions","timestamp":"2030-01-01T09:00:00.000Z","subscriptionId":"sub-1","ownerId":"1","body":{"sequence":{{{sequence}}},"sessionId":"7","telephonySessionId":"{{{session}}}","serverId":"10.0.0.1.SIM","eventTime":"2030-01-01T09:00:00.000Z","origin":{"type":"Call"},"parties":[{"accountId":"1","extensionId":"1001","id":"p-{{{session}}}-1","direction":"Inbound","from":{"phoneNumber":"+4511111111","name":"Ann"},"to":{"phoneNumber":"1001","extensionId":"1001"},"status":{"code":"{{{code}}}","rcc":false,"reason":"NoAnswer","peerId":{"telephonySessionId":"s-2"}},"park":{},"missedCall":false,"queueCall":true}]}}]""";
        string[] codes = ["Setup", "Proceeding", "Answered", "Hold", "Parked", "Gone", "Disconnected"];
        return new FuzzTarget(bench.Host, RingCentralBench.Target, [details],
            [
                details,
                .. codes.Select((c, i) => Telephony($"u{i}", "s-1", c, i + 2)),
                """[{"type":"ClientRequest","messageId":"id-1","status":200,"headers":{},"wsc":{"token":"aa.9","sequence":9}},{"id":"sub-1","eventFilters":["/restapi/v1.0/account/~/telephony/sessions"],"disabledFilters":[{"filter":"x","reason":"CMN-401","message":"no"}],"expiresIn":604800,"deliveryMode":{"transportType":"WebSocket"}}]""",
                """[{"type":"Heartbeat","messageId":"id-2"}]""",
                """[{"type":"Error","messageId":"id-3","status":400},{"errorCode":"WSG-902","message":"Idle timeout","errors":[{"errorCode":"CMN-101","message":"x","parameters":[]}]}]""",
                """[{"type":"ServerNotification","messageId":"u20","status":200},{"uuid":"u20","event":"/restapi/v1.0/account/1/extension/1001/presence?detailedTelephonyState=true","timestamp":"2030-01-01T09:00:00.000Z","subscriptionId":"sub-1","ownerId":"1","body":{"extensionId":"1001","telephonyStatus":"Ringing","sequence":100,"presenceStatus":"Busy","dndStatus":"TakeAllCalls","totalActiveCalls":1,"activeCalls":[{"id":"a","direction":"Inbound","from":"+45","to":"1001","queueCall":false,"telephonyStatus":"Ringing","sessionId":"7","telephonySessionId":"s-1","partyId":"p-1-1"}]}}]""",
                """[{"type":"ServerNotification","messageId":"u21","status":200},{"uuid":"u21","event":"/restapi/v1.0/account/1/extension/1001/voicemail","body":{"id":"5","from":{"phoneNumber":"+45","name":"A"},"to":[{"extensionId":"1001"}],"type":"VoiceMail","messageStatus":"Received","attachments":[{"id":"1","type":"AudioRecording","vmDuration":12}]}}]""",
                """[{"type":"ClientRequest","messageId":"id-4"},--Boundary{"a":1}--Boundary--]""",
            ],
            n => Telephony($"good{n}", $"s-good{n}", "Setup", 1_000_000 + n),
            "call", "s-1")
        { Ticket = bench.NewTicket() };
    }
}
