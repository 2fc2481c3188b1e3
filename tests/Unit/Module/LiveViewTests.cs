using PbxEvents.Module.Views;
using PbxEvents.Module.Watching;

namespace PbxEvents.Tests.Unit.Module;

/// <summary>What stands on the screens of the live views, at every width.</summary>
public sealed class LiveViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static PbxCall Call(string id, PbxCallState state, int secondsAgo, PbxOutcome? outcome = null, string? name = "Ann Caller") => new()
    {
        CallId = id,
        Connection = "office",
        From = "+4512345678",
        FromName = name,
        To = "+4522222222",
        Extension = "1001",
        State = state,
        Outcome = outcome,
        StartedAt = Now.AddSeconds(-secondsAgo),
        AnsweredAt = state is PbxCallState.Answered ? Now.AddSeconds(-secondsAgo + 5) : null,
        EndedAt = outcome is null ? null : Now.AddSeconds(-secondsAgo + 10),
    };

    private static CallView View(params PbxCall[] calls) => new(() => [], () => calls, c => c.FromName, int.MaxValue, Glyphs.Unicode);

    private static string[] Render(ILiveView view, int width, int height = 20) =>
        [.. view.Render(new LiveSize(width, height), Now).Select(l => l.ToString())];

    [Fact]
    public void No_line_is_wider_than_the_screen_and_no_page_higher()
    {
        var calls = Enumerable.Range(0, 30).Select(i => Call($"{i}", (PbxCallState)(i % 6), i, i % 3 == 0 ? PbxOutcome.AnsweredElsewhere : null, "渡辺 さん 👨‍👩‍👧 Ωmega")).ToArray();
        for (var width = 1; width <= 220; width++)
        {
            for (var height = 1; height <= 30; height += 4)
            {
                var lines = Render(View(calls), width, height);
                Assert.True(lines.Length <= height, $"{lines.Length} lines at {width} x {height}");
                Assert.All(lines, l => Assert.True(DisplayText.Width(l) <= width, $"{DisplayText.Width(l)} cells at {width}: {l}"));
            }
        }
    }

    [Theory]
    [InlineData(30, "State From")]
    [InlineData(40, "State From Talk")]
    [InlineData(80, "State From To At Talk Since")]
    public void A_narrow_screen_has_fewer_columns(int width, string titles)
    {
        var heading = Render(View(Call("1", PbxCallState.Ringing, 3)), width).Single(l => l.Contains("State", StringComparison.Ordinal));
        Assert.Equal(titles.Split(' '), heading.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Calls_in_progress_come_first_and_what_was_missed_has_a_sign()
    {
        var lines = Render(View(
            Call("1", PbxCallState.Ended, 60, PbxOutcome.Missed), Call("2", PbxCallState.Ended, 30, PbxOutcome.Answered), Call("3", PbxCallState.Answered, 20)), 100);
        var rows = lines.Where(l => l.Contains("+4512345678", StringComparison.Ordinal)).ToArray();
        Assert.Matches(@"^   Answered .* 0:15 ", rows[0]);
        Assert.Matches(@"^   Answered .* 20 s ago$", rows[1]);
        Assert.Matches(@"^ ! Missed .* 50 s ago$", rows[2]);
    }

    [Fact]
    public void What_changed_is_marked_for_some_seconds()
    {
        var call = Call("1", PbxCallState.Ringing, 3);
        var view = new CallView(() => [], () => [call], c => c.FromName, int.MaxValue, Glyphs.Unicode);
        var size = new LiveSize(100, 20);
        Assert.DoesNotContain(view.Render(size, Now), l => l.ToString().StartsWith('›'));
        call = call with { State = PbxCallState.Answered };
        Assert.Contains(view.Render(size, Now), l => l.ToString().StartsWith('›'));
        Assert.Contains(view.Render(size, Now.AddSeconds(3)), l => l.ToString().StartsWith('›'));
        Assert.DoesNotContain(view.Render(size, Now.AddSeconds(5)), l => l.ToString().StartsWith('›'));
    }

    [Fact]
    public void Times_tick_by_this_clock_also_when_the_platforms_is_wrong()
    {
        var wrong = Now.AddHours(-3);
        var answered = new PbxEvent { Time = wrong, ReceivedAt = Now, IsCallNews = true };
        var call = Call("1", PbxCallState.Answered, 0) with { StartedAt = wrong.AddSeconds(-5), AnsweredAt = wrong, Events = [answered] };
        Assert.Equal(TimeSpan.FromSeconds(7), CallTimes.Talk(call, Now.AddSeconds(7)));
        Assert.Equal(TimeSpan.FromSeconds(7), CallTimes.InState(call, Now.AddSeconds(7)));
    }

    [Fact]
    public void A_text_of_a_stranger_neither_steers_nor_breaks_the_line()
    {
        var line = Render(View(Call("1", PbxCallState.Ringing, 3, name: "a\u001b[2J\rb\u202ec\ud800\u200bd")), 100).Single(l => l.Contains("Ringing", StringComparison.Ordinal));
        Assert.Contains("a␛[2J␍b\uFFFDc\uFFFD\uFFFDd", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
    }

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("渡辺", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("👩‍🚒", 2)]
    [InlineData("✔️", 2)]
    public void Widths_are_those_of_a_terminal(string text, int width) => Assert.Equal(width, DisplayText.Width(text));

    [Theory]
    [InlineData("渡辺さん", 8, "渡辺さん")]
    [InlineData("渡辺さん", 7, "渡辺さ…")]
    [InlineData("渡辺さん", 6, "渡辺…")]
    [InlineData("渡辺さん", 1, "…")]
    [InlineData("abc", 0, "")]
    public void Long_texts_are_cut_by_cells(string text, int width, string fitted) => Assert.Equal(fitted, DisplayText.Fit(text, width, "…"));

    [Fact]
    public void Queues_show_who_waits_too_long_and_leave_out_what_nobody_told()
    {
        var queues = new[]
        {
            new PbxQueue
            {
                Queue = "4020",
                Name = "Sales",
                IsCounted = true,
                Waiting = [new PbxQueueCaller { CallId = "1", From = "+1", EnteredAt = Now.AddSeconds(-75) }, new PbxQueueCaller { CallId = "2", From = "+2", EnteredAt = Now }],
                Agents = [new PbxQueueAgent { Extension = "101", State = "READY", Since = Now.AddMinutes(-3) }],
            },
            new PbxQueue { Queue = "4021" },
        };
        var lines = Render(new QueueView(() => [], () => queues, TimeSpan.FromSeconds(60), Glyphs.Unicode), 100, 24);
        Assert.Contains(lines, l => l.StartsWith(" ! 4020 Sales", StringComparison.Ordinal) && l.Contains("2     1:15", StringComparison.Ordinal) && l.EndsWith("1: 1 READY", StringComparison.Ordinal));
        Assert.Contains(lines, l => l == "   4021");
        Assert.Contains(lines, l => l.StartsWith(" !    1:15  +1", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("      0:00  +2", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("   101", StringComparison.Ordinal) && l.EndsWith("3 min ago", StringComparison.Ordinal));
        for (var width = 1; width < 150; width++)
            Assert.All(Render(new QueueView(() => [], () => queues, TimeSpan.Zero, Glyphs.Ascii), width, 9), l => Assert.True(DisplayText.Width(l) <= width, l));
    }
}
