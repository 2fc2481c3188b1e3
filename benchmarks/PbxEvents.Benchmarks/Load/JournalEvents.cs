using System.Text;
using PbxEvents.Journal;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Benchmarks.Load;

/// <summary>A journal in a folder of its own, and events of the usual size: 700 bytes of payload, a call with three legs.</summary>
internal sealed class JournalEvents : IDisposable
{
    private const int PayloadBytes = 700;

    public static readonly SecretMask Mask = new(new PbxConnectOptions { Provider = "Fake", Password = new Secret("a password") });
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes($$"""{"event":"CALL_RING","filling":"{{new string('x', PayloadBytes - 35)}}"}""");

    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-bench").FullName;

    public string Target => Path.Combine(_folder, "journal.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public EventJournal Open() => EventJournal.Open(new JournalOptions { Path = Target, MaxSize = 100L << 30 }, new SqliteStoreFactory());

    public static KeptStream Stream(EventLog log) => new("bench", "Fake", log, Mask, _ => { });

    public static PbxEvent Make(int number)
    {
        var now = DateTimeOffset.UtcNow;
        return new PbxEvent
        {
            Category = PbxCategory.Call,
            Name = "CALL_RING",
            Id = $"event-{number}",
            Connection = "bench",
            Provider = "Fake",
            ReceivedAt = now,
            Time = now,
            CallState = PbxCallState.Ringing,
            CallId = $"call-{number / 6}",
            LegId = "leg-1",
            From = "+12025550100",
            To = "4020",
            Extension = "1001",
            Queue = "4020",
            Tenant = "t1",
            Topic = "calls",
            IsCallNews = true,
            Payload = Payload,
            Call = new PbxCall
            {
                CallId = $"call-{number / 6}",
                Connection = "bench",
                Provider = "Fake",
                Direction = PbxDirection.Inbound,
                From = "+12025550100",
                FromName = "Ann",
                To = "4020",
                Extension = "1001",
                Queue = "4020",
                State = PbxCallState.Ringing,
                StartedAt = now,
                RingingAt = now,
                Legs =
                [
                    new PbxLeg { LegId = "leg-1", Role = PbxLegRole.Caller, State = PbxCallState.Ringing, Number = "+12025550100" },
                    new PbxLeg { LegId = "leg-2", Role = PbxLegRole.Callee, State = PbxCallState.Ringing, Extension = "1001" },
                    new PbxLeg { LegId = "leg-3", Role = PbxLegRole.Callee, State = PbxCallState.Ended, Extension = "1002", Outcome = PbxOutcome.Missed },
                ],
            },
        };
    }
}
