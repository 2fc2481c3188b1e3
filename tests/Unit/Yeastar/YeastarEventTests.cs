using System.Text.Json;
using PbxEvents.Providers;
using PbxEvents.Providers.Platforms.Yeastar;
using PbxEvents.Tests.Unit.Support;
using static PbxEvents.Tests.Unit.Yeastar.YeastarRig;

namespace PbxEvents.Tests.Unit.Yeastar;

/// <summary>The envelope, the list of events, doubles and resync: yeastar.md sections 5, 5.1, 6.3, 6.4 and 8, rows J and M.</summary>
public sealed class YeastarEventTests
{
    private readonly YeastarRig _rig = new();
    private readonly YeastarDriverRig _pbx;

    public YeastarEventTests()
    {
        _pbx = new YeastarDriverRig(clock: _rig.Host.ManualClock);
        _rig.ListenToCalls();
    }

    // ---- the envelope ----------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("""{"type":30009,"sn":"SN1","msg":"{\"extension\":\"1001\",\"status\":\"away\"}"}""")]
    [InlineData("""{"type":30009,"sn":"SN1","msg":{"extension":"1001","status":"away"}}""")]
    [InlineData("""{"type":"30009","msg":" {\"extension\":\"1001\",\"status\":\"away\"} "}""")]
    [InlineData("""{"msg":{"extension":"1001","status":"away"},"type":30009}""")]
    public void Msg_is_text_or_an_object_for_every_type_and_the_serial_number_may_be_missing(string frame)
    {
        _rig.Host.Receive(frame);
        Assert.Equal(("30009", "ExtensionPresence", "1001"), (_rig.Host.LastEvent.Name, _rig.Host.LastEvent.Topic, _rig.Host.LastEvent.Extension));
        Assert.Equal("""{"extension":"1001","status":"away"}""", _rig.Host.LastEvent.Raw.Trim());
    }

    [Fact]
    public void A_call_event_with_msg_as_an_object_is_read_too()
    {
        _rig.Host.Receive($$"""{"type":30011,"sn":"SN1","msg":{{Members(Inbound("ALERT"), Extension("1001", "RING"))}} }""");
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
    }

    [Fact]
    public void The_documentations_samples_with_unescaped_quotes_are_reported_and_skipped()
    {
        _rig.Host.Receive("""{"type":30011,"sn":"SN1","msg":"{"call_id":"1700000000.10","members":[]}"}""");
        Assert.Single(_rig.Host.Unreadable);
        _rig.Call(Inbound("ALERT"));
        Assert.Equal(PbxCallState.Offered, _rig.TheCall.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"type":null}""")]
    [InlineData("""{"type":[]}""")]
    [InlineData("""{"type":30011,"msg":"{"}""")]
    [InlineData("""{"type":30011,"msg":"{\"members\":[{]}"}""")]
    [InlineData("""{"type":30009,"msg":"{\"a\":\"\ud800\"}"}""")]
    [InlineData("<html></html>")]
    public void What_cannot_be_read_is_reported_and_the_next_frame_is_read(string frame)
    {
        _rig.Host.Receive(frame);
        Assert.Single(_rig.Host.Unreadable);
        Assert.Empty(_rig.Host.Events);
        _rig.Call(Inbound("ALERT"));
        Assert.Single(_rig.Host.Events);
    }

    [Theory]
    [InlineData("30021", """{"type":30021,"sn":"SN1","msg":"{\"a\":1}"}""", """{"a":1}""")]
    [InlineData("99999999999999999999", """{"type":99999999999999999999,"msg":{"a":1}}""", """{"a":1}""")]
    [InlineData("news", """{"type":"news","msg":"plain text"}""", """{"type":"news","msg":"plain text"}""")]
    [InlineData("30040", """{"type":30040}""", """{"type":30040}""")]
    [InlineData("30041", """{"type":30041,"msg":[1,2]}""", "[1,2]")]
    public void Row_M_an_unknown_type_is_passed_on_with_its_payload(string name, string frame, string raw)
    {
        _rig.Host.Receive(frame);
        Assert.Equal((PbxCategory.Unknown, name, raw), (_rig.Host.LastEvent.Category, _rig.Host.LastEvent.Name, _rig.Host.LastEvent.Raw));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    [InlineData("null")]
    public void Empty_values_are_blank_or_absent_and_mean_the_same(string value)
    {
        _rig.Event(30008, $$"""{"extension":{{value}},"status":"Idle"}""");
        Assert.Null(_rig.Host.LastEvent.Extension);
    }

    [Fact]
    public void Members_that_are_none_are_passed_over()
    {
        _rig.Event(30011, Members("1", "null", "\"x\"", """{"robot":{"a":1}}""", """{"extension":null}""", Inbound("ALERT")));
        Assert.Single(_rig.TheCall.Legs);
    }

    // ---- the list of events ----------------------------------------------------------------------------------------

    [Theory]
    [InlineData(30005, PbxCategory.Config, "OrganizationStatusSwitch")]
    [InlineData(30006, PbxCategory.Config, "OrganizationStructureChanged")]
    [InlineData(30007, PbxCategory.Registration, "ExtensionRegistration")]
    [InlineData(30008, PbxCategory.Presence, "ExtensionCallState")]
    [InlineData(30009, PbxCategory.Presence, "ExtensionPresence")]
    [InlineData(30010, PbxCategory.Registration, "TrunkRegistration")]
    [InlineData(30011, PbxCategory.Call, "CallStateChanged")]
    [InlineData(30012, PbxCategory.Cdr, "CallEndDetails")]
    [InlineData(30013, PbxCategory.Call, "CallTransferReport")]
    [InlineData(30014, PbxCategory.Call, "CallForwardingReport")]
    [InlineData(30015, PbxCategory.Call, "CallFailureReport")]
    [InlineData(30016, PbxCategory.Call, "IncomingCallRequest")]
    [InlineData(30017, PbxCategory.Call, "Dtmf")]
    [InlineData(30018, PbxCategory.Call, "PromptPlaybackCompleted")]
    [InlineData(30019, PbxCategory.Call, "SatisfactionSurvey")]
    [InlineData(30020, PbxCategory.Call, "UaCstaCallReport")]
    [InlineData(30022, PbxCategory.Config, "ExtensionInformationUpdated")]
    [InlineData(30023, PbxCategory.Config, "TrunkInformationUpdated")]
    [InlineData(30024, PbxCategory.Conference, "ConferenceWithoutHost")]
    [InlineData(30025, PbxCategory.Agent, "AgentAutomaticPause")]
    [InlineData(30026, PbxCategory.Agent, "AgentRingingTimeout")]
    [InlineData(30027, PbxCategory.System, "ReportDownloadResult")]
    [InlineData(30028, PbxCategory.Call, "CallNoteAvailability")]
    [InlineData(30029, PbxCategory.Agent, "AgentStatusChanged")]
    [InlineData(30030, PbxCategory.Message, "BulkMessageFailed")]
    [InlineData(30031, PbxCategory.Message, "NewMessage")]
    [InlineData(30032, PbxCategory.Message, "MessageSendingResult")]
    [InlineData(30033, PbxCategory.Recording, "RecordingDownloadCompleted")]
    [InlineData(30034, PbxCategory.System, "SystemEventInfo")]
    [InlineData(30035, PbxCategory.System, "SystemEventWarning")]
    [InlineData(30036, PbxCategory.System, "SystemEventAlert")]
    [InlineData(30039, PbxCategory.Cdr, "CallEndTimeline")]
    public void Every_event_of_the_sheet_has_a_name_and_a_category(int id, PbxCategory category, string topic)
    {
        _rig.Event(id, """{"x":1}""");
        Assert.Equal((category, id.ToString(), topic), (_rig.Host.LastEvent.Category, _rig.Host.LastEvent.Name, _rig.Host.LastEvent.Topic));
        Assert.Equal(category, YeastarCatalogue.Find(id)!.Category);
    }

    [Fact]
    public void The_catalogue_has_every_event_of_the_sheet_and_no_other()
    {
        var provider = PbxProviders.Get("yeastar");
        int[] unknown = [30021, 30037, 30038];
        var expected = Enumerable.Range(30005, 35).Except(unknown).Select(id => id.ToString());
        Assert.Equal(expected, provider.EventTypes.Select(e => e.Name));
        Assert.Equal(provider.EventTypes.Select(e => e.Topic), provider.Topics);
        Assert.Equal(provider.Topics.Count, provider.Topics.Distinct().Count());
        Assert.All(provider.EventTypes, e => Assert.NotEmpty(e.Description));
        Assert.Contains(provider.EventTypes, e => e.Permission == "Call Status Monitor, for each extension" && e.Name == "30008");
    }

    [Theory]
    [InlineData(30007, """{"extension":"1001","kind":"Sip","status":"Unregistered","registered_ip":"192.0.2.9"}""", "1001", null)]
    [InlineData(30008, """{"extension":"1001","status":"Ringing"}""", "1001", null)]
    [InlineData(30009, """{"extension":"1001","status":"lunch"}""", "1001", null)]
    [InlineData(30010, """{"trunk_name":"T1","kind":"sip","status":42,"registered_ip":""}""", "T1", null)]
    [InlineData(30020, """{"operation":"call_start","extension":"1001","call_id":"7","ip_address":"192.0.2.9"}""", "1001", null)]
    [InlineData(30022, """{"ext_number":"1001","option":"UPDATE"}""", "1001", null)]
    [InlineData(30025, """{"queue_number":"6400","agent_number":"1001","calls":[{"caller_number":"2025550100","call_id":"1.1"}]}""", "1001", "6400")]
    [InlineData(30026, """{"queue_number":"6400","agent_number":"1001","caller_number":"2025550100","call_id":"1.1"}""", "1001", "6400")]
    [InlineData(30028, """{"display":1,"call_note_id":"n","ext_num":"1001","channel":"c"}""", "1001", null)]
    [InlineData(30029, """{"queue_number":"queue-6400","agent_number":"1001","status":"pause","reason":"Lunch"}""", "1001", "6400")]
    public void Extension_and_queue_come_from_the_fields_of_each_event(int id, string msg, string? extension, string? queue)
    {
        _rig.Event(id, msg);
        Assert.Equal((extension, queue), (_rig.Host.LastEvent.Extension, _rig.Host.LastEvent.Queue));
    }

    [Theory]
    [InlineData(30007, """{"extension":"1001","kind":"Sip","status":"Registered","registered_ip":"192.0.2.9"}""", true)]
    [InlineData(30007, """{"extension":"1001","kind":"Sip","status":"Unregistered","registered_ip":"192.0.2.9"}""", false)]
    [InlineData(30007, """{"extension":"1001","kind":"Sip"}""", null)]
    [InlineData(30010, """{"trunk_name":"T1","kind":"sip","status":1}""", true)]
    [InlineData(30010, """{"trunk_name":"T1","kind":"sip","status":3}""", true)]
    [InlineData(30010, """{"trunk_name":"T1","kind":"sip","status":4}""", false)]
    [InlineData(30010, """{"trunk_name":"T1","kind":"sip","status":42}""", false)]
    [InlineData(30010, """{"trunk_name":"T1","kind":"sip","status":0}""", null)]
    [InlineData(30010, """{"trunk_name":"T1","kind":"gsm","status":31}""", null)]
    [InlineData(30009, """{"extension":"1001","status":"Registered"}""", null)]
    public void A_registration_says_whether_it_stands(int id, string msg, bool? isRegistered)
    {
        _rig.Event(id, msg);
        Assert.Equal(isRegistered, _rig.Host.LastEvent.IsRegistered);
    }

    [Fact]
    public void The_call_id_of_a_uaCSTA_report_is_of_another_kind_and_joins_nothing()
    {
        _rig.Event(30020, """{"operation":"call_answer","extension":"1001","call_id":"1700000000.10","ip_address":"192.0.2.9"}""");
        Assert.Null(_rig.Host.LastEvent.CallId);
        Assert.Empty(_rig.Host.Calls);
    }

    [Fact]
    public void An_extensions_coarse_state_is_no_call()
    {
        _rig.Event(30008, """{"extension":"1001","status":"Busy"}""");
        Assert.Null(_rig.Host.LastEvent.CallState);
        Assert.Empty(_rig.Host.Calls);
    }

    [Fact]
    public void A_system_event_has_the_PBXs_own_time()
    {
        _rig.Event(30036, """{"event_name":"Disk","event_type":"system","event_level":"error","event_content":"full","create_time":"2030-01-01 08:59:00"}""");
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 8, 59, 0, TimeSpan.Zero), _rig.Host.LastEvent.Time);
        _rig.Event(30036, """{"create_time":1893488340}""");
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1893488340), _rig.Host.LastEvent.Time);
    }

    [Fact]
    public void A_pressed_key_belongs_to_its_call_and_changes_no_state()
    {
        _rig.Call(Inbound("ANSWERED"), Extension("1001", "ANSWER"));
        _rig.Event(30017, $$"""{"call_id":"{{CallId}}","members":[{{Extension("1001", "ANSWER")}}],"info":"5","flag":0,"infos":"5"}""");
        Assert.Equal(CallId, _rig.Host.LastEvent.CallId);
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.False(_rig.Host.LastEvent.IsCallNews);
    }

    // ---- doubles ---------------------------------------------------------------------------------------------------

    [Fact]
    public void A_repeat_of_30011_changes_nothing_and_is_counted()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Call(Extension("1001", "RING"));
        Assert.Single(_rig.Host.Events);
        Assert.Equal(2, _rig.Host.Duplicates);
    }

    [Fact]
    public void Held_twice_is_no_double()
    {
        foreach (var status in (string[])["ANSWER", "HOLD", "ANSWER", "HOLD"])
            _rig.Call(Extension("1001", status));
        Assert.Equal(4, _rig.Host.Events.Count);
        Assert.Equal(0, _rig.Host.Duplicates);
    }

    [Fact]
    public void While_two_links_are_open_each_event_comes_once_and_in_the_order_of_the_old_link()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Open(link: 2, isRotation: true);
        _rig.Call(1, Extension("1001", "ANSWER"));

        // The new link is ahead: what it brings waits for the old one to be read to its end.
        _rig.Host.Receive(Success, link: 2);
        _rig.Call(2, Extension("1001", "HOLD"));
        Away(link: 2);
        _rig.Call(2, Extension("1001", "ANSWER"));
        Assert.Equal(["RING", "ANSWER"], Statuses());
        _rig.Call(1, Extension("1001", "HOLD"));
        Away(link: 1);
        _rig.Session.LinkClosed(1);
        Away(link: 2);
        Away(link: 2);
        _rig.Host.Receive("heartbeat response", link: 2);
        Assert.Equal(["RING", "ANSWER", "HOLD", "away", "ANSWER", "away", "away"], Statuses());
        Assert.Equal(2, _rig.Host.Duplicates);
    }

    [Fact]
    public void What_the_new_link_brings_late_waits_until_it_has_answered_a_heartbeat_sent_after_the_old_ones_end()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Connect(link: 2, isRotation: true);
        Away(link: 1);
        Away(link: 1);
        _rig.Session.LinkClosed(1);
        Assert.Equal((2, "heartbeat"), (_rig.Host.Sent[^1].Link, _rig.Host.SentText[^1]));
        Away(link: 2);
        Away(link: 2);
        Away(link: 2);
        Assert.Equal(["RING", "away", "away"], Statuses());
        _rig.Host.Receive("heartbeat response", link: 2);
        Assert.Equal(["RING", "away", "away", "away"], Statuses());
        Assert.Equal(2, _rig.Host.Duplicates);
    }

    [Fact]
    public void An_answer_to_an_earlier_heartbeat_is_not_the_one_that_is_waited_for()
    {
        _rig.Connect(link: 2, isRotation: true);
        _rig.Host.Advance(TimeSpan.FromSeconds(25));
        Away(link: 1);
        _rig.Session.LinkClosed(1);
        _rig.Host.Receive("heartbeat response", link: 2);
        Away(link: 2);
        _rig.Host.Receive("heartbeat response", link: 2);
        Assert.Equal(["away"], Statuses());
    }

    [Fact]
    public void After_that_heartbeat_nothing_is_taken_for_a_double_any_more()
    {
        _rig.Connect(link: 2, isRotation: true);
        Away(link: 1);
        _rig.Session.LinkClosed(1);
        _rig.Host.Receive("heartbeat response", link: 2);
        Away(link: 2);
        Assert.Equal(["away", "away"], Statuses());
    }

    [Fact]
    public void A_PBX_that_does_not_answer_that_heartbeat_does_not_hold_events_back_for_ever()
    {
        _rig.Connect(link: 2, isRotation: true);
        _rig.Session.LinkClosed(1);
        Away(link: 2);
        _rig.Host.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(["away"], Statuses());
    }

    [Fact]
    public void A_PBX_that_does_not_keep_to_the_order_brings_nothing_twice_either()
    {
        _rig.Connect(link: 2, isRotation: true);
        foreach (var link in (int[])[1, 2])
        {
            foreach (var extension in link == 1 ? (string[])["1001", "1002", "1003"] : ["1002", "1001", "1003", "1004"])
                _rig.Event(30009, $$"""{"extension":"{{extension}}","status":"away"}""", link);
        }
        _rig.Session.LinkClosed(1);
        _rig.Host.Receive("heartbeat response", link: 2);
        Assert.Equal(["1001", "1002", "1003", "1004"], _rig.Host.Events.Select(e => e.Extension));
    }

    [Fact]
    public void A_takeover_that_never_ends_does_not_fill_the_memory()
    {
        _rig.Connect(link: 2, isRotation: true);
        for (var i = 0; i < 5000; i++)
        {
            _rig.Event(30009, $$"""{"extension":"{{i}}","status":"away"}""", link: 2);
            _rig.Event(30009, $$"""{"extension":"{{i}}","status":"away"}""", link: 1);
        }
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => i.ToString()), _rig.Host.Events.Select(e => e.Extension));
    }

    [Fact]
    public void A_successor_that_is_lost_before_it_took_over_leaves_nothing_behind()
    {
        _rig.Open(link: 2, isRotation: true);
        Away(link: 2);
        Away(link: 1);
        _rig.Session.LinkClosed(2);
        Away(link: 1);
        Assert.Equal(["away", "away"], Statuses());
    }

    [Fact]
    public void A_successor_that_is_lost_after_it_took_over_has_brought_what_it_brought()
    {
        _rig.Connect(link: 2, isRotation: true);
        Away(link: 2);
        _rig.Session.LinkClosed(2);
        var timers = _rig.Host.TimerCount;
        Assert.Empty(_rig.Host.Events);
        _rig.Session.LinkClosed(1);
        Assert.Equal(["away"], Statuses());
        Assert.Equal(timers, _rig.Host.TimerCount);
    }

    [Fact]
    public void Garbage_on_the_new_link_is_reported_like_any_other()
    {
        _rig.Connect(link: 2, isRotation: true);
        _rig.Event(30011, """{"call_id":{]""", link: 2);
        Away(link: 2);
        _rig.Session.LinkClosed(1);
        _rig.Host.Receive("heartbeat response", link: 2);
        Assert.Single(_rig.Host.Unreadable);
        Assert.Equal(["away"], Statuses());
    }

    [Fact]
    public void A_record_that_both_links_bring_comes_once()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Connect(link: 2, isRotation: true);
        _rig.Event(30012, Record("NO ANSWER"), link: 2);
        _rig.Event(30012, Record("NO ANSWER"), link: 1);
        _rig.Session.LinkClosed(1);
        _rig.Host.Receive("heartbeat response", link: 2);
        _rig.Host.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(_rig.Host.Events, e => e.Name == "30012");
    }

    private void Away(int link) => _rig.Event(30009, """{"extension":"1001","status":"away"}""", link);

    /// <summary>The last status in each event, in order.</summary>
    private IEnumerable<string> Statuses() => _rig.Host.Events.Select(e =>
    {
        var root = JsonDocument.Parse(e.Raw).RootElement;
        return root.TryGetProperty("members", out var members)
            ? members.EnumerateArray().Last().GetProperty("extension").GetProperty("member_status").GetString()!
            : root.GetProperty("status").GetString()!;
    });

    // ---- resync ----------------------------------------------------------------------------------------------------

    [Fact]
    public async Task After_a_gap_the_calls_in_progress_are_asked_for_by_direction_and_the_rest_by_id()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _rig.Event(30011, """{"call_id":"2.2","members":[{"extension":{"number":"1003","channel_id":"x","member_status":"ALERT"}}]}""");
        _pbx.Answer = call => call.Uri.Query.Contains("type=inbound", StringComparison.Ordinal)
            ? Support.FakeHttp.Json(200, $$"""{"errcode":0,"errmsg":"SUCCESS","data":[{{Members(Inbound("ANSWERED"), Extension("1001", "ANSWER"))}}]}""")
            : call.Uri.Query.Contains("call_id=2.2", StringComparison.Ordinal) ? YeastarDriverRig.Refuse(20001, "NO SUCH CALL")
            : _pbx.DefaultAnswer(call);
        await ReconnectAsync();

        Assert.Equal(["type=inbound", "type=outbound", "call_id=2.2"], _pbx.Http.Calls.Skip(1).Select(c => c.Uri.Query.Split('&')[1]));
        Assert.All(_pbx.Http.Calls.Skip(1), c => Assert.StartsWith("?access_token=AT1&", c.Uri.Query, StringComparison.Ordinal));
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.State);
        Assert.Equal(PbxCallState.Ended, _rig.Host.FindCall("2.2")!.State);
        Assert.All(_rig.Host.Events.Skip(2), e => Assert.True(e.Synthesized));
        Assert.Equal(["call/query", "CallEnded"], _rig.Host.Events.Skip(2).Select(e => e.Name));
    }

    [Fact]
    public async Task An_answer_that_is_older_than_an_event_does_not_undo_it()
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _pbx.Answer = call => call.Uri.Query.Contains("type=inbound", StringComparison.Ordinal)
            ? Support.FakeHttp.Json(200, $$"""{"errcode":0,"data":[{{Members(Inbound("ANSWERED"), Extension("1001", "ANSWER"))}}]}""")
            : _pbx.DefaultAnswer(call);
        await ReconnectAsync(() => _rig.Call(2, Extension("1001", "HOLD")));
        Assert.Equal(PbxCallState.Held, _rig.TheCall.State);
        Assert.Equal(PbxCallState.Answered, _rig.TheCall.Legs.Single(l => l.Extension is null).State);
    }

    [Fact]
    public async Task A_call_that_spoke_since_is_not_ended_by_an_older_answer_that_does_not_know_it()
    {
        _rig.Event(30011, """{"call_id":"2.2","members":[{"extension":{"number":"1003","channel_id":"x","member_status":"ALERT"}}]}""");
        _pbx.Answer = call => call.Uri.Query.Contains("call_id", StringComparison.Ordinal) ? YeastarDriverRig.Refuse(20001, "NO SUCH CALL") : _pbx.DefaultAnswer(call);
        await ReconnectAsync(() => _rig.Event(30011, """{"call_id":"2.2","members":[{"extension":{"number":"1003","channel_id":"x","member_status":"ANSWERED"}}]}""", link: 2));
        Assert.NotEqual(PbxCallState.Ended, _rig.Host.FindCall("2.2")!.State);
    }

    [Theory]
    [InlineData(10001)]
    [InlineData(10004)]
    [InlineData(40002)]
    public async Task A_refused_question_ends_no_call(int code)
    {
        _rig.Call(Inbound("ALERT"), Extension("1001", "RING"));
        _pbx.Answer = call => call.Uri.AbsolutePath.EndsWith("query", StringComparison.Ordinal) ? YeastarDriverRig.Refuse(code, "NO") : _pbx.DefaultAnswer(call);
        var e = await Assert.ThrowsAsync<PbxException>(() => ReconnectAsync());
        Assert.Equal(PbxErrorKind.ServerError, e.Kind);
        Assert.Equal(PbxCallState.Ringing, _rig.TheCall.State);
    }

    [Fact]
    public void Without_a_subscription_to_calls_nothing_is_wanted()
    {
        var rig = new YeastarRig();
        rig.Subscribe("30009");
        rig.Connect();
        rig.Session.LinkClosed(1);
        rig.Connect(link: 2);
        Assert.Equal((2, null), (rig.Host.Ready.Count, rig.Host.Wanted));
    }

    [Theory]
    [InlineData("""{"errcode":0,"data":{"call_id":7}}""")]
    [InlineData("""{"errcode":0,"data":[7,null,{"call_id":"\ud800"},{"call_id":[]}]}""")]
    public async Task An_answer_that_cannot_be_read_does_not_keep_the_session_waiting_for_the_last_one(string body)
    {
        _rig.Call(Extension("1001", "ANSWER"));
        _pbx.Answer = call => call.Uri.Query.Contains("type=inbound", StringComparison.Ordinal) ? FakeHttp.Json(200, body) : _pbx.DefaultAnswer(call);
        _rig.Session.LinkClosed(1);
        _rig.Connect(link: 2);
        await _pbx.PrepareAsync();
        var kinds = new List<string>();
        await foreach (var snapshot in _pbx.Driver.GetSnapshotsAsync(_rig.Host.Wanted!, CancellationToken.None))
            kinds.Add(snapshot.Kind);
        Assert.Equal([YeastarDriver.CallQuery, YeastarDriver.CallQuery, YeastarDriver.CallQuery, YeastarDriver.EndOfSnapshots], kinds);
    }

    [Fact]
    public async Task An_answer_with_something_behind_it_is_told_and_does_not_keep_the_session_waiting()
    {
        _rig.Call(Extension("1001", "ANSWER"));
        _pbx.Answer = call => call.Uri.Query.Contains("type=inbound", StringComparison.Ordinal)
            ? FakeHttp.Json(200, """{"errcode":0,"data":[]}]""")
            : _pbx.DefaultAnswer(call);
        _rig.Session.LinkClosed(1);
        _rig.Connect(link: 2);
        await _pbx.PrepareAsync();
        var kinds = new List<string>();
        var fault = await Assert.ThrowsAsync<PbxException>(async () =>
        {
            await foreach (var snapshot in _pbx.Driver.GetSnapshotsAsync(_rig.Host.Wanted!, CancellationToken.None))
                kinds.Add(snapshot.Kind);
        });
        Assert.Equal([YeastarDriver.EndOfSnapshots], kinds);
        Assert.Contains("calls in progress", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_that_comes_twice_in_a_row_is_one_and_a_later_one_is_another()
    {
        string transfer = Frame(30013, """{"call_id":"1700000000.10","members":[{"extension":{"number":"1001","channel_id":"c1","member_status":"ANSWER"}}]}""");
        _rig.Call(Extension("1001", "ANSWER"));
        var count = _rig.Host.Events.Count;
        _rig.Host.Receive(transfer);
        _rig.Host.Receive(transfer);
        Assert.Equal(count + 1, _rig.Host.Events.Count);
        _rig.Call(Extension("1001", "HOLD"));
        _rig.Host.Receive(transfer);
        Assert.Equal(count + 3, _rig.Host.Events.Count);
    }

    [Fact]
    public void A_key_that_is_pressed_twice_is_told_twice()
    {
        var count = _rig.Host.Events.Count;
        string key = Frame(YeastarTopics.Dtmf, """{"call_id":"1700000000.10","members":[{"extension":{"number":"1001","channel_id":"c1"}}],"digit":"1"}""");
        _rig.Host.Receive(key);
        _rig.Host.Receive(key);
        Assert.Equal(count + 2, _rig.Host.Events.Count);
    }

    [Fact]
    public async Task After_a_gap_a_leg_that_stands_where_it_stood_is_news_all_the_same()
    {
        _rig.Call(Extension("1001", "ANSWER"));
        await ReconnectAsync();
        var count = _rig.Host.Events.Count;
        _rig.Call(2, Extension("1001", "ANSWER"));
        Assert.Equal(count + 1, _rig.Host.Events.Count);
    }

    /// <summary>Loses the link, opens another one, and does what the runtime does with the snapshots.</summary>
    private async Task ReconnectAsync(Action? beforeTheAnswers = null)
    {
        _rig.Session.LinkClosed(1);
        _rig.Connect(link: 2);
        await _pbx.PrepareAsync();
        beforeTheAnswers?.Invoke();
        await foreach (var snapshot in _pbx.Driver.GetSnapshotsAsync(_rig.Host.Wanted!, CancellationToken.None))
            _rig.Session.SnapshotReceived(snapshot);
    }
}
