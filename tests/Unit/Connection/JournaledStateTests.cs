using PbxEvents.Providers;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>The state of a connection with a journal: it never says more than the journal has.</summary>
public sealed class JournaledStateTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-journaled").FullName;
    private readonly SlowJournal _journal;
    private readonly FakeLinks _links = new();
    private readonly ManualTimeProvider _clock = new();
    private PbxClient? _client;

    public JournaledStateTests() => _journal = new SlowJournal(Path.Combine(_folder, "one.state"));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _journal.Let(long.MaxValue);
        if (_client is not null)
            await _client.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Is_kept_beside_the_journal_and_tells_a_call_only_when_the_journal_has_its_end()
    {
        var link = await ConnectAsync();
        _journal.Let(_client!.Events.Head);
        await Until.TrueAsync(() => File.Exists(_journal.State));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        await link.ReceiveAsync("call c1 Ringing");
        await link.ReceiveAsync("call c1 Ended");
        await Until.TrueAsync(() => _journal.Asked >= _client.Events.Head);

        // It is gathered, and waits for the journal.
        await Task.Delay(200);
        Assert.DoesNotContain("c1", await File.ReadAllTextAsync(_journal.State), StringComparison.Ordinal);
        _journal.Let(_client.Events.Head);
        await Until.TrueAsync(() => File.ReadAllText(_journal.State).Contains("\"c1\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Has_the_next_process_ask_for_what_the_journal_could_not_keep_and_not_for_the_rest()
    {
        var link = await ConnectAsync();
        _journal.Let(long.MaxValue);
        await Until.TrueAsync(() => File.Exists(_journal.State));
        await EndCallAsync(link, "before");
        var from = _clock.GetUtcNow().AddMilliseconds(-50);
        await EndCallAsync(link, "unkept");
        _journal.Unkept = new UnkeptTime(from, _clock.GetUtcNow().AddMilliseconds(-50));
        await EndCallAsync(link, "after");
        await Until.TrueAsync(() => IsTold("after"));
        Assert.True(IsTold("before"));
        Assert.False(IsTold("unkept"));

        // However long it goes on; but not longer than the records reach back.
        for (var i = 1; i <= 4; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(3));
            await EndCallAsync(link, $"more{i}");
        }
        await Until.TrueAsync(() => WholeUntil() == from);
        _clock.Advance(TimeSpan.FromHours(25));
        for (var i = 1; i <= 3; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(3));
            await EndCallAsync(link, $"late{i}");
        }
        await Until.TrueAsync(() => WholeUntil() > from);

        DateTimeOffset WholeUntil()
        {
            using var state = System.Text.Json.JsonDocument.Parse(File.ReadAllText(_journal.State));
            return state.RootElement.GetProperty("wholeUntil").GetDateTimeOffset();
        }

        bool IsTold(string call) => File.ReadAllText(_journal.State).Contains($"\"{call}\"", StringComparison.Ordinal);

        async Task EndCallAsync(FakeLink on, string call)
        {
            on.LastReceivedAt = _clock.GetUtcNow();
            await on.ReceiveAsync($"call {call} Ringing");
            await on.ReceiveAsync($"call {call} Ended");
            await Until.TrueAsync(() => _client!.GetCalls().Any(c => c.CallId == call && c.State == PbxCallState.Ended));
            await Task.Delay(50);
            _clock.Advance(TimeSpan.FromMilliseconds(200));
        }
    }

    [Fact]
    public async Task Goes_on_with_what_the_journal_has_since_but_not_with_what_records_are_not_asked_for_any_more()
    {
        await ConnectAsync();
        _journal.Let(long.MaxValue);
        await Until.TrueAsync(() => File.Exists(_journal.State));
        var first = _clock.GetUtcNow();
        await EndAsync();
        _clock.Advance(TimeSpan.FromHours(2));
        await ConnectAsync();
        Assert.InRange(_journal.ReadFrom!.Value, first.AddSeconds(-5), first);
        await EndAsync();
        _clock.Advance(TimeSpan.FromDays(30));
        await ConnectAsync();
        Assert.InRange(_journal.ReadFrom!.Value, _clock.GetUtcNow().AddHours(-24).AddSeconds(-5), _clock.GetUtcNow().AddHours(-24));

        async Task EndAsync()
        {
            await _client!.DisconnectAsync(CancellationToken.None).InTime();
            await _client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Is_left_as_it_was_when_the_journal_keeps_nothing_more()
    {
        var link = await ConnectAsync();
        _journal.Let(_client!.Events.Head);
        await Until.TrueAsync(() => File.Exists(_journal.State));
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        var before = await File.ReadAllTextAsync(_journal.State);
        _journal.Close();
        await link.ReceiveAsync("call c1 Ringing");
        await link.ReceiveAsync("call c1 Ended");
        await _client.DisconnectAsync(CancellationToken.None).InTime();
        Assert.Equal(before, await File.ReadAllTextAsync(_journal.State));
    }

    private async Task<FakeLink> ConnectAsync()
    {
        var options = new PbxConnectOptions { Provider = "Fake", Name = "one", Transport = new TransportOptions { Clock = _clock } };
        _client = PbxClient.Start(options, new FakePlatform(), _links, new FakeHttp(_ => new HttpAnswer(200, default)), () => 0.5, _journal);
        var link = await _links.NextAsync();
        await link.ReceiveAsync("ready");
        await _client.WaitUntilConnectedAsync(CancellationToken.None).InTime();
        return link;
    }

    /// <summary>Keeps what it is let.</summary>
    private sealed class SlowJournal(string state) : IEventJournal, IEventKeeping
    {
        private readonly object _gate = new();
        private readonly List<(long Sequence, TaskCompletionSource<bool> Waiter)> _waiters = [];
        private long _let;
        private long _asked;
        private bool _isClosed;

        public string State => state;

        /// <summary>The last event that somebody waits for.</summary>
        public long Asked => Volatile.Read(ref _asked);

        public UnkeptTime? Unkept { get; set; }

        /// <summary>Since when events were read.</summary>
        public DateTimeOffset? ReadFrom { get; private set; }

        public string StatePathOf(string connection) => state;

        public IEventKeeping Keep(KeptStream stream) => this;

        public IEnumerable<PbxEvent> ReadSince(string connection, DateTimeOffset since)
        {
            ReadFrom = since;
            return [];
        }

        public Task<bool> KeptAsync(long sequence, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                _asked = Math.Max(_asked, sequence);
                if (sequence <= _let || _isClosed)
                    return Task.FromResult(sequence <= _let);
                var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiters.Add((sequence, waiter));
                return waiter.Task.WaitAsync(cancellationToken);
            }
        }

        public void Let(long sequence)
        {
            lock (_gate)
            {
                _let = sequence;
                _waiters.RemoveAll(w => w.Sequence <= sequence && w.Waiter.TrySetResult(true));
            }
        }

        public void Close()
        {
            lock (_gate)
            {
                _isClosed = true;
                _waiters.ForEach(w => w.Waiter.TrySetResult(false));
            }
        }
    }
}
