using PbxEvents.Module.Reading;
using PbxEvents.Module.Watching;

namespace PbxEvents.Module.Commands;

/// <content>What the watching cmdlets do with a terminal.</content>
public abstract partial class ReadingCmdlet
{
    /// <summary>Changes are shown at once, but a storm of events must not make the screen flicker.</summary>
    private const int ShortestMilliseconds = 100;

    /// <summary>True when a live view may take the screen.</summary>
    private protected bool CanDraw => LiveHost.CanDraw(Host, MyInvocation);

    private static Task Never { get; } = new TaskCompletionSource().Task;

    /// <summary>
    /// Shows a live view until the user or the time ends it, or no connection can bring anything any more. Actions and
    /// PowerShell's own events go on meanwhile.
    /// </summary>
    /// <param name="view">What to show.</param>
    /// <param name="interval">The longest time between two pages, in seconds: times tick.</param>
    /// <param name="deadline">When to end.</param>
    private protected void Show(ILiveView view, double interval, Deadline deadline)
    {
        var stream = new EventStream(Clients.Select(c => (c, c.Events.OpenCursor(c.Events.Head))).ToArray());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        using (var terminal = new LiveTerminal(LiveHost.WantsColours(SessionState.PSVariable.GetValue("PSStyle"))))
        {
            try
            {
                Draw(terminal);
            }
            finally
            {
                end.Cancel();
            }
        }

        void Draw(LiveTerminal terminal)
        {
            var size = default(LiveSize);
            var drawnAt = 0L;
            var hasNews = true;
            var more = stream.WaitAsync(end.Token);
            while (!stream.IsComplete && !deadline.IsOver)
            {
                if (more.IsCompleted)
                {
                    while (stream.TryRead(out _, out _))
                        hasNews = true;
                    more = stream.WaitAsync(end.Token);
                }
                var age = Environment.TickCount64 - drawnAt;
                if (size != LiveTerminal.Size || age >= interval * 1000 || (hasNews && age >= ShortestMilliseconds))
                {
                    size = LiveTerminal.Size;
                    terminal.Draw(view.Render(size, DateTimeOffset.UtcNow));
                    drawnAt = Environment.TickCount64;
                    hasNews = false;
                }
                if (LiveTerminal.ReadKey() is { Key: ConsoleKey.Q })
                    return;

                // While news wait for their page, further news need not wake anybody.
                if (WaitOnce(hasNews ? Never : more, Timeout.InfiniteTimeSpan))
                    GiveTurn();
            }
        }
    }
}
