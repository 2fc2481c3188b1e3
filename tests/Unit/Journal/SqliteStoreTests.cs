using System.Text;
using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Journal.Sqlite;
using PbxEvents.Providers.Connection;
using PbxEvents.Tests.Unit.Simulator;

namespace PbxEvents.Tests.Unit.Journal;

/// <summary>The file: what it is, what it is not, and what becomes of it when others or the disk do something to it.</summary>
public sealed class SqliteStoreTests : IDisposable
{
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Only_the_owner_may_read_the_files()
    {
        await using var journal = _folder.Open();
        Assert.True(await KeepAsync(journal, 1));
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(_folder.Target)!));
        var files = Directory.GetFiles(Path.GetDirectoryName(_folder.Target)!);
        Assert.Equal(["journal.db", "journal.db-shm", "journal.db-wal", "journal.db.writer.lock", "journal.db.writer.pid"], files.Select(Path.GetFileName).Order());
        foreach (var file in files)
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("some words, and long enough to be looked at as a database, which they are not; some words, and long enough")]
    [InlineData("x")]
    public void A_file_that_is_something_else_is_refused_and_not_touched(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Target)!);
        File.WriteAllText(_folder.Target, text);
        Assert.Equal(PbxErrorKind.NotAJournal, Refusal().Kind);
        Assert.Equal(PbxErrorKind.NotAJournal, Refusal(o => o with { ReadOnly = true }).Kind);
        Assert.Equal(text, File.ReadAllText(_folder.Target));
        Assert.Equal([_folder.Target], Directory.GetFiles(Path.GetDirectoryName(_folder.Target)!));
    }

    [Fact]
    public void A_database_of_another_program_is_refused_and_not_touched()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Target)!);
        File.WriteAllBytes(_folder.Target, []);
        using (var other = Database.Open(_folder.Target, isReadOnly: false))
            other.Execute("create table mine(x); insert into mine values(1)");
        var before = File.ReadAllBytes(_folder.Target);
        Assert.Equal(PbxErrorKind.NotAJournal, Refusal().Kind);
        Assert.Equal(before, File.ReadAllBytes(_folder.Target));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(99, false)]
    public async Task A_journal_of_a_newer_version_is_only_read_and_only_if_it_says_that_it_may_be(int minReader, bool mayBeRead)
    {
        await _folder.FillAsync(3);
        using (var newer = Database.Open(_folder.Target, isReadOnly: false))
            newer.Execute($"update journal set min_reader={minReader}; alter table event add column more text; pragma user_version={Upgrades.All.Count + 1};");
        var refusal = Refusal();
        Assert.Equal(PbxErrorKind.JournalTooNew, refusal.Kind);
        Assert.Equal(mayBeRead, refusal.Advice.Contains("ReadOnly", StringComparison.Ordinal));
        if (!mayBeRead)
        {
            Assert.Equal(PbxErrorKind.JournalTooNew, Refusal(o => o with { ReadOnly = true }).Kind);
            return;
        }
        await using var journal = _folder.Open(o => o with { ReadOnly = true });
        Assert.Equal(3, journal.Read(EventQuery.Everything).Count());
    }

    [Fact]
    public async Task An_older_journal_is_brought_forward_all_of_it_or_nothing()
    {
        await _folder.FillAsync(3);
        var options = new JournalOptions { Path = _folder.Target };
        string[] broken = [.. Upgrades.All, "alter table event add column more text; create table nonsense("];
        Assert.Equal(PbxErrorKind.JournalFailed, Assert.Throws<PbxException>(() => SqliteFile.Run(_folder.Target, () => SqliteStore.Open(options, broken))).Kind);
        await using (var same = _folder.Open())
            Assert.Equal(3, same.Events);

        string[] steps = [.. Upgrades.All, "alter table event add column more text;"];
        using (var store = SqliteStore.Open(options, steps))
            Assert.Equal(3, store.Newest);
        Assert.Equal(steps.Length, SqliteFile.FormOf(_folder.Target));
    }

    [Fact]
    public async Task A_file_that_is_damaged_when_it_is_opened_is_kept_beside_and_the_new_one_begins_with_a_gap()
    {
        await _folder.FillAsync(2000);
        Damage();
        await using var journal = _folder.Open();
        if (journal.Problem is null)
        {
            // Damage in a place that opening does not read shows itself at the first write or read.
            Assert.Equal(PbxErrorKind.JournalDamaged, Assert.Throws<PbxException>(() => journal.Read(EventQuery.Everything).Count()).Kind);
            return;
        }
        Assert.Equal(PbxErrorKind.JournalDamaged, journal.Problem.Kind);
        Assert.True(await KeepAsync(journal, 1));
        var read = journal.Read(EventQuery.Everything).ToArray();
        Assert.Equal(PbxGapReason.JournalLost, read[0].Gap!.Reason);
        Assert.Equal(2, read.Length);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_folder.Target)!, "*.damaged"));
    }

    [Fact]
    public async Task A_file_that_is_damaged_while_it_is_open_is_kept_beside_and_nothing_that_comes_is_lost()
    {
        await _folder.FillAsync(2000);
        var warnings = new List<PbxException>();
        await using var journal = _folder.Open();
        var log = new EventLog(10_000);
        var kept = journal.Keep(JournalFolder.Stream(log, warn: warnings.Add));
        Damage();
        for (var i = 1; i <= 3000; i++)
        {
            log.Append(JournalFolder.Make(i));
            if (i % 500 == 0)
                await kept.KeptAsync(i, CancellationToken.None).InTime();
        }
        Assert.True(await kept.KeptAsync(3000, CancellationToken.None).InTime());
        var told = Assert.Single(warnings);
        Assert.Equal(PbxErrorKind.JournalDamaged, told.Kind);
        var aside = Assert.Single(Directory.GetFiles(Path.GetDirectoryName(_folder.Target)!, "*.damaged"));
        Assert.Contains(aside, told.Message, StringComparison.Ordinal);
        var read = journal.Read(EventQuery.Everything).ToArray();
        Assert.Equal(PbxGapReason.JournalLost, read[0].Gap!.Reason);
        Assert.Equal(Enumerable.Range(3000 - read.Length + 2, read.Length - 1).Select(i => $"id{i}"), read.Skip(1).Select(e => e.Id));
    }

    [Fact]
    public async Task A_file_that_is_taken_away_while_it_is_open_is_begun_anew_with_a_gap()
    {
        var warnings = new List<PbxException>();
        await using var journal = _folder.Open();
        var log = new EventLog(10_000);
        var kept = journal.Keep(JournalFolder.Stream(log, warn: warnings.Add));
        log.Append(JournalFolder.Make(1));
        Assert.True(await kept.KeptAsync(1, CancellationToken.None).InTime());
        if (OperatingSystem.IsWindows())
            return;
        File.Delete(_folder.Target);
        await Task.Delay(1200);
        log.Append(JournalFolder.Make(2));
        Assert.True(await kept.KeptAsync(2, CancellationToken.None).InTime());
        Assert.Equal(["JournalLost", "id2"], journal.Read(EventQuery.Everything).Select(e => e.Gap?.Reason.ToString() ?? e.Id));
        Assert.Single(warnings);
    }

    [Fact]
    public async Task Two_openings_of_one_file_are_refused_by_name_and_reading_beside_is_not()
    {
        await _folder.FillAsync(5);
        await using var first = _folder.Open();
        var refusal = Refusal();
        Assert.Equal(PbxErrorKind.JournalInUse, refusal.Kind);
        Assert.Contains($"this process ({Environment.ProcessId})", refusal.Message, StringComparison.Ordinal);
        await using (var reader = _folder.Open(o => o with { ReadOnly = true }))
        {
            Assert.Equal(5, reader.Events);
            Assert.Equal(PbxErrorKind.JournalReadOnly, Assert.Throws<PbxException>(() => reader.Keep(JournalFolder.Stream(new EventLog(1)))).Kind);
            Assert.True(await KeepAsync(first, 2));
            Assert.Equal(7, reader.Read(EventQuery.Everything).Count());
        }
        Assert.True(await KeepAsync(first, 1));
    }

    [Fact]
    public void A_network_disk_is_refused_and_so_are_a_folder_and_a_file_that_is_not_there()
    {
        Assert.Equal(PbxErrorKind.NotSupported, Refusal(o => o with { DriveTypeOf = _ => DriveType.Network }).Kind);
        Assert.False(Directory.Exists(Path.GetDirectoryName(_folder.Target)));
        var elsewhere = $"/pbxevents-{Guid.NewGuid():N}";
        Assert.Equal(PbxErrorKind.NotSupported, Assert.Throws<PbxException>(() => JournalFile.PrepareFolder(new JournalOptions { Path = $"/{elsewhere}/share/j.db", ReadOnly = false, DriveTypeOf = _ => DriveType.Fixed })).Kind);
        Assert.False(Directory.Exists(elsewhere), "A folder was made for a file that may not be there.");
        Assert.Equal(PbxErrorKind.JournalFailed, Refusal(o => o with { Path = Path.GetTempPath() }).Kind);
        Assert.Equal(PbxErrorKind.JournalFailed, Refusal(o => o with { ReadOnly = true }).Kind);
    }

    [Theory]
    [InlineData("'; drop table event; --")]
    [InlineData("ü 漢 🙂 ?a=b#c %20.db")]
    [InlineData("../../up")]
    public async Task Names_may_hold_anything(string name)
    {
        var file = Path.Combine(Path.GetDirectoryName(_folder.Target)!, name.Replace('/', '_'));
        await using var journal = _folder.Open(o => o with { Path = file });
        var log = new EventLog(10);
        var kept = journal.Keep(JournalFolder.Stream(log, name));
        log.Append(new PbxEvent { Name = name, CallId = name, Id = name });
        Assert.True(await kept.KeptAsync(1, CancellationToken.None).InTime());
        var read = Assert.Single(journal.Read(new EventQuery(CallIds: [name])));
        Assert.Equal((name, name, name), (read.Connection, read.Name, read.CallId));
        Assert.Empty(journal.Read(new EventQuery(CallIds: ["other"])));
        var state = journal.StatePathOf(name);
        Assert.Equal(Path.GetDirectoryName(file), Path.GetDirectoryName(state));
        Assert.NotEqual(state, journal.StatePathOf(name + "2"));
    }

    [Fact]
    public async Task Old_events_are_dropped_in_small_steps_and_no_number_comes_twice()
    {
        using (var store = SqliteStoreOf())
        {
            store.Append([.. Enumerable.Range(1, 2500).Select(i => Record(i, i))]);
            Assert.Equal(1000, store.Trim(2001, long.MaxValue));
            Assert.Equal(1000, store.Trim(2001, long.MaxValue));
            Assert.Equal(0, store.Trim(2001, long.MaxValue));
            Assert.Equal(499, store.Trim(long.MaxValue, long.MaxValue));
            Assert.Equal(0, store.Trim(long.MaxValue, long.MaxValue));
            store.Append([Record(2501, 1)]);
        }
        using (var again = SqliteStoreOf())
            Assert.Equal(2501, again.Newest);
        await using var journal = _folder.Open(o => o with { ReadOnly = true });
        Assert.Equal(2, journal.Events);
    }

    [Fact]
    public void What_is_too_much_for_the_size_is_dropped_and_the_file_does_not_grow_on()
    {
        using var store = SqliteStoreOf();
        var payload = new byte[1000];
        var dropped = 0;
        for (var group = 0; group < 40; group++)
        {
            store.Append([.. Enumerable.Range(0, 500).Select(i => Record(store.Newest + 1 + i, 1, payload))]);
            dropped += store.Trim(0, 5_000_000);
        }
        Assert.InRange(dropped, 14_000, 19_900);
        Assert.InRange(new FileInfo(_folder.Target).Length, 1_000_000, 8_000_000);
    }

    [Fact]
    public void A_full_disk_damages_nothing_and_when_there_is_room_again_it_goes_on()
    {
        using var store = (SqliteStore)SqliteStoreOf();
        store.Append([Record(1, 1)]);
        store.Execute("pragma max_page_count=20");
        var full = Assert.Throws<PbxException>(() => store.Append([.. Enumerable.Range(2, 500).Select(i => Record(i, 1, new byte[500]))]));
        Assert.Equal(PbxErrorKind.JournalFull, full.Kind);
        Assert.False(full.IsPermanent);
        Assert.Equal(1, store.Newest);
        store.Execute("pragma max_page_count=100000");
        store.Append([.. Enumerable.Range(2, 500).Select(i => Record(i, 1, new byte[500]))]);
        Assert.True(store.IsWhole());
        Assert.Equal(501, store.Newest);
    }

    [Fact]
    public void A_reaction_that_cannot_be_opened_holds_nothing_open()
    {
        using (var store = (SqliteStore)SqliteStoreOf())
        {
            store.Execute("drop table work");
            Assert.Throws<PbxException>(() => new SqliteStoreFactory().OpenReaction(_folder.Target, new ReactionOptions { Name = "one" }, 0));
        }

        // The last one that closes the file takes it away.
        Assert.False(File.Exists(_folder.Target + "-wal"));
    }

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR_WRITE, 122, PbxErrorKind.JournalFull)]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR_SHMSIZE, 28, PbxErrorKind.JournalFull)]
    [InlineData(SQLitePCL.raw.SQLITE_IOERR_READ, 5, PbxErrorKind.JournalFailed)]
    [InlineData(SQLitePCL.raw.SQLITE_CANTOPEN, 13, PbxErrorKind.JournalReadOnly)]
    [InlineData(SQLitePCL.raw.SQLITE_CANTOPEN, 2, PbxErrorKind.JournalFailed)]
    [InlineData(SQLitePCL.raw.SQLITE_READONLY, 0, PbxErrorKind.JournalReadOnly)]
    public void What_the_system_says_of_a_file_decides_what_a_person_is_told(int code, int systemCode, PbxErrorKind kind)
    {
        // The numbers are those of Linux.
        if (!OperatingSystem.IsLinux())
            return;
        var fault = new SqliteException(code, "words", systemCode).ToFault("journal.db");
        Assert.Equal((kind, "journal.db", kind == PbxErrorKind.JournalReadOnly), (fault.Kind, fault.Target, fault.IsPermanent));
    }

    [Fact]
    public async Task A_file_cut_off_anywhere_has_all_that_was_kept_before_the_cut_and_goes_on()
    {
        // What a killed machine leaves: the file beside the journal ends, or is nonsense, at any byte.
        var random = new Random(18);
        var (copy, ends) = (Path.Combine(Path.GetDirectoryName(_folder.Target)!, "copy.db"), new List<long>());
        byte[] main, wal;
        using (var store = SqliteStoreOf())
        {
            for (var i = 1; i <= 60; i++)
            {
                store.Append([Record(i, i, new byte[random.Next(3000)])]);
                ends.Add(new FileInfo(_folder.Target + "-wal").Length);
            }
            (main, wal) = (ReadShared(_folder.Target), ReadShared(_folder.Target + "-wal"));
        }
        for (var round = 0; round < 150; round++)
        {
            var cut = random.Next(wal.Length);
            File.WriteAllBytes(copy, main);
            var left = wal[..(round % 2 == 0 ? cut : wal.Length)];
            if (round % 2 == 1)
                random.NextBytes(left.AsSpan(cut, Math.Min(512, left.Length - cut)));
            File.WriteAllBytes(copy + "-wal", left);
            File.Delete(copy + "-shm");
            var whole = ends.Count(e => e <= cut);
            using (var store = SqliteStore.Open(new JournalOptions { Path = copy }, Upgrades.All))
            {
                Assert.InRange(store.Newest, whole, 60);
                store.Append([Record(store.Newest + 1, 1)]);
                Assert.True(store.IsWhole());
            }
            await using var journal = EventJournal.Open(new JournalOptions { Path = copy, ReadOnly = true }, new SqliteStoreFactory());
            Assert.Equal(Enumerable.Range(1, (int)journal.Events).Select(i => $"id{i}"), journal.Read(EventQuery.Everything).Select(e => e.Id));
        }
    }

    [Fact]
    public async Task A_file_that_a_process_left_in_the_middle_of_a_checkpoint_is_whole()
    {
        // They are of now: old ones would be dropped as soon as the journal is open.
        var (copy, now) = (Path.Combine(Path.GetDirectoryName(_folder.Target)!, "copy.db"), DateTime.UtcNow.Ticks);
        using (var store = SqliteStoreOf())
        {
            for (var i = 1; i <= 60; i++)
                store.Append([Record(i, now + i, new byte[3000])]);
            File.WriteAllBytes(copy, ReadShared(_folder.Target));
            File.WriteAllBytes(copy + "-wal", ReadShared(_folder.Target + "-wal"));
        }

        // The first page has come over already, and says that there are pages which have not.
        using (var half = File.OpenWrite(copy))
            half.Write(File.ReadAllBytes(_folder.Target).AsSpan(0, 4096));
        await using var journal = _folder.Open(o => o with { Path = copy });
        Assert.Null(journal.Problem);
        Assert.Equal(60, journal.Events);
    }

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static async Task<bool> KeepAsync(EventJournal journal, int events)
    {
        var log = new EventLog(100);
        for (var i = 1; i <= events; i++)
            log.Append(JournalFolder.Make(i));
        return await journal.Keep(JournalFolder.Stream(log)).KeptAsync(events, CancellationToken.None).InTime();
    }

    private static EventRecord Record(long seq, long received, byte[]? raw = null) => new() { Seq = seq, Run = 1, EventId = $"id{seq}", Received = received, Time = received, Raw = raw };

    private IJournalStore SqliteStoreOf()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Target)!);
        using (File.Open(_folder.Target, FileMode.OpenOrCreate))
            return SqliteStore.Open(new JournalOptions { Path = _folder.Target }, Upgrades.All);
    }

    private PbxException Refusal(Func<JournalOptions, JournalOptions>? with = null) => Assert.Throws<PbxException>(() => _folder.Open(with));

    private void Damage()
    {
        using var file = new FileStream(_folder.Target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var nonsense = Encoding.ASCII.GetBytes(new string('#', 4096));
        for (var page = 1; page < file.Length / 4096; page++)
        {
            file.Position = page * 4096L;
            file.Write(nonsense);
        }
    }
}
