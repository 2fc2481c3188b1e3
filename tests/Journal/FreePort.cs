using System.Net;
using System.Net.Sockets;

namespace PbxEvents.Tests.Journal;

/// <summary>A port of loopback that nobody has at this moment.</summary>
internal static class FreePort
{
    /// <summary>Finds one.</summary>
    public static int Find()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
