using System.Globalization;
using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>The head of a live view: a title with the time, then a line for each connection with its state and its gaps.</summary>
/// <param name="glyphs">The signs.</param>
internal sealed class ConnectionHeader(Glyphs glyphs)
{
    /// <summary>More connections than this are counted, not listed; the ones in trouble are listed first.</summary>
    private const int MaxListed = 4;

    /// <summary>The lines.</summary>
    public IEnumerable<LiveLine> Render(string title, IReadOnlyList<PbxConnection> connections, int width, DateTimeOffset now)
    {
        var clock = now.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var first = new LiveLine().At(0, new LiveText(DisplayText.Fit(title, width, glyphs.Ellipsis), Tone.Strong));
        if (first.End + 2 + clock.Length <= width)
            first.At(width - clock.Length, new LiveText(clock, Tone.Dim));
        yield return first;

        var listed = connections.Count <= MaxListed
            ? connections
            : connections.OrderBy(c => c.State == PbxConnectionState.Connected).Take(MaxListed - 1).ToArray();
        foreach (var connection in listed)
        {
            yield return Describe(connection, width, now);
            if (connection.State is PbxConnectionState.Reconnecting or PbxConnectionState.Faulted && connection.LastError is { } why)
                yield return Indented(DisplayText.Clean(why.Message), Tone.Warning, width);
        }
        if (listed.Count < connections.Count)
            yield return Indented($"and {connections.Count - listed.Count} more connections", Tone.Dim, width);
    }

    private LiveLine Describe(PbxConnection connection, int width, DateTimeOffset now)
    {
        var state = connection.State;
        var line = new LiveLine().At(0, new LiveText(glyphs.Link, Tones.Of(state)));
        var word = state.ToString();
        var nameRoom = Math.Max(4, width - 2 - 2 - word.Length);
        line.At(2, new LiveText(DisplayText.Fit(DisplayText.Clean(connection.Name), nameRoom, glyphs.Ellipsis), Tone.Strong));
        line.TryAppend(new LiveText(word, Tones.Of(state)), width);
        if (connection.ConnectedAt is { } since)
            line.TryAppend(new LiveText($"for {TimeText.About(now - since)}", Tone.Dim), width, 1);
        else if (state == PbxConnectionState.Reconnecting && connection.LastFrameAt is { } last)
            line.TryAppend(new LiveText($"heard last {TimeText.Ago(now - last)}", Tone.Warning), width, 1);
        if (connection.Gaps is { Count: > 0 } gaps)
            AppendGaps(line, gaps, width);
        var failures = connection.Subscriptions.Sum(s => s.Failures);
        if (failures > 0)
            line.TryAppend(new LiveText($"{failures} failed actions", Tone.Warning), width);
        line.TryAppend(new LiveText($"{connection.Provider} {DisplayText.Clean(connection.Server)}", Tone.Dim), width);
        line.TryAppend(new LiveText($"{connection.Received} events", Tone.Dim), width);
        return line;
    }

    private static void AppendGaps(LiveLine line, IReadOnlyList<PbxGap> gaps, int width)
    {
        var last = gaps[^1];
        var tone = gaps.All(g => g.Recovery == PbxGapRecovery.Recovered) ? Tone.Dim : Tone.Warning;
        var count = gaps.Count == 1 ? "1 gap" : $"{gaps.Count} gaps";
        var at = last.From.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var whole = $"{count}, last at {at} for {TimeText.About(last.Duration)}: {last.Recovery}";
        if (!line.TryAppend(new LiveText(whole, tone), width))
            line.TryAppend(new LiveText(count, tone), width);
    }

    private LiveLine Indented(string text, Tone tone, int width) =>
        new LiveLine().At(2, new LiveText(DisplayText.Fit(text, width - 2, glyphs.Ellipsis), tone));
}
