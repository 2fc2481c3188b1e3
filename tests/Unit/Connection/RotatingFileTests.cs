using PbxEvents.Providers.Connection.Keeping;

namespace PbxEvents.Tests.Unit.Connection;

public sealed class RotatingFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-rotating").FullName;

    private string Target => Path.Combine(_folder, "log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(DisplayName = "keeps so many files of so many bytes, the newest without a number, all for their owner only")]
    public void Rotates()
    {
        using (var file = new RotatingFile(Target, maxBytes: 100, maxFiles: 3))
        {
            for (var i = 0; i < 1000; i++)
                file.WriteLine($"line {i:0000}");
        }
        string[] names = [Target, Target + ".1", Target + ".2"];
        Assert.Equal(names.Order(), Directory.GetFiles(_folder).Order());
        Assert.All(names, n => Assert.InRange(new FileInfo(n).Length, 1, 100));
        var lines = names.Reverse().SelectMany(File.ReadAllLines).ToArray();
        Assert.Equal(Enumerable.Range(1000 - lines.Length, lines.Length).Select(i => $"line {i:0000}"), lines);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var name in names)
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(name));
        }
    }

    [Fact(DisplayName = "goes on with the file of the process before, and can be read meanwhile")]
    public void GoesOn()
    {
        using (var first = new RotatingFile(Target, 1000, 2))
            first.WriteLine("first");
        using var second = new RotatingFile(Target, 1000, 2);
        second.WriteLine("second");
        second.Flush();
        using var reader = new StreamReader(new FileStream(Target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal(["first", "second"], reader.ReadToEnd().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact(DisplayName = "writes on when it cannot rotate")]
    public void CannotRotate()
    {
        Directory.CreateDirectory(Target + ".1");
        File.WriteAllText(Path.Combine(Target + ".1", "held"), "");
        using (var file = new RotatingFile(Target, 20, 2))
        {
            for (var i = 0; i < 10; i++)
                file.WriteLine($"line {i:0000}");
        }
        Assert.Equal(10, File.ReadAllLines(Target).Length);
    }
}
