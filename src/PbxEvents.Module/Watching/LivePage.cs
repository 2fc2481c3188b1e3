using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>Puts the parts of a live view on a page of the terminal's height.</summary>
internal static class LivePage
{
    private const string Keys = "q or Ctrl+C ends";

    /// <summary>How many lines are left for rows, below the head and the heading and above the foot.</summary>
    public static int RowsLeft(LiveSize size, int head) => Math.Max(0, size.Height - head - 1 - FootLines(size));

    /// <summary>The page.</summary>
    /// <param name="size">The terminal's size.</param>
    /// <param name="head">The head.</param>
    /// <param name="body">The heading and the rows.</param>
    /// <param name="remark">What the foot says beside the keys; null for nothing.</param>
    /// <param name="glyphs">The signs.</param>
    public static IReadOnlyList<LiveLine> Compose(
        LiveSize size, IReadOnlyList<LiveLine> head, IEnumerable<LiveLine> body, string? remark, Glyphs glyphs)
    {
        var foot = FootLines(size);
        var lines = head.Concat(body).Take(size.Height - foot).ToList();
        while (lines.Count < size.Height - Math.Min(foot, 1))
            lines.Add(new LiveLine());
        if (foot > 0)
        {
            var last = new LiveLine().At(0, new LiveText(DisplayText.Fit(Keys, size.Width, glyphs.Ellipsis), Tone.Dim));
            if (remark is not null)
                last.TryAppend(new LiveText(remark, Tone.Warning), size.Width);
            lines.Add(last);
        }
        return lines;
    }

    /// <summary>What stands in the place of rows while there are none.</summary>
    public static LiveLine Nothing(IReadOnlyList<PbxConnection> connections, string quiet, string unsubscribed, int width, Glyphs glyphs)
    {
        var isSubscribed = connections.Any(c => c.Subscriptions.Any(s => s.State == PbxSubscriptionState.Active));
        var text = DisplayText.Fit(isSubscribed ? quiet : unsubscribed, width, glyphs.Ellipsis);
        return new LiveLine().At(0, new LiveText(text, isSubscribed ? Tone.Dim : Tone.Warning));
    }

    /// <summary>The foot is one line, with an empty one above; a very low terminal has none.</summary>
    private static int FootLines(LiveSize size) => size.Height < 6 ? 0 : size.Height < 12 ? 1 : 2;
}
