using System.Management.Automation;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Simulator;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Starts a simulated PBX on this machine's loopback address. What it returns pipes into Connect-PbxEvents and
/// Invoke-PbxSimulation. It ends with Stop-PbxSimulator, or with the session.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "PbxSimulator", DefaultParameterSetName = ProviderSet, SupportsShouldProcess = true)]
[OutputType(typeof(PbxSimulator))]
public sealed class StartPbxSimulatorCommand : PbxCmdlet
{
    private const string ProviderSet = "Provider";
    private const string OptionSet = "Option";

    /// <summary>The platform.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = ProviderSet)]
    [ArgumentCompleter(typeof(SimulatedProviderCompleter))]
    public string Provider { get; set; } = "";

    /// <summary>A name for people. Default: the platform and the port.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Name { get; set; }

    /// <summary>The port. Default: a free one.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateRange(0, 65_535)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Port { get; set; }

    /// <summary>What ids and tokens are derived from, so that a run can be repeated. Default 1.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Seed { get; set; } = 1;

    /// <summary>Speaks TLS, with a certificate made for this run.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    public SwitchParameter UseTls { get; set; }

    /// <summary>The user and password, or client id and secret, that are accepted. Default: the platform's sample ones.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The domain, customer or tenant that is simulated. Default: a sample one.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [Alias("Customer")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Domain { get; set; }

    /// <summary>How many seconds a token lives. Default: as the platform documents.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateRange(0.1, 31_536_000)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double? TokenLifetime { get; set; }

    /// <summary>The seconds between heartbeats. Default: as the platform documents.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateRange(0.05, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double? HeartbeatInterval { get; set; }

    /// <summary>How many seconds late a heartbeat may be. Default: as the platform documents.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    [ValidateRange(0.05, 86_400)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double? HeartbeatTimeout { get; set; }

    /// <summary>Which clients a Socket.IO platform can serve. Default all.</summary>
    [Parameter(ParameterSetName = ProviderSet)]
    public SocketIoSupport SocketIo { get; set; } = SocketIoSupport.All;

    /// <summary>All settings in one object, also those that only one platform's simulator has.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = OptionSet)]
    [ValidateNotNull]
    public SimulatorOptions Option { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var options = ParameterSetName == OptionSet ? Option : MakeOptions();
        if (options.Name is { } name && Session.Simulators.Any(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            ThrowTerminatingError(ModuleErrors.SimulatorNameInUse(name));
        if (!ShouldProcess(options.Name ?? options.Provider, SR.StartSimulatorAction))
            return;
        try
        {
            var simulator = PbxSimulator.Start(options);
            Session.Add(simulator);
            WriteObject(simulator);
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(Provider));
        }
    }

    private SimulatorOptions MakeOptions() => new()
    {
        Provider = Provider,
        Name = Name,
        Port = Port,
        Seed = Seed,
        UseTls = UseTls,
        UserName = Credential?.UserName,
        Password = Credential?.GetNetworkCredential().Password,
        Domain = Domain,
        TokenLifetime = ToTime(TokenLifetime),
        HeartbeatInterval = ToTime(HeartbeatInterval),
        HeartbeatTimeout = ToTime(HeartbeatTimeout),
        SocketIo = SocketIo,
    };

    private static TimeSpan? ToTime(double? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;
}
