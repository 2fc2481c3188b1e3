using System.Globalization;
using System.Text.Json.Nodes;
using PbxEvents.Simulator.Core;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>
/// The call log: the sessions that are over, as the gateway told them, and in which order their records came to be there. The oldest go
/// first. Safe from any thread.
/// </summary>
/// <param name="faults">Whether records come late.</param>
/// <param name="clock">The clock.</param>
/// <param name="options">How far the platform's clock is off.</param>
/// <param name="key">What the synchronization's tokens begin with.</param>
internal sealed class RingCentralCallLog(FaultState faults, TimeProvider clock, RingCentralSimulatorOptions options, string key)
{
    private const int Capacity = 20_000;

    /// <summary>The queue of the scenarios, which is there before its first call.</summary>
    private const string DefaultQueue = "4020";

    private readonly object _lock = new();
    private readonly Queue<RingCentralCall> _untold = new();
    private readonly Queue<LoggedRecord> _told = new();
    private readonly RingCentralLogRecords _records = new(options.ClockAhead);
    private readonly SortedSet<string> _queues = new(StringComparer.Ordinal) { DefaultQueue };
    private long _lastNumber;
    private int _age;

    /// <summary>The records that are there by now, in the order in which they came.</summary>
    public IReadOnlyList<LoggedRecord> Told
    {
        get
        {
            lock (_lock)
            {
                for (var i = _untold.Count; i > 0; i--)
                {
                    var session = _untold.Dequeue();
                    var toldAt = session.EndedAt!.Value + faults.RecordDelay;
                    if (toldAt <= clock.GetUtcNow())
                        Tell(session, toldAt + options.ClockAhead);
                    else
                        _untold.Enqueue(session);
                }

                return [.. _told];
            }
        }
    }

    /// <summary>The queues of the account.</summary>
    public IReadOnlyList<string> Queues
    {
        get
        {
            lock (_lock)
                return [.. _queues];
        }
    }

    /// <summary>A session is over.</summary>
    /// <param name="session">The session.</param>
    public void Add(RingCentralCall session)
    {
        lock (_lock)
        {
            if (session.Call.Queue is { } queue)
                _queues.Add(queue);
            _untold.Enqueue(session);
            if (_untold.Count > Capacity)
                _untold.Dequeue();
        }
    }

    /// <summary>The token that goes on after a record.</summary>
    /// <param name="number">The record's number.</param>
    public string TokenAt(long number) => $"{key}-{Volatile.Read(ref _age)}.{number.ToString("x", CultureInfo.InvariantCulture)}";

    /// <summary>The record after which a token goes on; null for a token that is not known any more.</summary>
    /// <param name="token">The token.</param>
    public long? Read(string token)
    {
        var dot = token.LastIndexOf('.');
        return dot > 0 && token[..dot] == $"{key}-{Volatile.Read(ref _age)}"
            && long.TryParse(token[(dot + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The log begins anew for everybody who follows it.</summary>
    public void ForgetTokens() => Interlocked.Increment(ref _age);

    private void Tell(RingCentralCall session, DateTimeOffset modifiedAt)
    {
        foreach (var record in _records.Of(session))
        {
            record["lastModifiedTime"] = RingCentralLogRecords.Text(modifiedAt);
            _told.Enqueue(new LoggedRecord(++_lastNumber, modifiedAt, record));
            if (_told.Count > Capacity)
                _told.Dequeue();
        }
    }
}

/// <summary>A record of the call log.</summary>
/// <param name="Number">Its place in the order in which they came.</param>
/// <param name="ModifiedAt">When it came, by the platform's clock.</param>
/// <param name="Json">The record. Never changed; copy it before it is put into an answer.</param>
internal sealed record LoggedRecord(long Number, DateTimeOffset ModifiedAt, JsonObject Json)
{
    /// <summary>When the call began, by the platform's clock.</summary>
    public DateTimeOffset StartedAt { get; } = DateTimeOffset.Parse((string)Json["startTime"]!, CultureInfo.InvariantCulture);

    /// <summary>A copy in a view.</summary>
    /// <param name="isDetailed">True for the one with legs.</param>
    public JsonObject In(bool isDetailed)
    {
        var json = (JsonObject)Json.DeepClone();
        json["id"] = $"{(isDetailed ? "D" : "S")}{Number:x6}";
        json["uri"] = $"https://platform.ringcentral.com/restapi/v1.0/account/{RingCentralSimulator.Account}/call-log/{json["id"]}?view={(isDetailed ? "Detailed" : "Simple")}";
        if (!isDetailed)
            json.Remove("legs");
        return json;
    }
}
