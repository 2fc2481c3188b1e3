using System.Text;
using PbxEvents.Journal;
using PbxEvents.Journal.Postgres;
using PbxEvents.Tests.Unit.Simulator;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Postgres;

/// <summary>Which of several listeners has a connection, and what the next one gets of it.</summary>
public sealed class StandbyTests(SharedServer shared) : IClassFixture<SharedServer>, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-standby-").FullName;
    private readonly List<IAsyncDisposable> _all = [];
    private string _database = "";
    private long _kept, _sent;

    public async Task InitializeAsync()
    {
        _database = await shared.Server.MakeDatabaseAsync();
        Factory("left").Prepare(new JournalOptions { Path = "" });
    }

    public async Task DisposeAsync()
    {
        foreach (var one in _all)
            await one.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task One_has_it_and_the_next_gets_the_last_state_when_it_is_given_back()
    {
        var (left, right) = (Make("left"), Make("right"));
        await left.TakeAsync(_ => { }, CancellationToken.None).InTime();
        Write("left", "first");
        var told = new List<string>();
        var taking = right.TakeAsync(told.Add, CancellationToken.None);
        await Until.TrueAsync(() => told.Count > 0);
        Assert.Contains(PostgresDatabase.ProcessName, Assert.Single(told), StringComparison.Ordinal);
        Assert.False(taking.IsCompleted);

        // Of another name is another one.
        await Make("right", "other").TakeAsync(_ => { }, CancellationToken.None).InTime();
        Write("left", "last");
        await left.DisposeAsync();
        await taking.InTime();
        Assert.Equal("last", Read("right"));
        Assert.False(left.Lost.IsCompleted || right.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_state_is_not_taken_over_before_what_it_says_was_told_is_in_the_database()
    {
        var (left, right) = (Make("left"), Make("right"));
        await left.TakeAsync(_ => { }, CancellationToken.None).InTime();
        Write("left", "sent");
        await Until.TrueAsync(() => Stored() == "sent");
        (_kept, _sent) = (10, 9);
        Write("left", "early");
        await Task.Delay(1500);
        Assert.Equal("sent", Stored());
        _sent = 10;
        await Until.TrueAsync(() => Stored() == "early");
        await left.DisposeAsync();
        await right.TakeAsync(_ => { }, CancellationToken.None).InTime();
        Assert.Equal("early", Read("right"));
    }

    [Fact]
    public async Task A_restart_of_the_server_does_not_change_who_has_it()
    {
        var (left, right) = (Make("left"), Make("right"));
        await left.TakeAsync(_ => { }, CancellationToken.None).InTime();
        using var stop = new CancellationTokenSource();
        var taking = right.TakeAsync(_ => { }, stop.Token);
        for (var i = 0; i < 2; i++)
        {
            await shared.Server.KillAsync();
            await Task.Delay(500);
            await shared.Server.StartAsync();
            await Task.Delay(4000);
        }
        Assert.False(left.Lost.IsCompleted);
        Assert.False(taking.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
    }

    [Fact]
    public async Task Who_was_cut_off_for_longer_than_the_other_is_told_that_it_has_it_no_more()
    {
        var user = $"user_{Guid.NewGuid():N}";
        await shared.Server.ExecuteAsync("postgres", $"create user {user} password 'word' superuser");
        var (left, right) = (Make("left", user: user), Make("right"));
        await left.TakeAsync(_ => { }, CancellationToken.None).InTime();
        var taking = right.TakeAsync(_ => { }, CancellationToken.None);
        await shared.Server.ExecuteAsync("postgres", $"alter user {user} nologin");
        await shared.Server.ExecuteAsync("postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{user}'");
        await taking.InTime();
        await shared.Server.ExecuteAsync("postgres", $"alter user {user} login");
        var lost = await left.Lost.InTime();
        Assert.Equal((PbxErrorKind.TakenOver, true), (lost.Kind, lost.IsPermanent));
        Assert.False(right.Lost.IsCompleted);
    }

    private IStandby Make(string machine, string connection = "office", string? user = null)
    {
        var standby = Factory(machine, user).StandBy(connection, () => _kept, () => _sent);
        _all.Add(standby);
        return standby;
    }

    private ISharedStoreFactory Factory(string machine, string? user = null)
    {
        var server = SharedServer.At(shared.Server, _database) with { Folder = Path.Combine(_folder, machine) };
        return new PostgresServers().Of(user is null ? server : server with { User = user, Password = new Secret("word") });
    }

    private string PathOf(string machine) => Factory(machine).Ground.StatePathOf("office");

    private void Write(string machine, string state) => File.WriteAllText(PathOf(machine), state);

    private string Read(string machine) => File.ReadAllText(PathOf(machine));

    private string? Stored() =>
        Task.Run(() => shared.Server.AskAsync(_database, "select content from pbxevents.state")).GetAwaiter().GetResult() is byte[] content ? Encoding.UTF8.GetString(content) : null;
}
