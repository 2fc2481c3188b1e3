using System.Text;
using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Platforms.RingCentral;

namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>ringcentral.md sections 4 to 6, 10 and 11.</summary>
public sealed class RingCentralSessionTests
{
    [Fact]
    public void Nothing_is_sent_before_the_first_frame()
    {
        var bench = new RingCentralBench();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        bench.Open();
        Assert.Empty(bench.Host.Sent);

        bench.Details();

        Assert.Equal(["POST /restapi/v1.0/subscription"], bench.Requests);
        Assert.Equal("WebSocket", bench.Sent[0][1].GetProperty("deliveryMode").GetProperty("transportType").GetString());
        Assert.Empty(bench.Host.Ready);
        bench.Reply(200, RingCentralBench.Subscription("sub-1", RingCentralBench.Calls));
        Assert.Single(bench.Host.Ready);
    }

    [Fact]
    public void A_link_that_says_nothing_for_a_minute_is_of_no_use()
    {
        var bench = new RingCentralBench();
        bench.Open();

        bench.Host.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(bench.Host.Closed);
        bench.Host.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(PbxErrorKind.Timeout, Assert.Single(bench.Host.Closed).Fault.Kind);
    }

    [Fact]
    public void Without_a_wish_the_session_is_ready_at_once()
    {
        var bench = new RingCentralBench();
        bench.Open();

        bench.Details();

        Assert.Single(bench.Host.Ready);
        Assert.Empty(bench.Host.Sent);
    }

    [Fact]
    public void A_heartbeat_goes_out_after_silence_and_its_answer_keeps_the_link()
    {
        var bench = RingCentralBench.Ready();
        var before = bench.Host.Sent.Count;

        bench.Host.Advance(TimeSpan.FromSeconds(44));
        Assert.Equal(before, bench.Host.Sent.Count);
        bench.Host.Advance(TimeSpan.FromSeconds(1));
        var heartbeat = bench.Sent[^1];
        Assert.Equal("Heartbeat", heartbeat[0].GetProperty("type").GetString());
        Assert.Equal(1, heartbeat.GetArrayLength());

        bench.Receive(heartbeat.GetRawText());
        bench.Host.Advance(TimeSpan.FromSeconds(44));
        Assert.Empty(bench.Host.Closed);
        Assert.Equal(before + 1, bench.Host.Sent.Count);
    }

    [Fact]
    public void A_link_without_any_frame_15_seconds_after_a_heartbeat_is_dead()
    {
        var bench = RingCentralBench.Ready();
        bench.Host.Advance(TimeSpan.FromSeconds(45));

        bench.Host.Advance(TimeSpan.FromSeconds(14));
        Assert.Empty(bench.Host.Closed);
        bench.Host.Advance(TimeSpan.FromSeconds(1));

        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.Equal((PbxErrorKind.LinkLost, false), (fault.Kind, fault.IsPermanent));
    }

    [Fact]
    public void Any_frame_is_a_sign_of_life()
    {
        var bench = RingCentralBench.Ready();
        bench.Host.Advance(TimeSpan.FromSeconds(45));
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}");

        bench.Host.Advance(TimeSpan.FromSeconds(44));

        Assert.Empty(bench.Host.Closed);
    }

    // ---- recovery ------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_recovered_session_is_looked_at_and_not_subscribed_again()
    {
        var bench = RingCentralBench.Ready();
        bench.Lose();
        bench.Host.Advance(TimeSpan.FromSeconds(40));

        Assert.Equal("WSC1", bench.Resumes);
        bench.Open();
        bench.Details("Successful");
        Assert.Single(bench.Host.Ready);
        bench.Reply(200, RingCentralBench.Subscription("sub-1", RingCentralBench.Calls));

        Assert.Equal(["POST /restapi/v1.0/subscription", "GET /restapi/v1.0/subscription/sub-1"], bench.Requests);
        Assert.Equal(PbxGapRecovery.Recovered, bench.Host.Ready[1].Recovery.Recovery);
        Assert.Equal(2, bench.Host.Confirmed.Count);
    }

    [Fact]
    public void What_is_replayed_comes_before_the_session_is_ready_and_once()
    {
        var bench = RingCentralBench.Ready();
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", "u-1");
        bench.Lose();
        bench.Open();
        bench.Details("Successful");

        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", "u-1");
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", "u-2");

        Assert.Equal(["u-1", "u-2"], bench.Host.Events.Select(e => e.Id));
        Assert.Equal(1, bench.Host.Duplicates);
        Assert.Single(bench.Host.Ready);
    }

    [Theory]
    [InlineData("Failed", "WSG-1003")]
    [InlineData("Failed", "WSG-1005")]
    [InlineData("Failed", null)]
    [InlineData(null, null)]
    public void A_failed_or_absent_recovery_subscribes_anew_on_the_same_socket(string? state, string? code)
    {
        var bench = RingCentralBench.Ready();
        bench.Lose();
        bench.Open();

        bench.Details(state, code);
        bench.Reply(200, RingCentralBench.Subscription("sub-2", RingCentralBench.Calls));

        Assert.Equal(["POST /restapi/v1.0/subscription", "POST /restapi/v1.0/subscription"], bench.Requests);
        var recovery = bench.Host.Ready[1].Recovery;
        Assert.Equal((PbxGapRecovery.Lost, null), (recovery.Recovery, recovery.EventsLost));
        Assert.Contains(code ?? ".", recovery.Detail!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recovered_session_whose_subscription_is_gone_is_lost()
    {
        var bench = RingCentralBench.Ready();
        bench.Lose();
        bench.Open();
        bench.Details("Successful");

        bench.Reply(404, """{"errorCode":"SUB-507"}""");
        bench.Reply(200, RingCentralBench.Subscription("sub-2", RingCentralBench.Calls));

        Assert.Equal(PbxGapRecovery.Lost, bench.Host.Ready[1].Recovery.Recovery);
        Assert.Equal("POST /restapi/v1.0/subscription", bench.Requests[^1]);
    }

    [Fact]
    public void An_error_instead_of_details_drops_the_recovery_token()
    {
        var bench = RingCentralBench.Ready();
        bench.Lose();
        bench.Open();

        bench.Receive("""[{"type":"Error","messageId":"e-1","status":400,"headers":{}},{"errorCode":"WSG-400","message":"bad token"}]""");

        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.Equal(("WSG-400", false), (fault.Code, fault.IsPermanent));
        bench.Lose();
        Assert.Null(bench.Resumes);
    }

    [Theory]
    [InlineData("WSG-902", false)]
    [InlineData("WSG-903", true)]
    public void The_platforms_own_cuts_are_recovered_and_the_daily_one_is_routine(string code, bool isRoutine)
    {
        var bench = RingCentralBench.Ready();

        bench.Receive($$"""[{"type":"Error","messageId":"e-1","status":400},{"errorCode":"{{code}}"}]""");

        var fault = Assert.Single(bench.Host.Closed).Fault;
        Assert.Equal((isRoutine, false), (fault.IsRoutine, fault.IsPermanent));
        bench.Lose();
        Assert.Equal("WSC1", bench.Resumes);
    }

    [Fact]
    public void The_newest_token_is_kept_from_any_frame()
    {
        var bench = RingCentralBench.Ready();
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", sequence: 9);
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", sequence: 4);
        bench.Lose();

        Assert.Equal("WSC9", bench.Resumes);
    }

    [Fact]
    public void A_new_sessions_token_replaces_the_old_whatever_its_number()
    {
        var bench = RingCentralBench.Ready();
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", sequence: 9);
        bench.Lose();
        bench.Open();
        bench.Details("Failed", sequence: 2);
        bench.Reply(200, RingCentralBench.Subscription("sub-2", RingCentralBench.Calls));
        bench.Lose();

        Assert.Equal("WSC2", bench.Resumes);
    }

    [Fact]
    public void A_link_lost_before_its_first_frame_keeps_the_token()
    {
        var bench = RingCentralBench.Ready();
        bench.Lose();
        bench.Open();
        bench.Lose();

        Assert.Equal("WSC1", bench.Resumes);
    }

    // ---- frames ----------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_multipart_answer_does_not_break_the_reader()
    {
        var bench = RingCentralBench.Ready();
        bench.Session.SendRequest(7, new PbxRequest { Request = "/restapi/v1.0/account/~/extension/1,2" });
        var id = bench.Sent[^1][0].GetProperty("messageId").GetString();

        bench.Receive($$"""[{"type":"ClientRequest","messageId":"{{id}}","status":207,"headers":{} },--Boundary_1\r\nContent-Type: application/json\r\n\r\n{"a":[1]}\r\n--Boundary_1--]""");

        var reply = Assert.Single(bench.Host.Replies).Reply;
        Assert.Equal(207, reply.Status);
        Assert.StartsWith("--Boundary_1", System.Text.Json.JsonSerializer.Deserialize<string>(reply.Raw), StringComparison.Ordinal);
        Assert.Empty(bench.Host.Unreadable);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[1,2]")]
    [InlineData("[{\"type\":\"ServerNotification\"}")]
    [InlineData("[{\"type\":\"ServerNotification\"}]")]
    [InlineData("[{\"type\":\"ServerNotification\"},7]")]
    [InlineData("[{\"type\":\"ServerNotification\"},[]]")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void What_cannot_be_read_is_reported_and_the_next_frame_is_read(string text)
    {
        var bench = RingCentralBench.Ready();

        bench.Receive(text);
        bench.Party(2, "p-1", "Outbound", "Setup");

        Assert.Single(bench.Host.Unreadable);
        Assert.Equal(PbxCallState.Offered, Assert.Single(bench.Host.Events).CallState);
    }

    [Theory]
    [InlineData("[{\"type\":\"Surprise\",\"messageId\":\"x\"},{\"a\":1}]", "Surprise")]
    [InlineData("[{}]", "frame")]
    public void An_unknown_frame_is_passed_on_whole(string text, string name)
    {
        var bench = RingCentralBench.Ready();

        bench.Receive(text);

        Assert.Equal((PbxCategory.Unknown, name, text), (bench.Host.LastEvent.Category, bench.Host.LastEvent.Name, bench.Host.LastEvent.Raw));
    }

    [Theory]
    [InlineData("telephony/conferences", PbxCategory.Call)]
    [InlineData("extension/2001/presence/favorite", PbxCategory.Presence)]
    [InlineData("extension/2001/message-store/pinned", PbxCategory.Message)]
    [InlineData("extension/2001/voicemail/greeting", PbxCategory.Voicemail)]
    [InlineData("call-queues/4020/members", PbxCategory.Agent)]
    [InlineData("directory/groups", PbxCategory.Config)]
    [InlineData("weather/rain", PbxCategory.Unknown)]
    public void A_notification_that_is_not_in_the_catalogue_is_about_what_its_path_begins_with(string path, PbxCategory category)
    {
        var bench = RingCentralBench.Ready();
        bench.Notify($"/restapi/v1.0/account/1000/{path}", "{}");
        Assert.Equal(category, bench.Host.LastEvent.Category);
    }

    [Fact]
    public void An_unknown_notification_is_passed_on_whole()
    {
        var bench = RingCentralBench.Ready();

        bench.Notify("/restapi/v1.0/glip/posts", """{"text":"hi"}""", "u-7");

        var found = bench.Host.LastEvent;
        Assert.Equal((PbxCategory.Unknown, "/restapi/v1.0/glip/posts", "u-7"), (found.Category, found.Name, found.Id));
        Assert.Contains("\"text\":\"hi\"", found.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void The_body_of_a_push_notification_is_found()
    {
        var bench = RingCentralBench.Ready();

        bench.Receive("""
            [{"type":"ServerNotification"},{"uuid":"u","event":"/restapi/v1.0/account/~/telephony/sessions","pn_apns":{"body":
             {"telephonySessionId":"s-5","parties":[{"id":"p","direction":"Inbound","status":{"code":"Proceeding"}}]}}}]
            """);

        Assert.Equal(("s-5", PbxCallState.Ringing), (bench.Host.LastEvent.CallId, bench.Host.LastEvent.CallState));
    }

    [Theory]
    [InlineData("2030-01-01T00:00:00.000+0000", "2030-01-01T00:00:00.0000000+00:00")]
    [InlineData("2030-01-01T02:00:00.000+0200", "2030-01-01T02:00:00.0000000+02:00")]
    [InlineData("2030-01-01T00:00:01.010Z", "2030-01-01T00:00:01.0100000+00:00")]
    [InlineData("yesterday", null)]
    [InlineData(null, null)]
    public void Offsets_without_a_colon_are_read(string? text, string? expected) =>
        Assert.Equal(expected, RingCentralTime.Parse(text)?.ToString("O"));

    [Theory]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/voicemail", "voicemail", PbxCategory.Voicemail, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/message-store", "message-store", PbxCategory.Message, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/message-store/instant?type=SMS", "message-store/instant", PbxCategory.Message, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/fax?direction=Inbound", "fax", PbxCategory.Message, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/presence/line", "presence/line", PbxCategory.Presence, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/presence/line/presence", "presence/line/presence", PbxCategory.Presence, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/favorite/presence", "favorite/presence", PbxCategory.Presence, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/presence/dnd", "presence/dnd", PbxCategory.Presence, "2000")]
    [InlineData("/restapi/v1.0/account/1000/extension/2000/missed-calls", "missed-calls", PbxCategory.Call, "2000")]
    [InlineData("/restapi/v1.0/account/1000/presence", "presence", PbxCategory.Presence, null)]
    [InlineData("/restapi/v1.0/account/1000/extension", "extension", PbxCategory.Config, null)]
    [InlineData("/restapi/v1.0/account/1000/extension/2000", "extension", PbxCategory.Config, "2000")]
    [InlineData("/restapi/v1.0/account/1000/directory/entries", "directory/entries", PbxCategory.Config, null)]
    public void Notifications_are_routed_by_the_end_of_their_path(string path, string name, PbxCategory category, string? extension)
    {
        var bench = RingCentralBench.Ready();

        bench.Notify(path, "{}");

        var found = bench.Host.LastEvent;
        Assert.Equal((name, category, extension), (found.Name, found.Category, found.Extension));
        Assert.StartsWith("/restapi/v1.0/account/~/", found.Topic, StringComparison.Ordinal);
    }

    [Fact]
    public void A_queues_members_are_agents_of_that_queue()
    {
        var bench = RingCentralBench.Ready();

        bench.Notify("/restapi/v1.0/account/1000/call-queues/2900/presence", """{"records":[{"member":{"id":2001},"acceptCurrentQueueCalls":true}]}""");

        Assert.Equal((PbxCategory.Agent, "2900"), (bench.Host.LastEvent.Category, bench.Host.LastEvent.Queue));
        Assert.Equal(("2001", "Accepting"), (bench.Host.Queues[0].Agents[0].Extension, bench.Host.Queues[0].Agents[0].State));
    }

    [Fact]
    public void A_text_message_tells_who_wrote_to_whom()
    {
        var bench = RingCentralBench.Ready();

        bench.Notify("/restapi/v1.0/account/1000/extension/2000/message-store/instant?type=SMS",
            """{"id":"1","from":{"phoneNumber":"+12025550100"},"to":[{"phoneNumber":"+12025550111"}],"subject":"hi"}""");

        Assert.Equal(("+12025550100", "+12025550111"), (bench.Host.LastEvent.From, bench.Host.LastEvent.To));
    }

    // ---- tokens and the end --------------------------------------------------------------------------------------------

    [Fact]
    public void The_token_is_renewed_ahead_of_its_end()
    {
        var bench = RingCentralBench.Ready();

        KeepAlive(bench, TimeSpan.FromMinutes(44));
        Assert.Equal(0, bench.Host.Renewals);
        KeepAlive(bench, TimeSpan.FromMinutes(1));
        Assert.Equal(1, bench.Host.Renewals);

        bench.Session.CredentialRenewed(bench.NewTicket());
        Assert.Equal(0, bench.Host.Rotations);
        KeepAlive(bench, TimeSpan.FromMinutes(45));
        Assert.Equal(2, bench.Host.Renewals);
    }

    [Fact]
    public void A_new_grant_takes_over_with_a_second_link()
    {
        var bench = RingCentralBench.Ready();
        bench.Session.CredentialRenewed(bench.NewTicket(grant: 2));
        Assert.Equal(1, bench.Host.Rotations);
    }

    [Fact]
    public void A_lost_link_leaves_only_the_timer_of_the_token()
    {
        var bench = RingCentralBench.Ready();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Config });
        Assert.Equal(3, bench.Host.TimerCount);
        bench.Lose();
        Assert.Equal(1, bench.Host.TimerCount);
    }

    // ---- over a restart of the process ---------------------------------------------------------------------------------

    [Fact]
    public void What_a_later_process_needs_is_kept_with_every_frame()
    {
        var kept = new List<KeptSession>();
        var bench = new RingCentralBench(kept.Add);
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        bench.Open();
        bench.Details();
        bench.Reply(200, RingCentralBench.Subscription("sub-1", RingCentralBench.Calls));
        bench.Host.Advance(TimeSpan.FromSeconds(7));
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", sequence: 9);

        var last = kept[^1];
        Assert.Equal(("WSC9", "sub-1", bench.Host.Now, 1), (last.Token.Token, last.Wire!.Id, last.At, last.Grant));
        bench.Session.Closing();
        Assert.DoesNotContain(bench.Requests, r => r.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_missed_between_two_processes_waits_for_the_subscription_or_for_its_time(bool comesBack)
    {
        var bench = new RingCentralBench(_ => { });
        var left = new KeptSession(
            new RecoveryToken("WSC5", 5), new WireSubscription("sub-1", new HashSet<string> { RingCentralBench.Calls }),
            TimeSpan.FromSeconds(180), bench.Host.Now - TimeSpan.FromSeconds(60), 1);
        bench.Open(ticket: bench.NewTicket() with { Inherited = left });
        bench.Details("Successful", sequence: 6);
        bench.Reply(200, RingCentralBench.Subscription("sub-1", RingCentralBench.Calls));
        bench.Notify("/restapi/v1.0/account/1000/directory/entries", "{}", "u-1");

        Assert.Equal(PbxGapRecovery.Recovered, Assert.Single(bench.Host.Ready).Recovery.Recovery);
        Assert.Empty(bench.Host.Events);
        if (comesBack)
            bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Call });
        else
            bench.Host.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("u-1", Assert.Single(bench.Host.Events).Id);
        Assert.Equal(comesBack ? "GET" : "DELETE", bench.Requests[^1].Split(' ')[0]);
    }

    [Fact]
    public void A_refused_renewal_ends_the_connection_and_a_passing_one_is_tried_again()
    {
        var bench = RingCentralBench.Ready();

        bench.Session.CredentialFailed(new PbxException(PbxErrorKind.Timeout, "slow", "wait"));
        Assert.Empty(bench.Host.Closed);
        bench.Host.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, bench.Host.Renewals);

        bench.Session.CredentialFailed(new PbxException(PbxErrorKind.CredentialRefused, "no", "fix") { IsPermanent = true });
        Assert.True(Assert.Single(bench.Host.Closed).Fault.IsPermanent);
    }

    [Fact]
    public void Closing_ends_the_subscription()
    {
        var bench = RingCentralBench.Ready();

        bench.Session.Closing();

        Assert.Equal("DELETE /restapi/v1.0/subscription/sub-1", bench.Requests[^1]);
    }

    [Fact]
    public void Snapshots_are_told_as_made_here()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001");

        bench.Session.SnapshotReceived(new Snapshot("telephony/sessions", Encoding.UTF8.GetBytes("""
            {"telephonySessionId":"s-1","parties":[{"id":"p-2","owner":{"extensionId":2001},"direction":"Inbound","status":{"code":"Answered"}}]}
            """), "s-1"));
        Assert.Equal((true, PbxCallState.Answered, "2001"), (bench.Host.LastEvent.Synthesized, bench.Host.LastEvent.CallState, bench.Host.LastEvent.Extension));
        bench.Session.SnapshotReceived(new Snapshot("telephony/sessions", default, "s-1"));
        Assert.Equal((true, PbxCallState.Ended, PbxOutcome.Answered), (bench.Host.LastEvent.Synthesized, bench.Host.LastEvent.CallState, bench.Host.LastEvent.Outcome));
    }

    /// <summary>Time passes with a frame often enough.</summary>
    private static void KeepAlive(RingCentralBench bench, TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(30))
        {
            bench.Host.Advance(TimeSpan.FromSeconds(30));
            bench.Receive("""[{"type":"Heartbeat","messageId":"x"}]""");
        }
    }
}
