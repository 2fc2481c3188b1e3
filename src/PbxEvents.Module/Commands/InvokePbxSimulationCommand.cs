using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Simulator;
using PbxEvents.Simulator.Scenarios;

namespace PbxEvents.Module.Commands;

/// <summary>Plays calls and other happenings on a simulated PBX, and gives it faults.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PbxSimulation", DefaultParameterSetName = FaultSet, SupportsShouldProcess = true)]
[OutputType(typeof(SimulatedCall))]
public sealed class InvokePbxSimulationCommand : SimulatorCmdlet
{
    private const string ScenarioSet = "Scenario";
    private const string FaultSet = "Fault";
    private const string ClearSet = "Clear";

    /// <summary>What to play, such as Missed.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = ScenarioSet)]
    [ArgumentCompleter(typeof(ScenarioCompleter))]
    [ValidateNotNullOrEmpty]
    public string Scenario { get; set; } = "";

    /// <summary>The calling number.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? From { get; set; }

    /// <summary>The calling party's name.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? FromName { get; set; }

    /// <summary>The number that is called.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? To { get; set; }

    /// <summary>The extension it is about.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [ArgumentCompleter(typeof(ExtensionCompleter))]
    public string? Extension { get; set; }

    /// <summary>The second extension, which also rings or gets a transferred call.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [ArgumentCompleter(typeof(ExtensionCompleter))]
    public string? OtherExtension { get; set; }

    /// <summary>The queue, in queue and agent scenarios.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [ArgumentCompleter(typeof(QueueCompleter))]
    public string? Queue { get; set; }

    /// <summary>How often to play it. Default once.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Count { get; set; } = 1;

    /// <summary>The milliseconds between two steps. Default 50.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [Alias("PaceMilliseconds")]
    [ValidateRange(0, 3_600_000)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Pace { get; set; } = 50;

    /// <summary>The milliseconds from the start of one call to the start of the next, so that calls overlap. Default: one after the other.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [Alias("IntervalMilliseconds")]
    [ValidateRange(0, 3_600_000)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double? Interval { get; set; }

    /// <summary>Returns at once and plays in the background; nothing is returned then.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    public SwitchParameter NoWait { get; set; }

    /// <summary>A fault to give the simulator, before the scenario if there is one.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [Parameter(
        Mandatory = true,
        ParameterSetName = FaultSet)]
    [ArgumentCompleter(typeof(FaultCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Fault { get; set; }

    /// <summary>How many seconds the fault lasts, or what else a time means for it. Default: the fault's own.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [Parameter(ParameterSetName = FaultSet)]
    [ValidateRange(0, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double? FaultDuration { get; set; }

    /// <summary>How often the fault strikes. Default: the fault's own.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [Parameter(ParameterSetName = FaultSet)]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int? FaultCount { get; set; }

    /// <summary>Only the connection of this number in the simulator's log. Default all.</summary>
    [Parameter(ParameterSetName = ScenarioSet)]
    [Parameter(ParameterSetName = FaultSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int? FaultLink { get; set; }

    /// <summary>Ends every fault that lasts, and brings a stopped server back.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = ClearSet)]
    public SwitchParameter ClearFaults { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var simulator in ResolveSimulators())
        {
            if (ShouldProcess(simulator.Name, SR.SimulateAction.With(string.Join(", ", new[] { Fault, Scenario, ClearFaults ? nameof(ClearFaults) : null }.Where(w => !string.IsNullOrEmpty(w))))))
                Try(() => Invoke(simulator), simulator);
        }
    }

    private void Invoke(PbxSimulator simulator)
    {
        if (ClearFaults)
            simulator.ClearFaults();
        if (Fault is not null)
            Await(token => simulator.InjectAsync(MakeFault(Fault), token));
        if (ParameterSetName != ScenarioSet)
            return;
        if (NoWait)
            PlayInBackground(simulator);
        else
            WriteObject(Await(token => simulator.PlayAsync(Scenario, MakeOptions(), token)), enumerateCollection: true);
    }

    /// <summary>It ends with the simulator. What can be wrong with it is known at once.</summary>
    private void PlayInBackground(PbxSimulator simulator)
    {
        var playing = simulator.PlayAsync(Scenario, MakeOptions(), CancellationToken.None);
        if (playing.IsCompleted)
            Await(_ => playing);
    }

    private SimulatorFault MakeFault(string name) => new(name)
    {
        Duration = FaultDuration is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Count = FaultCount,
        Link = FaultLink,
    };

    private ScenarioOptions MakeOptions() => new()
    {
        From = From,
        FromName = FromName,
        To = To,
        Extension = Extension,
        OtherExtension = OtherExtension,
        Queue = Queue,
        Count = Count,
        Pace = TimeSpan.FromMilliseconds(Pace),
        Interval = Interval is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
    };
}
