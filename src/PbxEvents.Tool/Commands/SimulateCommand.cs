using PbxEvents.Simulator;
using PbxEvents.Tool.CommandLine;

namespace PbxEvents.Tool.Commands;

/// <summary><c>pbxevents simulate</c>: a simulated PBX until Ctrl+C.</summary>
internal static class SimulateCommand
{
    private const string Provider = "--provider";
    private const string Port = "--port";
    private const string Tls = "--tls";
    private const string Scenario = "--scenario";
    private const string Every = "--every";

    /// <summary>The command.</summary>
    public static Command Definition { get; } = new(
        "simulate",
        "Simulate a PBX on 127.0.0.1, until Ctrl+C.",
        [
            new(Provider, "NAME", $"the platform: {string.Join(", ", PbxSimulators.Names)}"),
            new(Port, "N", "the port; default: a free one"),
            new(Tls, null, "use TLS with a new certificate; its thumbprint is shown"),
            new(Scenario, "NAME[,...]", "what to play repeatedly; default: nothing"),
            new(Every, "SECONDS", "the pause between repetitions of --scenario; default: 5"),
        ],
        RunAsync)
    {
        Notes = "While it runs, type a scenario's name and Enter to play it once.",
    };

    private static async Task<int> RunAsync(ParsedOptions options, CancellationToken cancellationToken)
    {
        var every = options.Number(Every, 1, 86_400) ?? 5;
        await using var pbx = PbxSimulator.Start(new SimulatorOptions
        {
            Provider = options.Required(Provider),
            Port = options.Number(Port, 1, 65_535) ?? 0,
            UseTls = options.Has(Tls),
        });
        var scenarios = options.List(Scenario);
        if (scenarios.FirstOrDefault(s => !pbx.ScenarioNames.Contains(s, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw options.Wrong($"There is no scenario '{unknown}'; there are: {string.Join(", ", pbx.ScenarioNames)}.");

        Introduce(pbx);
        _ = PlayTypedAsync(pbx, cancellationToken);
        if (scenarios.Count == 0)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        while (true)
        {
            foreach (var scenario in scenarios)
            {
                await PlayAsync(pbx, scenario, cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(every), cancellationToken);
            }
        }
    }

    private static void Introduce(PbxSimulator pbx)
    {
        Console.WriteLine($"A simulated {pbx.Provider} PBX listens at {pbx.Server} until Ctrl+C.");
        Console.WriteLine($"  user       {pbx.UserName}");
        Console.WriteLine($"  password   {pbx.Password}");
        if (pbx.CertificateThumbprint is { } thumbprint)
            Console.WriteLine($"  thumbprint {thumbprint}");
        Console.WriteLine($"  scenarios  {string.Join(", ", pbx.ScenarioNames)}");
    }

    private static async Task PlayTypedAsync(PbxSimulator pbx, CancellationToken cancellationToken)
    {
        try
        {
            while (await InputLine.ReadAsync(cancellationToken) is { } line)
            {
                if (line.Trim() is { Length: > 0 } scenario)
                    await PlayTypedAsync(pbx, scenario, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C: the simulator ends, and with it what was typed for it.
        }
    }

    private static async Task PlayTypedAsync(PbxSimulator pbx, string scenario, CancellationToken cancellationToken)
    {
        try
        {
            await PlayAsync(pbx, scenario, cancellationToken);
        }
        catch (PbxException e)
        {
            Console.Error.WriteLine($"{e.Message} {e.Advice}");
        }
    }

    private static async Task PlayAsync(PbxSimulator pbx, string scenario, CancellationToken cancellationToken)
    {
        var calls = await pbx.PlayAsync(scenario, cancellationToken: cancellationToken);
        Console.WriteLine($"{DateTime.Now:HH:mm:ss} played {scenario} to {pbx.LinkCount} clients: {string.Join(", ", calls.Select(c => c.CallId))}");
    }
}
