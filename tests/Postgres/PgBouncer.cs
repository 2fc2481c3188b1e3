using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PbxEvents.Tests.Journal;

namespace PbxEvents.Tests.Postgres;

/// <summary>A real PgBouncer before a server, on loopback.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-bouncer").FullName;
    private Process? _process;

    public int Port { get; } = FreePort.Find();

    /// <summary>The program; null where there is none.</summary>
    public static string? Find() => ((string[])["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"]).FirstOrDefault(File.Exists);

    public static async Task<PgBouncer> StartAsync(string program, PostgresServer server, string mode)
    {
        var bouncer = new PgBouncer();
        var users = Path.Combine(bouncer._folder, "users.txt");
        var settings = Path.Combine(bouncer._folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(users, $"\"{PostgresServer.User}\" \"{server.Password}\"\n");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = host=127.0.0.1 port={server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {bouncer.Port}
            unix_socket_dir =
            auth_type = plain
            auth_file = {users}
            pool_mode = {mode}
            """));
        var isRoot = Environment.IsPrivilegedProcess;
        if (isRoot)
        {
            using var give = Process.Start("chown", ["-R", "nobody", bouncer._folder]);
            await give.WaitForExitAsync();
        }
        var start = isRoot ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, settings]) : new ProcessStartInfo(program, [settings]);
        (start.RedirectStandardError, start.RedirectStandardOutput) = (true, true);
        bouncer._process = Process.Start(start)!;
        _ = bouncer._process.StandardError.ReadToEndAsync();
        _ = bouncer._process.StandardOutput.ReadToEndAsync();
        for (var i = 0; i < 200; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, bouncer.Port);
                return bouncer;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
        throw new InvalidOperationException("PgBouncer did not start.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }
}
