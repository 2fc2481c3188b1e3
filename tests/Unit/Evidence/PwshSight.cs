using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>What the script in Listener.ps1 saw.</summary>
internal sealed record PwshSight
{
    /// <summary>The events that were raised as engine events, in that order: the whole stream of the connection.</summary>
    public required IReadOnlyList<PbxEvent> Raised { get; init; }

    /// <summary>The stream's numbers of those that the subscription with the action asks for.</summary>
    public required IReadOnlyList<long> Mine { get; init; }

    /// <summary>The stream's numbers of the events that the action ran for, in that order.</summary>
    public required IReadOnlyList<long> Acted { get; init; }

    /// <summary>The same of what Wait-PbxEvent returned; empty when the waits were for nothing.</summary>
    public required IReadOnlyList<long> Waited { get; init; }

    /// <summary>The calls whose end Wait-PbxCall returned.</summary>
    public required IReadOnlyList<string> Calls { get; init; }

    /// <summary>How many milliseconds later than asked each wait for nothing came back.</summary>
    public required IReadOnlyList<double> Late { get; init; }

    /// <summary>The same as the script's own clock says, with what PowerShell does before and after.</summary>
    public required IReadOnlyList<double> SeenLate { get; init; }

    /// <summary>Gaps that a reader of the stream fell into.</summary>
    public required int ReaderGaps { get; init; }

    /// <summary>Actions that threw.</summary>
    public required long Failures { get; init; }

    public required int Reconnects { get; init; }

    public required string State { get; init; }

    public static PwshSight Read(string result, string raised)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(result));
        var root = document.RootElement;
        var lines = File.ReadLines(raised).Select(ReadEvent).ToArray();
        return new PwshSight
        {
            Raised = [.. lines.Select(l => l.Event)],
            Mine = [.. lines.Where(l => l.IsMine).Select(l => l.Event.Sequence)],
            Acted = [.. root.GetProperty(nameof(Acted)).EnumerateArray().Select(n => n.GetInt64())],
            Waited = [.. root.GetProperty(nameof(Waited)).EnumerateArray().Select(n => n.GetInt64())],
            Calls = [.. root.GetProperty(nameof(Calls)).EnumerateArray().Select(n => n.GetString()!)],
            Late = [.. root.GetProperty(nameof(Late)).EnumerateArray().Select(n => n.GetDouble())],
            SeenLate = [.. root.GetProperty(nameof(SeenLate)).EnumerateArray().Select(n => n.GetDouble())],
            ReaderGaps = root.GetProperty(nameof(ReaderGaps)).GetInt32(),
            Failures = root.GetProperty(nameof(Failures)).GetInt64(),
            Reconnects = root.GetProperty(nameof(Reconnects)).GetInt32(),
            State = root.GetProperty(nameof(State)).GetString()!,
        };
    }

    /// <summary>
    /// What is wrong with what the readers had: the engine events have no hole, the action ran for each of its events, once
    /// and in order, the waits returned each, once and in order, and no call ended twice.
    /// </summary>
    /// <param name="waits">True when the waits read as well.</param>
    public IEnumerable<string> FaultsOfReaders(bool waits)
    {
        if (ReaderGaps > 0)
            yield return $"{ReaderGaps} gaps of readers, whose buffer is large enough.";
        if (Failures > 0)
            yield return $"{Failures} actions failed.";
        var numbers = Raised.Select(e => e.Sequence).ToArray();
        if (numbers.Zip(numbers.Skip(1)).FirstOrDefault(p => p.Second != p.First + 1) is { First: > 0 } hole)
            yield return $"As an engine event {hole.Second} came after {hole.First}.";
        if (Difference("The action", Mine, Acted) is { } acted)
            yield return acted;
        if (waits && Difference("Wait-PbxEvent", [.. Raised.Where(e => e.Category == PbxCategory.Call).Select(e => e.Sequence)], Waited) is { } waited)
            yield return waited;
        if (Calls.Count != Calls.Distinct().Count())
            yield return "Wait-PbxCall returned the end of a call twice.";
    }

    private static string? Difference(string reader, IReadOnlyList<long> owed, IReadOnlyList<long> had)
    {
        var at = owed.Zip(had).TakeWhile(p => p.First == p.Second).Count();
        return at == owed.Count && at == had.Count ? null
            : $"{reader} had {had.Count} of {owed.Count} events; at place {at} it had {Text(had, at)} where {Text(owed, at)} was to come.";
    }

    private static string Text(IReadOnlyList<long> numbers, int at) => at < numbers.Count ? numbers[at].ToString(CultureInfo.InvariantCulture) : "nothing";

    private static (PbxEvent Event, bool IsMine) ReadEvent(string line)
    {
        using var document = JsonDocument.Parse(line);
        var e = document.RootElement;
        var read = new PbxEvent
        {
            Sequence = e.GetProperty("Sequence").GetInt64(),
            ReceivedAt = TimeOf(e.GetProperty("Received")),
            Category = Enum.Parse<PbxCategory>(e.GetProperty("Category").GetString()!),
            Name = e.GetProperty("Name").GetString()!,
            CallId = e.GetProperty("CallId").GetString(),
            Synthesized = e.GetProperty("Synthesized").GetBoolean(),
            Payload = e.TryGetProperty("Raw", out var raw) ? Encoding.UTF8.GetBytes(raw.GetString()!) : default,
            Gap = e.TryGetProperty("Gap", out var gap) ? ReadGap(gap) : null,
        };
        return (read, e.GetProperty("IsMine").GetBoolean());
    }

    private static PbxGap ReadGap(JsonElement gap) => new()
    {
        From = TimeOf(gap.GetProperty("From")),
        To = TimeOf(gap.GetProperty("To")),
        Recovery = Enum.Parse<PbxGapRecovery>(gap.GetProperty("Recovery").GetString()!),
        Reason = Enum.Parse<PbxGapReason>(gap.GetProperty("Reason").GetString()!),
        EventsLost = gap.GetProperty("EventsLost") is { ValueKind: JsonValueKind.Number } lost ? lost.GetInt64() : null,
    };

    private static DateTimeOffset TimeOf(JsonElement ticks) => new(ticks.GetInt64(), TimeSpan.Zero);
}
