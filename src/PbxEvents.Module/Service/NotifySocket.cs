using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PbxEvents.Module.Service;

/// <summary>
/// What systemd hears of a unit of the type notify: datagrams to the socket that <c>NOTIFY_SOCKET</c> names. Any thread. A datagram that does not
/// arrive is no fault of the listener's; then the watchdog says so.
/// </summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _end;

    private NotifySocket(string address)
    {
        // A name that begins with @ is an abstract one, which has no file.
        _end = new UnixDomainSocketEndPoint(address[0] == '@' ? '\0' + address[1..] : address);
        _socket.Blocking = false;
    }

    /// <summary>How often the watchdog wants to be fed; null when there is none.</summary>
    public TimeSpan? WatchdogInterval { get; private init; }

    /// <summary>Opens it; null when nobody listens.</summary>
    public static NotifySocket? Open() => OperatingSystem.IsWindows() ? null : Open(Environment.GetEnvironmentVariable);

    /// <summary>Opens it; null when nobody listens.</summary>
    /// <param name="variable">Gives the process's variables.</param>
    internal static NotifySocket? Open(Func<string, string?> variable)
    {
        if (variable("NOTIFY_SOCKET") is not { Length: > 1 } address)
            return null;
        var isOurs = variable("WATCHDOG_PID") is not { Length: > 0 } process || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return new NotifySocket(address)
        {
            // A third of the time after which it bites: one that comes late does no harm.
            WatchdogInterval = isOurs && long.TryParse(variable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
                ? TimeSpan.FromMicroseconds(microseconds / 3.0) : null,
        };
    }

    /// <summary>Tells something.</summary>
    public void Send(string text)
    {
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(text), _end);
        }
        catch (SocketException)
        {
            // Nobody is there, or it is busy.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
