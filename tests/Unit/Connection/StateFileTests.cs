using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Tests.Unit.Connection;

/// <summary>The file itself: whole, its owner's alone, one process's at a time.</summary>
public sealed class StateFileTests : IDisposable
{
    private static readonly DateTimeOffset Moment = new(2030, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-state").FullName;

    public static TheoryData<string> Damaged =>
    [
        "", "{", "[]", "null", "{}", """{"version":"1"}""", """{"version":1}""",
        """{"version":1,"provider":"a","server":"b","account":"c","wholeUntil":"2030-01-01","seenUntil":"2030-01-01","told":null,"open":[],"keys":{}}""",
        """{"version":1,"provider":"a","server":"b","account":"c","wholeUntil":"2030-01-01","seenUntil":"2030-01-01","told":[null],"open":[],"keys":{}}""",
        """{"version":1,"provider":"a","server":"b","account":"c","wholeUntil":"2030-01-01","seenUntil":"2030-01-01","told":[],"open":[{"callId":"x","legs":null}],"keys":{}}""",
        """{"version":1,"provider":"a","server":"b","account":"c","wholeUntil":"yesterday","seenUntil":"2030-01-01","told":[],"open":[],"keys":{}}""",
    ];

    private string Target => Path.Combine(_folder, "state.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_read_again_and_only_the_owner_may_read_it()
    {
        var state = Sample() with
        {
            Told = [new ToldCall("c1", Moment)],
            Open =
            [
                new KeptCall
                {
                    CallId = "c2", Direction = PbxDirection.Inbound, From = "+12025550100", State = PbxCallState.Ringing, StartedAt = Moment, WasWhole = true,
                    Legs = [new KeptLeg { LegId = "l", Role = PbxLegRole.Callee, State = PbxCallState.Ringing, Extension = "1001" }],
                },
            ],
            Keys = new Dictionary<string, string> { ["k"] = "v" },
        };
        using (var file = StateFile.Open(Target))
        {
            file.Write(state);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target + ".lock"));
            }
        }
        var read = Read(out var problem)!;
        Assert.Null(problem);
        Assert.Equivalent(state, read, strict: true);
        Assert.Equal(["state.json", "state.json.lock"], Names());
    }

    [Fact]
    public void A_state_that_cannot_be_written_leaves_the_old_one_whole()
    {
        using var file = StateFile.Open(Target);
        file.Write(Sample() with { Account = "old" });
        Directory.CreateDirectory(Target + ".tmp");
        Assert.ThrowsAny<Exception>(() => file.Write(Sample() with { Account = "new" }));
        Assert.Equal("old", file.Read(out _)!.Account);
        Directory.Delete(Target + ".tmp");
        file.Write(Sample() with { Account = "new" });
        Assert.Equal("new", file.Read(out _)!.Account);
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_no_hindrance()
    {
        File.WriteAllText(Target + ".tmp", "{\"vers");
        using var file = StateFile.Open(Target);
        Assert.Null(file.Read(out var problem));
        Assert.Null(problem);
        file.Write(Sample());
        Assert.Equal(["state.json", "state.json.lock", "state.json.pid"], Names());
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_file_is_named_and_kept_beside(string text)
    {
        File.WriteAllText(Target, text);
        Assert.Null(Read(out var problem));
        Assert.Contains(Target + ".damaged", problem!.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(Target + ".damaged"));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public void A_file_of_a_newer_version_is_named_and_kept_beside()
    {
        File.WriteAllText(Target, """{"version":2,"anything":"else"}""");
        Assert.Null(Read(out var problem));
        Assert.Contains("newer version of PbxEvents (format 2)", problem!.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Target + ".newer"));
    }

    [Fact]
    public void A_second_user_is_refused_by_the_process_that_holds_it_until_that_lets_go()
    {
        using (StateFile.Open(Target))
        {
            var refusal = Assert.Throws<PbxException>(() => StateFile.Open(Target));
            Assert.Equal((PbxErrorKind.StateInUse, true), (refusal.Kind, refusal.IsPermanent));
            Assert.Contains($"({Environment.ProcessId})", refusal.Message, StringComparison.Ordinal);
        }
        StateFile.Open(Target).Dispose();
    }

    [Fact]
    public void A_lock_that_nobody_holds_any_more_is_taken_over()
    {
        File.WriteAllText(Target + ".lock", "");
        File.WriteAllText(Target + ".pid", "123456789");
        using (StateFile.Open(Target))
        {
            Assert.Contains($"({Environment.ProcessId})", Assert.Throws<PbxException>(() => StateFile.Open(Target)).Message, StringComparison.Ordinal);
            File.WriteAllText(Target + ".pid", "123456789");
            Assert.Contains("process 123456789", Assert.Throws<PbxException>(() => StateFile.Open(Target)).Message, StringComparison.Ordinal);
        }
        Assert.Equal(["state.json.lock"], Names());
    }

    [Theory]
    [InlineData("no-such-folder/state.json", "does not exist")]
    [InlineData("taken", "is a folder")]
    [InlineData("locked", "cannot be used")]
    public void A_path_that_cannot_be_used_is_a_clear_error(string path, string words)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "taken"));
        Directory.CreateDirectory(Path.Combine(_folder, "locked.lock"));
        var error = Assert.Throws<PbxException>(() => StateFile.Open(Path.Combine(_folder, path)));
        Assert.Equal((PbxErrorKind.InvalidOption, "-StatePath"), (error.Kind, error.Target));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    private static KeptState Sample() => new()
    {
        Provider = "Fake",
        Server = "a.test",
        Account = "alice",
        WholeUntil = Moment,
        SeenUntil = Moment,
        Told = [],
        Open = [],
        Keys = new Dictionary<string, string>(),
    };

    private KeptState? Read(out PbxException? problem)
    {
        using var file = StateFile.Open(Target);
        return file.Read(out problem);
    }

    private IEnumerable<string> Names() => Directory.GetFileSystemEntries(_folder).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal);
}
