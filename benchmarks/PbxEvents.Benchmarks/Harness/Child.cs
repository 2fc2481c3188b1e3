using System.Diagnostics;

namespace PbxEvents.Benchmarks.Harness;

/// <summary>A program that takes orders on stdin and answers on stdout, line by line. It ends when its stdin closes, or is ended.</summary>
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly List<string> _errors = [];

    private Child(Process process, string name)
    {
        _process = process;
        Name = name;
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors)
            {
                if (e.Data is { } line && _errors.Count < 20)
                    _errors.Add(line);
            }
        };
        process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>Starts a program.</summary>
    public static Child Start(string name, string file, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        return new Child(Process.Start(start) ?? throw new InvalidOperationException($"{file} does not start."), name);
    }

    /// <summary>Starts this program again with other arguments.</summary>
    public static Child StartSelf(string name, params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return Start(name, program, isHost ? [typeof(Child).Assembly.Location, .. arguments] : arguments);
    }

    /// <summary>Sends a line.</summary>
    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>The next line.</summary>
    /// <exception cref="InvalidOperationException">It ended, or said nothing in time.</exception>
    public async Task<string> ReadAsync(TimeSpan limit)
    {
        string? line = null;
        try
        {
            line = await _process.StandardOutput.ReadLineAsync().WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            // Told below.
        }
        if (line is not null)
            return line;
        lock (_errors)
            throw new InvalidOperationException($"{Name} said nothing in {limit.TotalSeconds:0} s. {string.Join(Environment.NewLine, _errors)}");
    }

    /// <summary>The next line that begins with a word; what comes before it is left out.</summary>
    public async Task<string> ReadAsync(string word, TimeSpan limit)
    {
        while (true)
        {
            if (await ReadAsync(limit) is var line && line.StartsWith(word, StringComparison.Ordinal))
                return line;
        }
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(EndLimit))
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It is gone already.
        }
        _process.Dispose();
    }
}
