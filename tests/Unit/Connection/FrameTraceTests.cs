using System.Text;
using System.Text.Json;
using PbxEvents.Providers.Connection;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Connection;

public sealed class FrameTraceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-trace").FullName;

    private static PbxConnectOptions Options => new() { Provider = "Fake", Password = new Secret("pa\"ss") };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Records_frames_in_order_without_any_secret_for_its_owner_only()
    {
        var path = Path.Combine(_folder, "trace.jsonl");
        await using (var trace = FrameTrace.Open(path, new SecretMask(Options), TimeProvider.System))
        {
            trace.Remark(1, "open wss://a.test/");
            trace.Record(1, "out", FrameKind.Text, """["authenticate",{"token":"T-1","client":"x"}]"""u8.ToArray(), -1);
            trace.Record(1, "out", FrameKind.Text, Encoding.UTF8.GetBytes("""{"pw":"pa\"ss"}"""), 7);
            trace.Record(1, "in", FrameKind.Text, """[{"wsc":{"token":"W-1","sequence":2}}]"""u8.ToArray(), -1);
            trace.Record(1, "in", FrameKind.Binary, new byte[] { 1, 2, 3 }, -1);
        }
        var lines = File.ReadAllLines(path).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(
            [
                "open wss://a.test/",
                """["authenticate",{"token":"********","client":"x"}]""",
                """{"pw":"********"}""",
                """[{"wsc":{"token":"********","sequence":2}}]""",
                "AQID",
            ],
            lines.Select(l => l.GetProperty("frame").GetString()));
        Assert.Equal(["note", "out", "out", "in", "in"], lines.Select(l => l.GetProperty("way").GetString()));
        Assert.Equal(7, lines[2].GetProperty("ack").GetInt32());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_a_clear_error()
    {
        var error = Assert.Throws<PbxException>(() =>
            FrameTrace.Open(Path.Combine(_folder, "no-such-folder", "t.jsonl"), new SecretMask(Options), TimeProvider.System));
        Assert.Equal((PbxErrorKind.InvalidOption, "-TracePath"), (error.Kind, error.Target));
    }
}
