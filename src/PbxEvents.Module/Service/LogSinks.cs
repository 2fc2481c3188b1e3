using System.Diagnostics;
using System.Globalization;
using System.Text;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Module.Service;

/// <summary>Where the lines of a log go. One thread at a time.</summary>
internal interface ILogSink : IDisposable
{
    /// <summary>Writes a line.</summary>
    /// <param name="level">How bad it is.</param>
    /// <param name="line">The line, with its time.</param>
    /// <exception cref="IOException">It was not taken.</exception>
    void Write(ActivityLevel level, string line);
}

/// <summary>A file that rotates: five of 10 MB, so that a year does not fill the disk.</summary>
internal sealed class FileSink(string path) : ILogSink
{
    private const long MaxBytes = 10_000_000;
    private const int MaxFiles = 5;

    private readonly RotatingFile _file = new(path, MaxBytes, MaxFiles);

    public void Write(ActivityLevel level, string line)
    {
        _file.WriteLine(line);
        _file.Flush();
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>The standard output of a unit, as journald reads it: the priority in front of the line.</summary>
internal sealed class StandardOutputSink : ILogSink
{
    private readonly Stream _output = Console.OpenStandardOutput();

    public void Write(ActivityLevel level, string line)
    {
        var priority = level switch { ActivityLevel.Error => 3, ActivityLevel.Warning => 4, _ => 6 };
        _output.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"<{priority}>{line}\n")));
        _output.Flush();
    }

    public void Dispose() => _output.Dispose();
}

/// <summary>The event log of Windows, under the source that Install-PbxService makes.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("windows")]
internal sealed class EventLogSink : ILogSink
{
    private readonly System.Diagnostics.EventLog _log = new("Application", ".", TaskServices.EventSource);

    public void Write(ActivityLevel level, string line) => _log.WriteEntry(line, level switch
    {
        ActivityLevel.Error => EventLogEntryType.Error,
        ActivityLevel.Warning => EventLogEntryType.Warning,
        _ => EventLogEntryType.Information,
    });

    public void Dispose() => _log.Dispose();
}
