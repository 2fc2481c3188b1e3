using PbxEvents.Providers;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>What a client has told.</summary>
internal static class ClientEvents
{
    /// <summary>Everything that is in its log.</summary>
    public static IReadOnlyList<PbxEvent> Of(PbxClient client)
    {
        var all = new List<PbxEvent>();
        var cursor = client.Events.OpenCursor(0);
        while (cursor.TryRead(out var found, out var gap))
        {
            Assert.True(gap is null, "The test's own buffer is too small.");
            all.Add(found!);
        }
        return all;
    }

    /// <summary>The ends of calls that were told as news.</summary>
    public static IReadOnlyList<PbxEvent> Ended(PbxClient client) => [.. Of(client).Where(IsEnd)];

    /// <summary>True for the end of a call that is told as news.</summary>
    public static bool IsEnd(PbxEvent e) => e is { IsCallNews: true, CallState: PbxCallState.Ended };

    /// <summary>Everything of a call that outcomes.md has a column for, a part each.</summary>
    public static IReadOnlyList<string> PartsOf(PbxCall call)
    {
        var legs = call.Legs.Where(l => l is { Role: PbxLegRole.Callee, Extension: not null }).Select(l => $"{l.Extension} {l.Outcome}").Distinct().Order();
        return
        [
            $"{call.Outcome} ", $"{call.Direction} ", $"from {call.From} {call.FromName}", $"to {call.To}", $"at {call.Extension}", $"by {call.AnsweredBy}",
            $"queue {call.Queue}", $"legs {string.Join(", ", legs)}", $"message {call.VoicemailId}",
        ];
    }

    /// <summary>The parts in one text, but for the message, which few records name.</summary>
    public static string Show(PbxCall call) => string.Join("; ", PartsOf(call).SkipLast(1));
}
