using System.Reflection;
using System.Text;
using System.Text.Json;
using PbxEvents.Journal;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Journal;

public sealed class EventMappingTests
{
    private static readonly JournalRun Run = new("one", "Fake");

    [Fact]
    public void An_event_with_everything_in_it_comes_back_equal_in_every_field()
    {
        var e = Full();
        Assert.Equal([], Unset(e));
        Assert.Equal([], SameEvent.Differences(e, Return(e)));
    }

    [Fact]
    public void An_event_with_nothing_in_it_comes_back_equal_too()
    {
        var e = new PbxEvent { Connection = "one", Provider = "Fake" };
        Assert.Equal([], SameEvent.Differences(e, Return(e)));
        Assert.Null(Return(e).Call);
        Assert.Empty(Return(e).Raw);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public void Whether_a_phone_is_registered_comes_back_as_it_was(bool? isRegistered) =>
        Assert.Equal(isRegistered, Return(new PbxEvent { IsRegistered = isRegistered }).IsRegistered);

    [Fact]
    public void Secrets_are_not_kept()
    {
        var mask = new SecretMask(new PbxConnectOptions { Provider = "Fake", Password = new Secret("hunter2") });
        var e = new PbxEvent
        {
            Payload = Encoding.UTF8.GetBytes("""{"access_token":"abc","text":"hunter2","name":"Bob"}"""),
            Error = new PbxException(PbxErrorKind.ServerError, "The answer was hunter2", "Ask"),
        };
        var record = EventMapping.ToRecord(e, 1, 1, null, mask);
        Assert.Equal("""{"access_token":"********","text":"********","name":"Bob"}""", Encoding.UTF8.GetString(record.Raw.Span));
        Assert.DoesNotContain("hunter2", Encoding.UTF8.GetString(record.Error!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"text":"it is hunter2"}""", """{"text":"it is ********"}""")]
    [InlineData("""{"Password":"other"}""", """{"Password":"********"}""")]
    [InlineData("""{"text":"ü hunter"}""", """{"text":"ü hunter"}""")]
    public void Each_kind_of_secret_is_seen_by_itself(string sent, string kept)
    {
        var mask = new SecretMask(new PbxConnectOptions { Provider = "Fake", Password = new Secret("hunter2") });
        var record = EventMapping.ToRecord(new PbxEvent { Payload = Encoding.UTF8.GetBytes(sent) }, 1, 1, null, mask);
        Assert.Equal(kept, Encoding.UTF8.GetString(record.Raw.Span));
    }

    [Fact]
    public void A_call_is_read_when_somebody_looks_and_is_the_same_for_all()
    {
        var damaged = EventMapping.ToEvent(new EventRecord { Seq = 1, Run = 1, EventId = "id", Call = "no JSON"u8.ToArray() }, Run, []);
        Assert.Equal("id", damaged.Id);
        Assert.Throws<JsonException>(() => damaged.Call);
        var whole = Return(Full());
        Assert.Same(whole.Call, whole.Call);
    }

    [Fact]
    public void The_numbers_that_stand_in_files_stay_what_they_are()
    {
        // A file of an older version has them. A new word is added at the end.
        Assert.Equal("Unknown Call Queue Agent Presence Voicemail Message Registration Cdr Recording Conference Config System Connection", string.Join(' ', Enum.GetNames<PbxCategory>()));
        Assert.Equal("Offered Ringing Answered Held Parked Transferred Ended", string.Join(' ', Enum.GetNames<PbxCallState>()));
        Assert.Equal("Answered Missed Abandoned AnsweredElsewhere Voicemail Busy Rejected Transferred Failed Unknown", string.Join(' ', Enum.GetNames<PbxOutcome>()));
        Assert.Equal([0, 1, 2, 4, 8, 16], Enum.GetValues<EventFlags>().Select(f => (int)f));
    }

    private static PbxEvent Return(PbxEvent e) => EventMapping.ToEvent(EventMapping.ToRecord(e, 5, 1, 5, JournalFolder.NoMask), Run, []);

    private static PbxEvent Full()
    {
        var at = new DateTimeOffset(2030, 1, 1, 9, 0, 0, 123, TimeSpan.Zero).AddTicks(4567).ToLocalTime();
        var gap = new PbxGap
        {
            Connection = "one",
            From = at,
            To = at.AddSeconds(5),
            Reason = PbxGapReason.NotRunning,
            Recovery = PbxGapRecovery.Pending,
            EventsLost = 7,
            Detail = "why",
        };
        gap.CountRecovered();
        return new PbxEvent
        {
            Sequence = 17,
            Id = "an id",
            Time = at,
            ReceivedAt = at.AddMilliseconds(3),
            Provider = "Fake",
            Connection = "one",
            Category = PbxCategory.Registration,
            Name = "a name; drop table event",
            Topic = "t",
            CallState = PbxCallState.Ended,
            Outcome = PbxOutcome.Missed,
            CallId = "c",
            LegId = "l",
            From = "+12025550100",
            To = "4020",
            Extension = "1001",
            ExtensionName = "Ann",
            IsRegistered = true,
            Queue = "q",
            QueueName = "Sales",
            Tenant = "te",
            Synthesized = true,
            IsCallNews = true,
            Payload = "{\"ü\":\"\\u0000\"}"u8.ToArray(),
            Gap = gap,
            Error = new PbxException(PbxErrorKind.RateLimited, "m", "a") { Target = "t", Code = "60002", RetryAfter = TimeSpan.FromSeconds(3), IsPermanent = true, IsRoutine = true },
            Call = new PbxCall
            {
                CallId = "c",
                Connection = "one",
                Provider = "Fake",
                Direction = PbxDirection.Outbound,
                From = "f",
                FromName = "Bob 'x'",
                To = "t",
                Extension = "1001",
                ExtensionName = "Ann",
                Queue = "q",
                QueueName = "Sales",
                State = PbxCallState.Ended,
                Outcome = PbxOutcome.Voicemail,
                EndedBy = PbxEndedBy.Callee,
                VoicemailId = "v",
                RecordingId = "r",
                StartedAt = at,
                RingingAt = at.AddSeconds(1),
                AnsweredAt = at.AddSeconds(2),
                EndedAt = at.AddSeconds(3),
                AnsweredBy = "1001",
                Origin = PbxCallOrigin.Record,
                Legs =
                [
                    new PbxLeg
                    {
                        LegId = "l", Role = PbxLegRole.Callee, State = PbxCallState.Held, Outcome = PbxOutcome.Busy, IsOutcomeAssumed = true, Extension = "1001", ExtensionName = "Ann", Number = "n",
                        AnsweredAt = at, EndedAt = at.AddTicks(1),
                    },
                    new PbxLeg { LegId = "m" },
                ],
            },
        };
    }

    /// <summary>Fields of the full event that have no value, so that a new field has to be given one here.</summary>
    private static IEnumerable<string> Unset(PbxEvent e) =>
        from part in new object[] { e, e.Call!, e.Call!.Legs[0], e.Gap!, e.Error! }
        from property in part.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        where property.DeclaringType!.Namespace == "PbxEvents" && property.Name is not ("DataCache" or "Events" or "EqualityContract" or "IsUnreached" or "IsReached")
        let value = property.GetValue(part)
        where value is null || (value.GetType().IsValueType && value.Equals(Activator.CreateInstance(value.GetType())))
        select $"{part.GetType().Name}.{property.Name}";
}
