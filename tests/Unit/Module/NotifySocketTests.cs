using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PbxEvents.Module.Service;

namespace PbxEvents.Tests.Unit.Module;

public sealed class NotifySocketTests
{
    [Theory(DisplayName = "tells whoever listens, at a file and at an abstract name")]
    [InlineData(false)]
    [InlineData(true)]
    public void Tells(bool isAbstract)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var name = Path.Combine(Path.GetTempPath(), $"pbx-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        listener.ReceiveTimeout = 10_000;
        listener.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{name}" : name));
        try
        {
            using var socket = NotifySocket.Open(v => v == "NOTIFY_SOCKET" ? (isAbstract ? $"@{name}" : name) : null)!;
            Assert.Null(socket.WatchdogInterval);
            socket.Send("READY=1\nSTATUS=ü");
            var buffer = new byte[100];
            Assert.Equal("READY=1\nSTATUS=ü", Encoding.UTF8.GetString(buffer, 0, listener.Receive(buffer)));
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact(DisplayName = "is not there when nobody asks, and does not mind when nobody listens")]
    public void Nobody()
    {
        Assert.Null(NotifySocket.Open(_ => null));
        using var socket = NotifySocket.Open(v => v == "NOTIFY_SOCKET" ? $"@{Guid.NewGuid():N}" : null)!;
        socket.Send("READY=1");
    }

    [Fact(DisplayName = "feeds the watchdog three times in its time, and not one that is another process's")]
    public void Watchdog()
    {
        Assert.Equal(TimeSpan.FromSeconds(20), Interval(Environment.ProcessId));
        Assert.Null(Interval(Environment.ProcessId + 1));

        static TimeSpan? Interval(int process)
        {
            using var socket = NotifySocket.Open(v => v switch
            {
                "NOTIFY_SOCKET" => "@x",
                "WATCHDOG_USEC" => "60000000",
                "WATCHDOG_PID" => process.ToString(CultureInfo.InvariantCulture),
                _ => null,
            })!;
            return socket.WatchdogInterval;
        }
    }
}
