using System.Globalization;
using System.Management.Automation;
using PbxEvents.Module.Commands;
using PbxEvents.Module.Connections;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Service;

/// <summary>
/// The log of a listener: what its connections do (their activity, which -Verbose shows too), what fails in its actions, and after a quiet hour
/// that it is quiet. A line is time, level, source and what happened. Any thread. That a line could not be written ends nothing; it is told
/// with the next one.
/// </summary>
internal sealed class ServiceLog : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Quiet = TimeSpan.FromHours(1);

    private readonly ILogSink _sink;
    private readonly Func<string> _describe;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly object _gate = new();
    private readonly List<FollowedClient> _followed = [];
    private DateTimeOffset _lastAt;
    private long _leftOut;
    private bool _isOver;

    /// <param name="sink">Where the lines go. It ends with this.</param>
    /// <param name="describe">How all stands, in one line.</param>
    /// <param name="clock">The clock.</param>
    internal ServiceLog(ILogSink sink, Func<string> describe, TimeProvider clock)
    {
        (_sink, _describe, _clock, _lastAt) = (sink, describe, clock, clock.GetLocalNow());
        _timer = clock.CreateTimer(_ => Drain(), null, Interval, Interval);
    }

    /// <summary>Opens the log of a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="sink">Where the lines go. It ends with the log.</param>
    public static ServiceLog Of(ModuleState session, ILogSink sink)
    {
        var log = new ServiceLog(sink, () => ListenerState.Of(session).ToString(), TimeProvider.System);
        foreach (var client in session.Connections)
            log.Follow(client);
        return log;
    }

    /// <summary>Writes what a connection does, from its beginning on.</summary>
    public void Follow(PbxClient client)
    {
        lock (_gate)
        {
            if (!_followed.Exists(f => ReferenceEquals(f.Client, client)))
                _followed.Add(new FollowedClient(client));
        }
    }

    /// <summary>Writes something that belongs to no connection.</summary>
    public void Write(ActivityLevel level, string text)
    {
        lock (_gate)
        {
            DrainFollowed();
            Write(_clock.GetLocalNow(), level, null, text);
        }
    }

    /// <summary>Writes what actions have left to be shown.</summary>
    /// <returns>False for output, which is not the log's.</returns>
    public bool Take(object item)
    {
        switch (item is PSObject wrapped ? wrapped.BaseObject : item)
        {
            case FailedTry failed:
                Write(failed.Due is null ? ActivityLevel.Error : ActivityLevel.Warning, WithPlace(ModuleErrors.TryFailed(failed).ToString(), failed.Failure.Stack));
                return true;
            case ErrorRecord error:
                Write(ActivityLevel.Error, Describe(error));
                return true;
            case PbxException error:
                Write(ActivityLevel.Error, error.Message);
                return true;
            case PbxGap gap:
                Write(ActivityLevel.Warning, ReadingCmdlet.Describe(gap));
                return true;
            case WarningRecord warning:
                Write(ActivityLevel.Warning, warning.Message);
                return true;
            case InformationRecord information:
                Write(ActivityLevel.Information, $"{information}");
                return true;
            default:
                return false;
        }
    }

    /// <summary>An error in one line: what it says, what to do, and where in a script it happened.</summary>
    public static string Describe(ErrorRecord error)
    {
        var text = $"{error} {error.ErrorDetails?.RecommendedAction}".Trim();
        return error.FullyQualifiedErrorId.StartsWith(nameof(SR.ActionFailed), StringComparison.Ordinal) ? text : WithPlace(text, error.ScriptStackTrace);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            DrainFollowed();
            _isOver = true;
            _sink.Dispose();
        }
    }

    /// <summary>The first line of a stack that stands in a file is the one that a person looks for.</summary>
    private static string WithPlace(string text, string? stack) =>
        stack?.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.Length > 0) is { } place ? $"{text} ({place})" : text;

    private void Drain()
    {
        if (!Monitor.TryEnter(_gate))
            return;
        try
        {
            DrainFollowed();
            if (_clock.GetLocalNow() - _lastAt >= Quiet)
                Write(_clock.GetLocalNow(), ActivityLevel.Information, null, $"No news for an hour. {_describe()}");
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    private void DrainFollowed()
    {
        foreach (var followed in _followed)
        {
            foreach (var line in followed.Read())
                Write(line.Time, line.Level, followed.Client.Name, line.Text);
        }
        _followed.RemoveAll(f => f is { IsRead: true, Client.State: PbxConnectionState.Disconnected or PbxConnectionState.Faulted });
    }

    private void Write(DateTimeOffset time, ActivityLevel level, string? source, string text)
    {
        _lastAt = _clock.GetLocalNow();
        if (_isOver)
            return;
        try
        {
            if (_leftOut > 0)
                _sink.Write(ActivityLevel.Warning, Format(_lastAt, ActivityLevel.Warning, null, $"{_leftOut} lines before this one could not be written."));
            _leftOut = 0;
            _sink.Write(level, Format(time, level, source, text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            _leftOut++;
        }
    }

    private static string Format(DateTimeOffset time, ActivityLevel level, string? source, string text) => string.Create(
        CultureInfo.InvariantCulture,
        $"{time.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff} {(level == ActivityLevel.Information ? "info" : level == ActivityLevel.Warning ? "warning" : "error"),-7} {(source is null ? "" : $"{source}: ")}{VisibleText.OfMessage(text).ReplaceLineEndings(" ")}");

    /// <summary>A place in a connection's activity.</summary>
    private sealed class FollowedClient(PbxClient client)
    {
        private long _position;

        public PbxClient Client => client;

        /// <summary>True when the last look found nothing.</summary>
        public bool IsRead { get; private set; }

        public IReadOnlyList<ActivityLine> Read()
        {
            var lines = client.Activity.Read(ref _position);
            IsRead = lines.Count == 0;
            return lines;
        }
    }
}
