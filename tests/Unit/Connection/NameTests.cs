using System.Text.Json;
using PbxEvents.Providers;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Connection.Keeping;
using PbxEvents.Providers.Contracts;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>Names of extensions and queues: when they are read, where they appear, what wins. The clock is the test's.</summary>
public sealed class NameTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeDirectory _directory = new();
    private readonly FakeLinks _links = new();
    private PbxClient _client = null!;
    private EventCursor _cursor = null!;
    private FakeLink _link = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }

    [Fact]
    public async Task Names_are_on_events_calls_legs_and_queues_once_the_directory_was_read_and_an_ended_call_keeps_them()
    {
        await ConnectAsync();
        var before = await SayAsync("call c1 Ringing");
        Assert.Null(before.ExtensionName);
        Assert.Null(before.Call!.ExtensionName);

        await ReadNamesAsync();
        var after = await SayAsync("call c1 Answered");
        Assert.Equal(("Ann", "Ann", "Ann"), (after.ExtensionName, after.Call!.ExtensionName, after.Call.Legs[0].ExtensionName));
        Assert.Null(before.Call.ExtensionName);

        _directory.Extensions = [new DirectoryName("1001", "Bob")];
        await SayAsync("config renamed");

        // Again and again: the wait may begin behind the first.
        await Until.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            return Names().Contains("Bob");
        });
        var end = await SayAsync("call c1 Ended");
        Assert.Equal("Ann", end.Call!.ExtensionName);
        Assert.Equal("Ann", (await SayAsync("call c1 Ended")).Call!.ExtensionName);
        Assert.Equal("Bob", (await SayAsync("call c2 Ringing")).Call!.ExtensionName);

        Assert.Equal("Sales", (await SayAsync("queue 4020")).QueueName);
        Assert.Equal("Sales", Assert.Single(_client.GetQueues()).Name);
    }

    [Fact]
    public async Task A_name_in_the_event_wins()
    {
        await ConnectAsync();
        await ReadNamesAsync();
        Assert.Equal("Told", (await SayAsync("queue 4020 Told")).QueueName);
        Assert.Equal("Told", Assert.Single(_client.GetQueues()).Name);
    }

    [Fact]
    public void A_name_that_an_event_tells_of_a_leg_wins_and_stays()
    {
        var names = new NameBook();
        names.Replace(DirectoryKind.Extension, new() { ["1001"] = new("1001", "Ann") });
        names.Replace(DirectoryKind.Queue, new() { ["4020"] = new("4020", "Sales") });
        var tracker = new CallTracker("c", "Test", 1000, names);
        var call = Apply(PbxCallState.Ringing, "Ann of the desk", "Told");
        Assert.Equal(("Ann of the desk", "Told"), (call.ExtensionName, call.QueueName));
        call = Apply(PbxCallState.Answered, null, null);
        Assert.Equal(("Ann of the desk", "Ann of the desk", "Told"), (call.ExtensionName, call.Legs[0].ExtensionName, call.QueueName));

        PbxCall Apply(PbxCallState state, string? name, string? queueName)
        {
            var update = new CallUpdate().Reset("c1");
            update.Queue = "4020";
            update.Add(new LegUpdate("l", PbxLegRole.Callee, state) { Extension = "1001", ExtensionName = name });
            var told = new PbxEvent { Queue = "4020", QueueName = queueName };
            tracker.Apply(told, update);
            return told.Call!;
        }
    }

    [Fact]
    public void A_call_that_goes_on_keeps_its_names_from_process_to_process_also_without_a_directory()
    {
        var before = new CallTracker("c", "Fake", 10, new NameBook());
        var update = new CallUpdate().Reset("c1");
        update.Queue = "4020";
        update.Add(new LegUpdate("l", PbxLegRole.Callee, PbxCallState.Ringing) { Extension = "1001", ExtensionName = "Ann" });
        before.Apply(new PbxEvent { Queue = "4020", QueueName = "Sales" }, update);
        var kept = JsonSerializer.Serialize(before.KeepOpen());
        var next = new CallTracker("c", "Fake", 10, new NameBook());
        next.Restore(new KeptState
        {
            Provider = "Fake",
            Server = "s",
            Account = "a",
            WholeUntil = default,
            SeenUntil = default,
            Told = [],
            Open = JsonSerializer.Deserialize<KeptCall[]>(kept)!,
            Keys = new Dictionary<string, string>(),
        });
        var call = next.Find("c1")!;
        Assert.Equal(("Ann", "Ann", "Sales"), (call.ExtensionName, call.Legs[0].ExtensionName, call.QueueName));
    }

    [Fact]
    public void A_party_who_must_not_be_shown_has_no_name()
    {
        var names = new NameBook();
        names.Replace(DirectoryKind.Extension, new() { ["1001"] = new("1001", "Ann") });
        var update = new CallUpdate().Reset("c1");
        update.HidesFrom = true;
        update.Add(new LegUpdate("l", PbxLegRole.Caller, PbxCallState.Offered) { Extension = "1001" });
        var told = new PbxEvent { Extension = "1001" };
        new CallTracker("c", "Test", 1000, names).Apply(told, update);
        Assert.Equal((null, null, null), (told.Call!.ExtensionName, told.Call.Legs[0].ExtensionName, told.ExtensionName));
    }

    [Fact]
    public async Task The_directory_is_read_a_moment_after_connecting_then_hourly_and_not_again_for_a_new_link()
    {
        await ConnectAsync();
        Assert.Equal(0, _directory.ExtensionsAsked);
        await ReadNamesAsync();
        await _link.LoseAsync(new PbxException(PbxErrorKind.LinkLost, "the cable", "plug it in"));
        await _cursor.ReadUntilAsync("Reconnecting");

        // Step by step: the pause may begin behind the first.
        var next = _links.NextAsync();
        await Until.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return next.IsCompleted;
        });
        _link = await next;
        await _link.ReceiveAsync("ready");
        await _cursor.ReadUntilAsync("Connected");
        _clock.Advance(TimeSpan.FromMinutes(50));
        await SayAsync("config other");
        Assert.Equal((1, 1), (_directory.ExtensionsAsked, _directory.QueuesAsked));
        _clock.Advance(TimeSpan.FromMinutes(10));
        await Until.TrueAsync(() => _directory.QueuesAsked == 2);
        Assert.Equal(2, _directory.ExtensionsAsked);
    }

    [Fact]
    public async Task A_burst_of_changes_is_one_reading_and_two_readings_are_a_minute_apart()
    {
        await ConnectAsync();
        await ReadNamesAsync();
        for (var i = 0; i < 50; i++)
            await SayAsync("config renamed");
        _clock.Advance(TimeSpan.FromSeconds(59));
        await SayAsync("event quiet");
        Assert.Equal(1, _directory.ExtensionsAsked);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => _directory.QueuesAsked == 2);
        await SettleAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        await SayAsync("config renamed");
        Assert.Equal(2, _directory.ExtensionsAsked);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Until.TrueAsync(() => _directory.QueuesAsked == 3);
    }

    [Fact]
    public async Task A_right_that_is_missing_is_told_once_and_never_asked_for_again_and_the_other_list_goes_on()
    {
        _directory.ExtensionFault = new PbxException(PbxErrorKind.PermissionDenied, "no right", "ask the boss") { IsPermanent = true };
        await ConnectAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => _client.GetNames(DirectoryKind.Queue).Count == 1);
        for (var i = 2; i < 5; i++)
        {
            await SettleAsync();
            _clock.Advance(TimeSpan.FromHours(1));
            await Until.TrueAsync(() => _directory.QueuesAsked == i);
        }
        await SettleAsync();
        Assert.Equal(1, _directory.ExtensionsAsked);
        Assert.Single(Activity(), "Continuing without the names of extensions: no right ask the boss");
        Assert.Equal(PbxConnectionState.Connected, _client.State);
        Assert.Null(_client.LastError);
    }

    [Fact]
    public async Task A_reading_that_fails_leaves_the_names_of_before()
    {
        await ConnectAsync();
        await ReadNamesAsync();
        _directory.ExtensionFault = new PbxException(PbxErrorKind.ServerError, "down", "wait");
        _directory.Queues = [new DirectoryName("4021", "Service")];
        _clock.Advance(TimeSpan.FromHours(1));
        await Until.TrueAsync(() => _client.GetNames(DirectoryKind.Queue).Any(n => n.Name == "Service"));
        Assert.Equal(["Ann"], Names());
        Assert.Null((await SayAsync("queue 4020")).QueueName);
        await SettleAsync();
        _directory.ExtensionFault = null;
        _directory.Extensions = [new DirectoryName("1001", "Bob")];
        _clock.Advance(TimeSpan.FromHours(1));
        await Until.TrueAsync(() => Names().Contains("Bob"));
    }

    [Fact]
    public async Task Nothing_waits_for_a_directory_that_does_not_answer()
    {
        _directory.Gate = new TaskCompletionSource().Task;
        await ConnectAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => _directory.ExtensionsAsked == 1);
        Assert.Null((await SayAsync("call c1 Ringing")).Call!.ExtensionName);
        await _client.DisconnectAsync(CancellationToken.None).WaitAsync(Limit);
    }

    [Fact]
    public async Task Ten_thousand_extensions_are_kept_and_a_directory_without_end_is_cut_and_told()
    {
        var made = 0;
        _directory.Extensions = Enumerable.Range(0, int.MaxValue).Select(i => new DirectoryName($"{100_000 + made++}", $"Name {i}"));
        await ConnectAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => Names().Count > 0);
        Assert.Equal(NameBook.MaxNames, Names().Count);
        Assert.InRange(NameBook.MaxNames, 10_000, made);
        Assert.InRange(made, NameBook.MaxNames, NameBook.MaxNames + 200);
        Assert.Single(Activity(), t => t.Contains("more than 20000 of the names of extensions", StringComparison.Ordinal));
        var name = new DirectoryName("1", new string('x', 100_000)).Name;
        Assert.Equal(200, name.Length);
    }

    [Fact]
    public async Task Without_events_none_are_read_until_somebody_asks()
    {
        var platform = new FakePlatform { Records = new FakeRecords(), Directory = _directory };
        _client = PbxClient.Start(Options() with { NoEvents = true }, platform, _links, new FakeHttp(_ => new HttpAnswer(200, default)));
        await _client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit);
        _clock.Advance(TimeSpan.FromHours(3));
        await Task.Delay(100);
        Assert.Equal(0, _directory.ExtensionsAsked);
        Assert.Empty(Names());
        await Until.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return Names().Count > 0;
        });
    }

    private PbxConnectOptions Options() => new() { Provider = "Fake", Name = "c", Transport = new TransportOptions { Clock = _clock } };

    private async Task ConnectAsync()
    {
        var platform = new FakePlatform { Directory = _directory };
        _client = PbxClient.Start(Options(), platform, _links, new FakeHttp(_ => new HttpAnswer(200, default)));
        _link = await _links.NextAsync();
        await _link.ReceiveAsync("ready");
        await _client.WaitUntilConnectedAsync(CancellationToken.None).WaitAsync(Limit);
        _cursor = _client.Events.OpenCursor(0);
        await _cursor.ReadUntilAsync("Connected");
    }

    private async Task ReadNamesAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => Names().Count > 0 && _client.GetNames(DirectoryKind.Queue).Count > 0);
        await SettleAsync();
    }

    /// <summary>Waits until the next reading is planned.</summary>
    private async Task SettleAsync()
    {
        await Task.Delay(50);
        await SayAsync("event settled");
    }

    private IReadOnlyList<string> Names() => [.. _client.GetNames(DirectoryKind.Extension).Select(n => n.Name)];

    private List<string> Activity()
    {
        var position = 0L;
        return [.. _client.Activity.Read(ref position).Select(l => l.Text)];
    }

    /// <summary>Lets the platform say a word; the event that it becomes.</summary>
    private async Task<PbxEvent> SayAsync(string word)
    {
        await _link.ReceiveAsync(word);
        using var limit = new CancellationTokenSource(Limit);
        while (await _cursor.WaitAsync(limit.Token))
        {
            if (_cursor.TryRead(out var e, out _))
                return e!;
        }
        throw new InvalidOperationException("The stream ended.");
    }
}
