using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>
/// Fills the <see cref="NameBook"/> beside the loop: a moment after the connection was ready, again each hour, and soon after an event that
/// says that something was renamed. Nothing ever waits for it. Loop only, but for the reading itself.
/// </summary>
internal sealed class NameKeeper : IDisposable
{
    /// <summary>Subscriptions go first, and a script that only asks something and ends costs the platform nothing.</summary>
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Hourly = TimeSpan.FromHours(1);

    /// <summary>Changes come in bursts: a reading takes them all.</summary>
    private static readonly TimeSpan AfterChange = TimeSpan.FromSeconds(5);

    /// <summary>Between two readings, however many changes are told; after one that failed it doubles each time, up to an hour.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    private readonly ConnectionSupervisor _connection;
    private readonly DirectoryReader? _reader;
    private readonly SessionTimer _timer;
    private readonly HashSet<DirectoryList> _refused = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _reading = Task.CompletedTask;
    private bool _isBegun;
    private bool _isReading;
    private bool _hasChanged;
    private bool _hasFailed;
    private TimeSpan _pause = Least;
    private DateTimeOffset _readAt;

    public NameKeeper(ConnectionSupervisor connection)
    {
        _connection = connection;
        _reader = connection.Driver.Directory;
        _timer = connection.Timers.New(Read);
    }

    /// <summary>The connection is ready.</summary>
    public void Begin()
    {
        if (!_connection.Options.NoEvents)
            Ask();
    }

    /// <summary>Somebody wants names. Nothing happens when they are read already.</summary>
    public void Ask()
    {
        if (_isBegun || _reader is null || _connection.IsOver)
            return;
        _isBegun = true;
        _timer.Set(First);
    }

    /// <summary>An event told a change of the PBX's settings.</summary>
    public void Changed(PbxEvent pbxEvent)
    {
        if (!_isBegun || _hasChanged || !_reader!.IsChange(pbxEvent))
            return;
        _hasChanged = true;
        SetAfterChange();
    }

    private void SetAfterChange()
    {
        if (_isReading || _readAt == default)
            return;
        var wait = _readAt + _pause - _connection.Pipeline.Now;
        _timer.Set(wait > AfterChange ? wait : AfterChange);
    }

    private void Read()
    {
        if (_connection.IsOver || _isReading)
            return;
        if (!_connection.Links.IsReady && !_connection.Options.NoEvents)
        {
            // Who cannot be reached is not asked either.
            _timer.Set(Least);
            return;
        }
        var lists = _reader!.Lists.Where(l => !_refused.Contains(l)).ToArray();
        if (lists.Length == 0)
            return;
        _isReading = true;
        _hasChanged = _hasFailed = false;
        _reading = Task.Run(() => ReadAsync(lists));
    }

    private async Task ReadAsync(DirectoryList[] lists)
    {
        foreach (var list in lists)
        {
            try
            {
                var names = await ReadAsync(list).ConfigureAwait(false);
                _connection.Post(() => _connection.Pipeline.Names.Replace(list.Kind, names));
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                var fault = e as PbxException ?? Faults.Unexpected($"asking for {list.What}", e);
                _connection.Post(() => Failed(list, fault));
            }
        }
        _connection.Post(Done);
    }

    private async Task<Dictionary<string, DirectoryName>> ReadAsync(DirectoryList list)
    {
        var names = new Dictionary<string, DirectoryName>(StringComparer.Ordinal);
        await foreach (var page in list.ReadAsync(_stopping.Token).ConfigureAwait(false))
        {
            foreach (var name in page)
            {
                if (names.Count == NameBook.MaxNames && !names.ContainsKey(name.Key))
                {
                    _connection.Activity.Write($"{_connection.Driver.Server} has more than {NameBook.MaxNames} of {list.What}; the rest is ignored.");
                    return names;
                }
                names[name.Key] = name;
            }
        }
        return names;
    }

    private void Failed(DirectoryList list, PbxException fault)
    {
        _connection.Activity.Write($"Continuing without {list.What}: {fault.Message} {fault.Advice}");
        if (fault.IsPermanent)
        {
            _refused.Add(list);
            return;
        }
        _hasFailed = true;
        if (fault.RetryAfter > _pause)
            _pause = fault.RetryAfter.Value;
    }

    private void Done()
    {
        _isReading = false;
        _readAt = _connection.Pipeline.Now;
        if (_connection.IsOver)
            return;
        var pause = _hasFailed && _pause < Hourly ? _pause : Hourly;
        _pause = _hasFailed ? pause * 2 : Least;
        if (_hasChanged && !_hasFailed)
            SetAfterChange();
        else
            _timer.Set(pause);
    }

    /// <summary>Ends what runs beside the loop.</summary>
    /// <returns>When nothing runs any more.</returns>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>After <see cref="StopAsync"/>.</summary>
    public void Dispose() => _stopping.Dispose();
}
