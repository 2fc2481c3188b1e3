using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Tests.Journal;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>
/// A Request Tracker 5 of its own on loopback, from Debian's request-tracker5, rt5-db-sqlite and rt5-standalone: a folder with its database, and a
/// server that can be killed and started again. Its user is root, its password password, its queue Calls.
/// </summary>
internal sealed class RequestTrackerServer : IAsyncDisposable
{
    private const string Program = "/usr/share/request-tracker5/libexec/rt-server";
    private const string Setup = "/usr/sbin/rt-setup-database-5";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-rt-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly int _port = FreePort.Find();
    private Process? _process;

    private RequestTrackerServer()
    {
        Uri = $"http://127.0.0.1:{_port}";
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("root:password")));
    }

    /// <summary>Why there can be none on this machine; null when there can.</summary>
    public static string? WhyMissing =>
        !OperatingSystem.IsLinux() || !File.Exists(Program) || !File.Exists(Setup) ? "Request Tracker is not here: Debian's request-tracker5, rt5-db-sqlite and rt5-standalone."
        : !Environment.IsPrivilegedProcess ? "Only root can start Debian's Request Tracker."
        : null;

    /// <summary>Its address.</summary>
    public string Uri { get; }

    private string LogPath => Path.Combine(_folder, "rt.log");

    /// <summary>Makes the database, and starts the server.</summary>
    public static async Task<RequestTrackerServer> StartNewAsync()
    {
        var server = new RequestTrackerServer();
        try
        {
            await server.MakeAsync();
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server; it answers when this returns.</summary>
    public async Task StartAsync()
    {
        _process = Run("setsid", Program, "--host", "127.0.0.1", "--port", $"{_port}", "--max-workers", "2");
        var limit = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (_process.HasExited || limit.Elapsed > StartLimit)
                throw new InvalidOperationException($"Request Tracker did not start: {await File.ReadAllTextAsync(LogPath)}");
            await Task.Delay(100);
        }
    }

    /// <summary>
    /// SIGKILL, to it and its workers; nobody answers when this returns. They are a process group and are killed as one: it replaces its workers all
    /// the time, and one that is made while they are counted would live on, and answer in the place of the next server.
    /// </summary>
    public async Task KillAsync()
    {
        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -s KILL -- -{_process!.Id}"]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
        for (var limit = Stopwatch.StartNew(); await AnswersAsync(); await Task.Delay(20))
        {
            if (limit.Elapsed > StartLimit)
                throw new InvalidOperationException("Request Tracker was killed, and still answers.");
        }
    }

    /// <summary>Asks it something by REST 2.0, as it is documented; nothing of the product is in between.</summary>
    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _http.GetAsync($"{Uri}/REST/2.0/{path}");
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(body)! : throw new InvalidOperationException($"{path}: {answer.StatusCode} {body}");
    }

    /// <summary>What its own search finds.</summary>
    /// <param name="query">In TicketSQL.</param>
    public async Task<IReadOnlyList<DeskEntry>> SearchAsync(string query)
    {
        var tickets = new List<DeskEntry>();
        for (var (page, pages) = (1, 1); page <= pages; page++)
        {
            var found = await GetAsync($"tickets?query={System.Uri.EscapeDataString(query)}&orderby=id&fields=Subject,Status&per_page=100&page={page}");
            pages = (int)(double)found["pages"]!;
            foreach (var item in found["items"]!.AsArray().OfType<JsonNode>())
                tickets.Add(new DeskEntry(NumberOf(item), $"{item["Subject"]}", $"{item["Status"]}", await TextsAsync($"{item["id"]}")));
        }
        return tickets;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await KillAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What was written to a ticket, the first first.</summary>
    private async Task<IReadOnlyList<string>> TextsAsync(string ticket)
    {
        var texts = new List<(int Id, string Text)>();
        for (var (page, pages) = (1, 1); page <= pages; page++)
        {
            var found = await GetAsync($"ticket/{ticket}/attachments?fields=Content&per_page=100&page={page}");
            pages = (int)(double)found["pages"]!;
            texts.AddRange(found["items"]!.AsArray().OfType<JsonNode>().Select(a => (NumberOf(a), $"{a["Content"]}")));
        }
        return [.. texts.OrderBy(t => t.Id).Select(t => t.Text)];
    }

    private async Task MakeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "none"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "site.pm"), $"""
            Set($rtname, 'desk');
            Set($Organization, 'desk');
            Set($WebPath, '');
            Set($WebDomain, '127.0.0.1');
            Set($WebPort, {_port});
            Set($DatabaseType, 'SQLite');
            Set($DatabaseName, '{_folder}/rt.db');
            Set($MailCommand, 'testfile');
            Set($LogToSyslog, undef);
            Set($LogToSTDERR, undef);
            Set($LogToFile, 'warning');
            Set($LogDir, '{_folder}');
            Set($LogToFileNamed, 'rt.log');
            Set($Timezone, 'UTC');
            1;
            """);
        await File.WriteAllTextAsync(LogPath, "");
        await RunToEndAsync(Setup, "--action", "init", "--skip-create");
        await RunToEndAsync(Setup, "--action", "insert", "--datafile", Path.Combine(Checkout.Root, "tests", "Unit", "Evidence", "RequestTracker.pl"));
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await GetAsync("rt");
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or JsonException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task RunToEndAsync(string program, params string[] arguments)
    {
        using var process = Run(program, arguments);
        using var limit = new CancellationTokenSource(StartLimit);
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await File.ReadAllTextAsync(LogPath)}");
    }

    /// <summary>Nothing of the machine's own Request Tracker is in it: not its settings, not its database.</summary>
    private Process Run(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["RT_SITE_CONFIG"] = Path.Combine(_folder, "site.pm"), ["RT_SITE_CONFIG_DIR"] = Path.Combine(_folder, "none") },
        })!;

        // Nobody reads what it says; it must not wait until somebody does.
        process.StandardInput.Close();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static int NumberOf(JsonNode item) => int.Parse($"{item["id"]}", CultureInfo.InvariantCulture);
}
