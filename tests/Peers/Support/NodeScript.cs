using System.Diagnostics;
using PbxEvents.Tests.Shared;

namespace PbxEvents.Tests.Peers.Support;

/// <summary>A script of <c>tests/Peers/node</c> that runs until this is disposed of. It ends by itself when its stdin closes.</summary>
internal class NodeScript : IAsyncDisposable
{
    private static readonly string Folder = FindFolder();

    private readonly Process _process;

    public NodeScript(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = Folder };
        start.ArgumentList.Add(script);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    /// <summary>Null when Node.js and the packages are there, else what is missing.</summary>
    public static string? WhyMissing { get; } = FindMissing();

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(RecordingSink.Patience) ?? throw new InvalidOperationException("the script ended");

    public Task TellAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public async Task<string> AskAsync(string line)
    {
        await TellAsync(line);
        return await ReadLineAsync();
    }

    /// <summary>Ends it at once, as a crash does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (TimeoutException)
        {
            _process.Kill();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "node", "package-lock.json")))
                return Path.Combine(folder.FullName, "node");
        }
        return AppContext.BaseDirectory;
    }

    private static string? FindMissing()
    {
        var names = OperatingSystem.IsWindows() ? new[] { "node.exe" } : ["node"];
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (!paths.Any(p => names.Any(n => File.Exists(Path.Combine(p, n)))))
            return "Node.js is not on the path";
        return Directory.Exists(Path.Combine(Folder, "node_modules")) ? null : "npm ci has not been run in tests/Peers/node";
    }
}
