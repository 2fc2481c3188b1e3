using System.Runtime.CompilerServices;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>A platform's call records, as a test lays them out.</summary>
internal sealed class FakeRecords : RecordReader
{
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _asked = [];

    public Func<IEnumerable<CallRecord>> Rows { get; set; } = () => [];

    public PbxException? Fault { get; set; }

    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked];
        }
    }

    public override IReadOnlyList<TimeSpan> Asks { get; } = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    public override TimeSpan Overlap { get; } = TimeSpan.FromSeconds(2);

    public static CallRecord Ended(string id, DateTimeOffset at, PbxOutcome outcome = PbxOutcome.Missed, string extension = "1001")
    {
        var update = new CallUpdate().Reset(id);
        update.IsEnd = true;
        update.Direction = PbxDirection.Inbound;
        update.From = "+12025550100";
        update.Outcome = outcome;
        update.StartedAt = at - TimeSpan.FromSeconds(20);
        update.EndedAt = at;
        update.Extension = extension;
        return new CallRecord(update, at, "{}"u8.ToArray());
    }

    public override async IAsyncEnumerable<CallRecord> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Taken first: a test changes it when it sees that there was an asking.
        var (fault, rows) = (Fault, Rows);
        lock (_asked)
            _asked.Add((from, to));
        await Task.Yield();
        if (fault is not null)
            throw fault;
        foreach (var row in rows())
            yield return row;
    }
}
