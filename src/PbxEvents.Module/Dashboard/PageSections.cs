using System.Buffers;
using System.Text;
using System.Text.Json;
using PbxEvents.Module.Reports;
using PbxEvents.Module.Watching;
using PbxEvents.Providers;

namespace PbxEvents.Module.Dashboard;

/// <summary>
/// What the page shows, as JSON. Every list ends somewhere, and says how many more there are. Times are milliseconds since 1970 by this
/// machine's clock.
/// </summary>
/// <param name="nameOf">Who has a number; null for nobody.</param>
/// <param name="serviceLevel">Who waits longer waits too long.</param>
internal sealed class PageSections(Func<string?, string?> nameOf, TimeSpan serviceLevel)
{
    private const int MostCalls = 200;
    private const int MostQueues = 100;
    private const int MostAgents = 300;
    private const int MostGaps = 20;

    /// <summary>The figures of the day.</summary>
    /// <param name="book">The day.</param>
    /// <param name="since">Since when its calls are known; null for its beginning.</param>
    public PageSection Day(DayBook book, DateTimeOffset? since) => Make("day", json =>
    {
        json.WriteString("day", book.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        Write(json, "since", since);
        json.WriteNumber("calls", book.Calls);
        json.WriteNumber("inbound", book.Inbound);
        json.WriteNumber("answered", book.Answered);
        json.WriteNumber("unreached", book.Unreached);
        json.WriteNumber("unknown", book.Inbound - book.Answered - book.Unreached);
        json.WriteNumber("inTime", book.InTime);
        json.WriteNumber("waits", book.Waits);
        json.WriteNumber("level", serviceLevel.TotalSeconds);
        if (book.LongestWait is { } longest)
            json.WriteNumber("longest", (long)longest.TotalSeconds);
    });

    /// <summary>The calls in progress, the oldest first.</summary>
    public PageSection Calls(IReadOnlyCollection<PbxCall> calls, DateTimeOffset now) => Make("calls", json =>
        WriteList(json, [.. calls.OrderBy(c => c.StartedAt)], MostCalls, call =>
        {
            // The platform's clock and ours need not agree.
            var ahead = CallTimes.PlatformNow(call, now) - now;
            WriteParties(json, call);
            json.WriteString("state", call.State.ToString());
            Write(json, "started", call.StartedAt - ahead);
            Write(json, "answered", call.AnsweredAt - ahead);
        }));

    /// <summary>The calls of the day that reached nobody.</summary>
    public PageSection Unreached(DayBook book) => Make("unreached", json => WriteList(json, book.LastUnreached, int.MaxValue, call =>
    {
        WriteParties(json, call);
        json.WriteString("outcome", call.Outcome.ToString());
        Write(json, "started", call.StartedAt);
        if (CallMeter.WaitOf(call) is { } wait)
            json.WriteNumber("waited", (long)wait.TotalSeconds);
    }));

    /// <summary>The queues and who waits in them.</summary>
    public PageSection Queues(IReadOnlyList<PbxQueue> queues) => Make("queues", json =>
    {
        json.WriteNumber("level", serviceLevel.TotalSeconds);
        WriteList(json, queues, MostQueues, queue =>
        {
            json.WriteString("connection", queue.Connection);
            json.WriteString("queue", queue.Queue);
            Write(json, "name", queue.Name);
            if (queue.WaitingCount is { } waiting)
                json.WriteNumber("waiting", waiting);
            if (queue.Waiting.Count > 0)
                Write(json, "longest", queue.Waiting.Min(c => c.EnteredAt + c.Lag));
            if (!queue.IsCounted)
                return;
            json.WriteNumber("talking", queue.Talking);
            json.WriteNumber("answered", queue.Answered);
            json.WriteNumber("lost", queue.Lost);
        });
    });

    /// <summary>The agents of the queues.</summary>
    public static PageSection Agents(IReadOnlyList<PbxQueue> queues) => Make("agents", json =>
        WriteList(json, [.. queues.SelectMany(q => q.Agents.Select(a => (Queue: q, Agent: a)))], MostAgents, row =>
        {
            json.WriteString("connection", row.Queue.Connection);
            json.WriteString("extension", row.Agent.Extension);
            Write(json, "name", row.Agent.Name);
            Write(json, "state", row.Agent.State);
            json.WriteString("queue", row.Queue.Queue);
            Write(json, "queueName", row.Queue.Name);
            Write(json, "since", row.Agent.Since);
        }));

    /// <summary>How all stands, as Test-PbxConnection has it.</summary>
    public static PageSection Health(IReadOnlyList<PbxHealth> health, IReadOnlyList<PbxClient> connections) => Make("health", json => WriteList(json, health, int.MaxValue, item =>
    {
        json.WriteString("kind", item.Kind.ToString());
        json.WriteString("name", item.Name);
        json.WriteBoolean("healthy", item.IsHealthy);
        json.WriteString("reason", item.Reason);
        if (item.Kind != PbxHealthKind.Connection || connections.FirstOrDefault(c => c.Name == item.Name) is not { } connection)
            return;
        json.WriteString("provider", connection.Provider);
        json.WriteString("server", connection.Server);
        json.WriteString("state", connection.State.ToString());
        Write(json, "connected", connection.ConnectedAt);
        Write(json, "heard", connection.LastFrameAt);
        json.WriteNumber("received", connection.Received);
        json.WriteNumber("reconnects", connection.ReconnectCount);
    }));

    /// <summary>When events were missed, the newest first.</summary>
    public static PageSection Gaps(IReadOnlyList<PbxClient> connections) => Make("gaps", json =>
        WriteList(json, [.. connections.SelectMany(c => c.Gaps).OrderByDescending(g => g.From)], MostGaps, gap =>
        {
            json.WriteString("connection", gap.Connection);
            Write(json, "from", gap.From);
            Write(json, "to", gap.To);
            json.WriteString("reason", gap.Reason.ToString());
            json.WriteString("recovery", gap.Recovery.ToString());
            Write(json, "detail", gap.Detail);
        }));

    /// <summary>Why the page cannot be made anew.</summary>
    public static PageSection Fault(string why) => Make("fault", json => Write(json, "why", why));

    private void WriteParties(Utf8JsonWriter json, PbxCall call)
    {
        json.WriteString("connection", call.Connection);
        json.WriteString("id", call.CallId);
        json.WriteString("direction", call.Direction.ToString());
        Write(json, "from", call.From);
        Write(json, "fromName", nameOf(call.From) ?? call.FromName);
        Write(json, "to", call.To);
        Write(json, "extension", call.Extension);
        Write(json, "extensionName", call.ExtensionName);
        Write(json, "queue", call.Queue);
        Write(json, "queueName", call.QueueName);
    }

    private static PageSection Make(string name, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return new PageSection(name, Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteList<T>(Utf8JsonWriter json, IReadOnlyList<T> items, int most, Action<T> write)
    {
        json.WriteNumber("more", Math.Max(0, items.Count - most));
        json.WriteStartArray("rows");
        foreach (var item in items.Take(most))
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, VisibleText.OfValue(text));
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } moment)
            json.WriteNumber(name, moment.ToUnixTimeMilliseconds());
    }
}
