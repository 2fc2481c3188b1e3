using System.Globalization;
using PbxEvents.Tests.Unit.Evidence;

namespace PbxEvents.Soak;

/// <summary>What the command line asks for.</summary>
internal sealed record SoakOptions
{
    public const int DefaultMinutes = 30;

    /// <summary>How long to go on beginning new runs. Each platform has one at least.</summary>
    public int Minutes { get; init; } = DefaultMinutes;

    public IReadOnlyList<ChaosPlatform> Platforms { get; init; } = ChaosPlatform.All;

    /// <summary>The only seed to run; null for fresh ones until the time is over.</summary>
    public int? Seed { get; init; }

    /// <summary>How many engine events the backlog of a script has; a short run has a tenth.</summary>
    public int LoadEvents => Minutes >= DefaultMinutes ? 20_000 : 2000;

    /// <summary>How many calls are played over drops, restarts and kills; a short run has a fifth.</summary>
    public int LostCalls => Minutes >= DefaultMinutes ? 1000 : 200;

    /// <summary>How often a process with a journal is killed; a short run has a tenth.</summary>
    public int Kills => Minutes >= DefaultMinutes ? 2000 : 200;

    /// <summary>How many missed calls are to have one ticket; a short run has a fifth, and does not wait for the real moments of records.</summary>
    public TicketPlan Tickets => Minutes >= DefaultMinutes ? new(Missed: 500, Kills: 50, Restarts: 10, IsQuick: false) : new(Missed: 100, Kills: 10, Restarts: 2, IsQuick: true);

    /// <summary>How many missed calls a real desk is told of; a short run has a fifth.</summary>
    public DeskPlan Desk => Minutes >= DefaultMinutes ? new(Missed: 300, Kills: 30, Stops: 10) : new(Missed: 60, Kills: 6, Stops: 2);

    /// <summary>How many calls two listeners and three workers share; a short run has a tenth.</summary>
    public WorkersPlan Workers => WorkersPlan.Of(Minutes >= DefaultMinutes ? 2000 : 200);

    /// <summary>Where the figures go; null for nowhere but the console.</summary>
    public string? Output { get; init; }

    /// <summary>The command that does the same again.</summary>
    public string CommandLine =>
        $"./build.sh soak --minutes {Minutes}{(Platforms.Count == 1 ? $" --platform {Platforms[0]}" : "")}{(Seed is { } seed ? $" --seed {seed}" : "")}";

    /// <summary>Reads the command line.</summary>
    /// <returns>Null when it makes no sense.</returns>
    public static SoakOptions? Read(IReadOnlyList<string> args)
    {
        var options = new SoakOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            if (i + 1 == args.Count)
                return null;
            var (name, value) = (args[i].ToLowerInvariant(), args[i + 1]);
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            switch (name)
            {
                case "--minutes" when isNumber && number > 0:
                    options = options with { Minutes = number };
                    break;
                case "--seed" when isNumber:
                    options = options with { Seed = number };
                    break;
                case "--platform" when ChaosPlatform.All.FirstOrDefault(p => p.Name.Equals(value, StringComparison.OrdinalIgnoreCase)) is { } platform:
                    options = options with { Platforms = [platform] };
                    break;
                case "--output":
                    options = options with { Output = value };
                    break;
                default:
                    return null;
            }
        }
        return options;
    }
}
