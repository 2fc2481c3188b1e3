using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PbxEvents.Tests.Unit.Evidence;
using PbxEvents.Tests.Unit.Support;

namespace PbxEvents.Soak;

/// <summary>
/// A client in a process of its own, for <c>kill -9</c>: it says on its output, line by line, which ends of calls it tells and how it
/// stands. The same program is both sides.
/// </summary>
internal sealed class ClientProcess : ILostCallsClient
{
    /// <summary>The word on the command line that makes the program such a client.</summary>
    public const string Word = "client";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);

    private static readonly Lock Output = new();

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<ToldEnd> _told = [];
    private readonly TaskCompletionSource<string?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private Line _last = new();

    private ClientProcess(Setup setup)
    {
        var info = new ProcessStartInfo("dotnet", [typeof(ClientProcess).Assembly.Location, Word])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(info)!;
        _reading = Task.Run(ReadAsync);
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(setup));
        _process.StandardInput.Flush();
    }

    public IReadOnlyList<ToldEnd> Told
    {
        get
        {
            lock (_gate)
                return [.. _told];
        }
    }

    public bool IsFilled
    {
        get
        {
            lock (_gate)
                return _last.IsFilled;
        }
    }

    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Gaps
    {
        get
        {
            lock (_gate)
                return [.. _last.Gaps.Select(g => (g.From, g.To))];
        }
    }

    /// <summary>Starts one; it is connected and has subscribed when this returns.</summary>
    public static async Task<ILostCallsClient> StartAsync(LostCallsPlatform platform, SimulatorLogin login, FastClock clock, string statePath)
    {
        var (now, system) = clock.Look();
        var client = new ClientProcess(new Setup(login, now, system, clock.Speed, statePath));
        try
        {
            if (await client._started.Task.WaitAsync(StartLimit) is { } fault)
                throw new PbxException(PbxErrorKind.Disconnected, fault, "");
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    public string Describe() => $"Process {_process.Id.ToString(CultureInfo.InvariantCulture)}: {JsonSerializer.Serialize(_last)}";

    public async ValueTask KillAsync()
    {
        // SIGKILL: nothing of it runs any more. What it had written to its output before is still read.
        _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    /// <summary>The other side: reads its set-up, connects, and says what it sees until it is killed.</summary>
    public static async Task<int> RunAsync()
    {
        var setup = JsonSerializer.Deserialize<Setup>((await Console.In.ReadLineAsync())!)!;
        var clock = new FastClock(setup.Speed, setup.Now, setup.System);
        var platform = new LostCallsPlatform(ChaosPlatform.Of(setup.Login.Provider));
        try
        {
            using var limit = new CancellationTokenSource(StartLimit);
            var client = await platform.ConnectAsync(setup.Login, clock, setup.StatePath, limit.Token);
            var watched = new AbandonedClient(client);
            var cursor = client.GetEvents().OpenCursor(0);
            Say(new Line { IsStarted = true });

            // An end is said the moment it is told: what is killed in between has told it to nobody.
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    Say(new Line { IsFilled = watched.IsFilled, Gaps = GapsOf(watched) });
                    await Task.Delay(20);
                }
            });
            while (await cursor.WaitAsync(CancellationToken.None))
            {
                while (cursor.TryRead(out var e, out _))
                {
                    if (ClientEvents.IsEnd(e!))
                        Say(new Line { End = ToldEnd.Of(e!) });
                }
            }
            throw new InvalidOperationException($"The connection ended: {client.LastError?.Message}");
        }
        catch (PbxException e)
        {
            Say(new Line { Fault = e.Message });
            return 1;
        }
    }

    private static Gap[] GapsOf(AbandonedClient client) => [.. client.Gaps.Select(g => new Gap(g.From, g.To))];

    private static void Say(Line line)
    {
        var text = JsonSerializer.Serialize(line);
        lock (Output)
        {
            Console.Out.WriteLine(text);
            Console.Out.Flush();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } text)
        {
            // The last line of one that was killed may be torn.
            if (Read(text) is not { } line)
                continue;
            if (line.Fault is not null || line.IsStarted)
                _started.TrySetResult(line.Fault);
            lock (_gate)
            {
                if (line.End is { } end)
                    _told.Add(end);
                else if (!line.IsStarted)
                    _last = line;
            }
        }
        _started.TrySetResult("The client ended before it was connected.");
    }

    private static Line? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a client is told: where to, and the simulator's clock at a moment of the system's.</summary>
    private sealed record Setup(SimulatorLogin Login, DateTimeOffset Now, DateTimeOffset System, int Speed, string StatePath);

    private sealed record Gap(DateTimeOffset From, DateTimeOffset To);

    private sealed record Line
    {
        public bool IsStarted { get; init; }

        public string? Fault { get; init; }

        public ToldEnd? End { get; init; }

        public bool IsFilled { get; init; }

        public IReadOnlyList<Gap> Gaps { get; init; } = [];
    }
}
