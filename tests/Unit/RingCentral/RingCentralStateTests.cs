namespace PbxEvents.Tests.Unit.RingCentral;

/// <summary>ringcentral.md section 8: each row of the state table, and each thing said beside it.</summary>
public sealed class RingCentralStateTests
{
    private const string User = """{"phoneNumber":"+12025550111","extensionId":"2001"}""";
    private const string Missed = ",\"missedCall\":true";

    [Fact]
    public void The_rows_of_an_answered_call()
    {
        var bench = RingCentralBench.Ready();

        Assert.Equal(PbxCallState.Offered, bench.Party(2, "p-1", "Outbound", "Setup").CallState);
        Assert.Equal(PbxCallState.Ringing, bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001").CallState);
        Assert.Equal(PbxCallState.Answered, bench.Party(4, "p-2", "Inbound", "Answered", extension: "2001").CallState);
        Assert.Equal(PbxCallState.Held, bench.Party(5, "p-2", "Inbound", "Hold", extension: "2001").CallState);
        var resumed = bench.Party(6, "p-2", "Inbound", "Answered", extension: "2001");
        Assert.Equal((PbxCallState.Answered, false), (resumed.CallState, resumed.IsCallNews));
        Assert.Equal(PbxCallState.Answered, bench.Party(7, "p-2", "Inbound", "Disconnected", extension: "2001").CallState);
        var end = bench.Party(8, "p-1", "Outbound", "Disconnected");
        Assert.Equal((PbxCallState.Ended, PbxOutcome.Answered), (end.CallState, end.Outcome));
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 0, 0, 8, TimeSpan.Zero), end.Time);
    }

    [Fact]
    public void The_callers_answered_is_not_an_answer()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup", extension: "2000", to: User);
        bench.Party(3, "p-2", "Inbound", "Setup", extension: "2001");

        var state = bench.Party(4, "p-1", "Outbound", "Answered", extension: "2000", to: User).CallState;

        Assert.Equal(PbxCallState.Offered, state);
        bench.Party(5, "p-1", "Outbound", "Disconnected", extension: "2000", to: User);
        Assert.Null(bench.Party(6, "p-2", "Inbound", "Disconnected", "Cancelled", "2001", Missed).Call!.AnsweredAt);
    }

    [Fact]
    public void One_disconnected_party_is_not_the_end()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Answered", extension: "2001");

        Assert.NotEqual(PbxCallState.Ended, bench.Party(4, "p-2", "Inbound", "Disconnected", extension: "2001").CallState);
        Assert.Equal(PbxCallState.Ended, bench.Party(5, "p-1", "Outbound", "Disconnected").CallState);
    }

    [Theory]
    [InlineData("Disconnected", "Rejected", PbxOutcome.Rejected)]
    [InlineData("Disconnected", "TargetBusy", PbxOutcome.Busy)]
    [InlineData("Disconnected", "InvalidNumber", PbxOutcome.Failed)]
    [InlineData("Disconnected", "NoSuchUser", PbxOutcome.Failed)]
    [InlineData("Disconnected", "InternalError", PbxOutcome.Failed)]
    [InlineData("Disconnected", "DestinationBlocked", PbxOutcome.Failed)]
    [InlineData("Disconnected", "NotEnoughFunds", PbxOutcome.Failed)]
    [InlineData("Disconnected", "InternationalDisabled", PbxOutcome.Failed)]
    [InlineData("Disconnected", "Cancelled", PbxOutcome.Missed)]
    [InlineData("Disconnected", "NoAnswer", PbxOutcome.Missed)]
    [InlineData("Disconnected", "Timeout", PbxOutcome.Missed)]
    [InlineData("Disconnected", "AgentAnswered", PbxOutcome.AnsweredElsewhere)]
    [InlineData("Disconnected", "Pickup", PbxOutcome.AnsweredElsewhere)]
    [InlineData("Disconnected", "CallSwitch", PbxOutcome.AnsweredElsewhere)]
    [InlineData("Disconnected", "CallFlip", PbxOutcome.AnsweredElsewhere)]
    [InlineData("Disconnected", "TakeOver", PbxOutcome.AnsweredElsewhere)]
    [InlineData("disconnected", "targetbusy", PbxOutcome.Busy)]
    public void How_a_party_that_rang_turned_out(string code, string reason, PbxOutcome outcome)
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001");

        bench.Party(4, "p-2", "Inbound", code, reason, "2001");
        var end = bench.Party(5, "p-1", "Outbound", "Disconnected");

        Assert.Equal(outcome, end.Call!.Legs[1].Outcome);
        Assert.Equal(outcome, end.Outcome);
    }

    [Fact]
    public void A_missed_call_is_missed()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001");
        bench.Party(4, "p-2", "Inbound", "Disconnected", extension: "2001", more: Missed);

        Assert.Equal(PbxOutcome.Missed, bench.Party(5, "p-1", "Outbound", "Disconnected").Outcome);
    }

    [Theory]
    [InlineData("VoiceMail")]
    [InlineData("Voicemail")]
    [InlineData("VoiceMailScreening")]
    [InlineData("VMScreening")]
    public void Voicemail_in_every_spelling_is_not_a_persons_answer(string code)
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001");
        var state = bench.Party(4, "p-2", "Inbound", code, extension: "2001", more: Missed).CallState;
        bench.Party(5, "p-2", "Inbound", "Disconnected", extension: "2001", more: Missed);
        var end = bench.Party(6, "p-1", "Outbound", "Disconnected");

        Assert.NotEqual(PbxCallState.Answered, state);
        Assert.Equal(PbxOutcome.Voicemail, end.Outcome);
        Assert.Equal(PbxOutcome.Voicemail, end.Call!.Legs[1].Outcome);
        Assert.Null(end.Call.AnsweredAt);
    }

    [Fact]
    public void A_message_that_is_listened_to_and_taken_over_is_answered()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "VoiceMailScreening", extension: "2001");

        Assert.Equal(PbxCallState.Answered, bench.Party(4, "p-2", "Inbound", "Answered", extension: "2001").CallState);
        bench.Party(5, "p-2", "Inbound", "Disconnected", extension: "2001");
        Assert.Equal(PbxOutcome.Answered, bench.Party(6, "p-1", "Outbound", "Disconnected").Outcome);
    }

    [Theory]
    [InlineData("Disconnected", "BlindTransfer")]
    [InlineData("Disconnected", "RccTransfer")]
    [InlineData("Disconnected", "DtmfTransfer")]
    [InlineData("Disconnected", "CallRedirected")]
    [InlineData("Gone", "AttendedTransfer")]
    public void A_transfer_is_seen_and_remembered(string code, string reason)
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Answered", extension: "2001");

        Assert.Equal(PbxCallState.Transferred, bench.Party(4, "p-2", "Inbound", code, reason, "2001").CallState);

        bench.Party(5, "p-3", "Inbound", "Answered", extension: "2002");
        bench.Party(6, "p-3", "Inbound", "Disconnected", extension: "2002");
        var end = bench.Party(7, "p-1", "Outbound", "Disconnected");
        Assert.Equal(PbxOutcome.Transferred, end.Outcome);
        Assert.Equal("2002", end.Call!.AnsweredBy);
    }

    [Fact]
    public void Who_sees_only_the_own_extension_sees_its_transfer_as_the_end()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-2", "Inbound", "Proceeding", extension: "2001");
        bench.Party(3, "p-2", "Inbound", "Answered", extension: "2001");

        var end = bench.Party(4, "p-2", "Inbound", "Disconnected", "BlindTransfer", "2001");

        Assert.Equal((PbxCallState.Ended, PbxOutcome.Transferred), (end.CallState, end.Outcome));
    }

    [Theory]
    [InlineData("Parked", null)]
    [InlineData("Disconnected", "ParkLocation")]
    [InlineData("Disconnected", "CallPark")]
    public void A_parked_call(string code, string? reason)
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Answered", extension: "2001");

        Assert.Equal(PbxCallState.Parked, bench.Party(4, "p-2", "Inbound", code, reason, "2001").CallState);
    }

    [Fact]
    public void Own_outbound_calls_are_answered_when_the_outside_proceeded_first()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup", extension: "2000");
        bench.Party(3, "p-1", "Outbound", "Proceeding", extension: "2000");

        Assert.Equal(PbxCallState.Answered, bench.Party(4, "p-1", "Outbound", "Answered", extension: "2000").CallState);
        Assert.Equal(PbxCallState.Held, bench.Party(5, "p-1", "Outbound", "Hold", extension: "2000").CallState);
        Assert.Equal(PbxCallState.Answered, bench.Party(6, "p-1", "Outbound", "Answered", extension: "2000").CallState);
        var end = bench.Party(7, "p-1", "Outbound", "Disconnected", extension: "2000");
        Assert.Equal((PbxOutcome.Answered, PbxDirection.Outbound), (end.Outcome, end.Call!.Direction));
    }

    [Fact]
    public void Own_calls_to_a_colleague_are_not_answered_by_the_callers_leg()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup", extension: "2000", to: User);

        Assert.Equal(PbxCallState.Offered, bench.Party(3, "p-1", "Outbound", "Answered", extension: "2000", to: User).CallState);
    }

    [Fact]
    public void Parties_are_merged_and_an_absent_one_says_nothing()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001");
        bench.Party(4, "p-3", "Inbound", "Proceeding", extension: "2002");

        Assert.Equal(["p-1", "p-2", "p-3"], Assert.Single(bench.Host.Calls).Legs.Select(l => l.LegId));
    }

    [Fact]
    public void What_comes_late_about_a_party_does_not_turn_it_back()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(5, "p-2", "Inbound", "Answered", extension: "2001");

        var late = bench.Party(4, "p-2", "Inbound", "Hold", extension: "2001");

        Assert.Null(late.CallState);
        Assert.Equal("s-1", late.CallId);
        Assert.Equal(PbxCallState.Answered, Assert.Single(bench.Host.Calls).State);
    }

    [Fact]
    public void The_sequence_counts_for_each_party()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(6, "p-2", "Inbound", "Proceeding", extension: "2001");

        Assert.Equal(PbxCallState.Ringing, bench.Party(5, "p-1", "Outbound", "Setup").CallState);
        Assert.Equal(2, Assert.Single(bench.Host.Calls).Legs.Count);
    }

    [Fact]
    public void A_session_first_seen_with_disconnected_parties_only_is_stale()
    {
        var bench = RingCentralBench.Ready();

        Assert.Equal(PbxCallState.Ended, bench.Party(9, "p-2", "Inbound", "Disconnected", extension: "2001").CallState);
        Assert.Empty(bench.Host.Calls);
    }

    [Fact]
    public void A_code_that_nobody_knows_is_passed_on()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Proceeding", extension: "2001");

        var odd = bench.Party(4, "p-2", "Inbound", "Levitating", extension: "2001");

        Assert.Equal(PbxCallState.Ringing, odd.CallState);
        Assert.Contains("Levitating", odd.Raw, StringComparison.Ordinal);
        Assert.Empty(bench.Host.Unreadable);
    }

    [Fact]
    public void Ids_may_be_numbers()
    {
        var bench = RingCentralBench.Ready();
        bench.Notify("/restapi/v1.0/account/1000/telephony/sessions", """
            {"sequence":"2","telephonySessionId":77,"parties":[{"id":12,"extensionId":2001,"direction":"Inbound","from":{},"to":{},"status":{"code":"Proceeding"}}]}
            """);

        var found = bench.Host.LastEvent;
        Assert.Equal(("77", "12", "2001", PbxCallState.Ringing), (found.CallId, found.LegId, found.Extension, found.CallState));
    }

    [Fact]
    public void A_caller_who_gives_up_in_a_queue_has_abandoned()
    {
        var bench = RingCentralBench.Ready();
        bench.Party(2, "p-1", "Outbound", "Setup");
        bench.Party(3, "p-2", "Inbound", "Setup", extension: "2900");
        bench.Party(4, "p-3", "Inbound", "Proceeding", extension: "2001", more: ",\"queueCall\":true");
        bench.Party(5, "p-3", "Inbound", "Disconnected", "Cancelled", "2001", ",\"queueCall\":true,\"missedCall\":true");
        bench.Party(6, "p-2", "Inbound", "Disconnected", extension: "2900");

        var end = bench.Party(7, "p-1", "Outbound", "Disconnected");

        Assert.Equal((PbxOutcome.Abandoned, "2900"), (end.Outcome, end.Queue));
        Assert.Equal(PbxLegRole.System, end.Call!.Legs[1].Role);
    }

    [Fact]
    public void Detailed_presence_shows_calls_when_nobody_subscribes_to_telephony_sessions()
    {
        var bench = new RingCentralBench();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Presence, Extension = ["2000"] });
        bench.Open();
        bench.Details();
        bench.Reply(200, RingCentralBench.Subscription("sub-1", "x"));

        Assert.Equal(PbxCallState.Ringing, Presence(bench, 1, "Ringing"));
        Assert.Equal(PbxCallState.Answered, Presence(bench, 2, "CallConnected"));
        Assert.Equal(PbxCallState.Held, Presence(bench, 3, "OnHold"));
        Assert.Equal(PbxCallState.Answered, Presence(bench, 4, "CallConnected"));
        Assert.Equal(PbxCallState.Ended, Presence(bench, 5, null));
        Assert.Equal(PbxOutcome.Answered, bench.Host.LastEvent.Outcome);
        Assert.Equal("2000", Assert.Single(bench.Host.Calls).AnsweredBy);
    }

    [Fact]
    public void A_call_that_detailed_presence_never_saw_connected_was_missed()
    {
        var bench = new RingCentralBench();
        bench.Subscribe(new PbxSubscriptionFilter { Type = PbxSubscriptionType.Presence, Extension = ["2000"] });
        bench.Open();
        bench.Details();
        bench.Reply(200, RingCentralBench.Subscription("sub-1", "x"));
        Presence(bench, 1, "Ringing");

        Presence(bench, 2, null);

        Assert.Equal(PbxOutcome.Missed, bench.Host.LastEvent.Outcome);
    }

    [Fact]
    public void Presence_leaves_calls_alone_while_telephony_sessions_are_subscribed()
    {
        var bench = RingCentralBench.Ready();

        Presence(bench, 1, "Ringing");

        Assert.Empty(bench.Host.Calls);
        Assert.Equal(PbxCategory.Presence, Assert.Single(bench.Host.Events).Category);
    }

    private static PbxCallState? Presence(RingCentralBench bench, int sequence, string? status)
    {
        var calls = status is null ? "" : $$"""
            {"id":"c1","direction":"Inbound","from":"+12025550100","fromName":"Caller","to":"101","telephonyStatus":"{{status}}",
             "sessionId":"500001","partyId":"p-1","telephonySessionId":"s-9","terminationType":"final"}
            """;
        bench.Notify("/restapi/v1.0/account/1000/extension/2000/presence", $$"""
            {"extensionId":"2000","telephonyStatus":"{{status ?? "NoCall"}}","sequence":{{sequence}},"totalActiveCalls":{{(status is null ? 0 : 1)}},"activeCalls":[{{calls}}]}
            """);
        return bench.Host.LastEvent.CallState;
    }
}
