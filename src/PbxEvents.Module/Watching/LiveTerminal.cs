using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PbxEvents.Module.Views;

namespace PbxEvents.Module.Watching;

/// <summary>
/// The user's terminal while a live view has it: the alternate screen, without a cursor. Disposing gives it back as it was.
/// It is written to directly: a transcript has no use for screens, and PowerShell would strip what moves the cursor when
/// colours are off.
/// </summary>
internal sealed class LiveTerminal : IDisposable
{
    /// <summary>Saves cursor and screen, hides the cursor, and cuts long lines where they would wrap.</summary>
    private const string Enter = "\u001b[?1049h\u001b[?25l\u001b[?7l";

    private const string Leave = "\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l";

    /// <summary>A terminal that knows them shows a frame in one go; others ignore them.</summary>
    private const string BeginFrame = "\u001b[?2026h\u001b[H";

    private const string EndFrame = "\u001b[0m\u001b[?2026l";

    private readonly bool _isColoured;
    private readonly PosixSignalRegistration[] _signals;
    private int _isOpen = 1;

    /// <summary>Takes the screen.</summary>
    /// <param name="isColoured">False leaves the colours out.</param>
    public LiveTerminal(bool isColoured)
    {
        _isColoured = isColoured;

        // A session that is ended from outside must not leave the user's shell without a cursor. Since .NET 10 a signal
        // ends the process without a ProcessExit.
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => GiveBack()),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => GiveBack()),
        ];
        Console.Out.Write(Enter);
    }

    /// <summary>The size at this moment.</summary>
    public static LiveSize Size => new(Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight));

    /// <summary>The signs that this terminal can show.</summary>
    public static Glyphs Glyphs => Console.OutputEncoding.CodePage is 65001 or 1200 ? Glyphs.Unicode : Glyphs.Ascii;

    /// <summary>Shows a page. Every line is written, so whatever else was shown meanwhile is gone.</summary>
    /// <param name="lines">As many lines as the terminal has.</param>
    public void Draw(IReadOnlyList<LiveLine> lines)
    {
        var frame = new StringBuilder(BeginFrame);
        for (var i = 0; i < lines.Count; i++)
        {
            frame.Append(CultureInfo.InvariantCulture, $"\u001b[{i + 1};1H\u001b[2K");
            foreach (var (column, text) in lines[i].Pieces)
            {
                if (column > 0)
                    frame.Append(CultureInfo.InvariantCulture, $"\u001b[{column + 1}G");
                frame.Append(_isColoured ? Tones.Paint(text.Text, text.Tone) : text.Text);
            }
        }
        Console.Out.Write(frame.Append(EndFrame).ToString());
    }

    /// <summary>The next key that was pressed; null when there is none.</summary>
    public static ConsoleKeyInfo? ReadKey() => Console.KeyAvailable ? Console.ReadKey(intercept: true) : null;

    /// <summary>Gives the screen back. Safe to call more than once.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (var signal in _signals)
            signal.Dispose();
        GiveBack();
    }

    private void GiveBack()
    {
        if (Interlocked.Exchange(ref _isOpen, 0) == 0)
            return;
        try
        {
            Console.Out.Write(Leave);
        }
        catch (IOException)
        {
            // The terminal is gone.
        }
    }

    private void OnProcessExit(object? sender, EventArgs e) => GiveBack();
}
