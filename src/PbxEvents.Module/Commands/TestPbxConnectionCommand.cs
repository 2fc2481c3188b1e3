using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Health;
using PbxEvents.Module.Service;
using PbxEvents.Providers;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Says whether connections are well, and with them the journals that they write to and the durable reactions of those that this session runs: one
/// object for each, with the reason.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "PbxConnection")]
[OutputType(typeof(PbxHealth), typeof(bool))]
public sealed class TestPbxConnectionCommand : ConnectionCmdlet
{
    private readonly List<PbxClient> _connections = [];
    private bool _isMissing;

    /// <summary>The connections: objects or names, wildcards allowed. Default: all, and all journals and durable reactions of this session.</summary>
    [Parameter(
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public override ConnectionArgument[]? Connection { get; set; }

    /// <summary>The longest time for which nothing may have arrived, heartbeats included. Default: the platform's own watch is enough.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan? MaxSilence { get; set; }

    /// <summary>How many events a durable reaction, or a journal, may be behind. Default: any number.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public long? MaxLag { get; set; }

    /// <summary>How many dead letters a durable reaction may have. Default: any number.</summary>
    [Parameter]
    [ValidateRange(0, long.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public long? MaxDeadLetters { get; set; }

    /// <summary>Returns only true if everything is healthy, otherwise false.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (MaxSilence <= TimeSpan.Zero)
            ThrowTerminatingError(ModuleErrors.BadTimeSpan(nameof(MaxSilence), MaxSilence.Value));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Connection is null)
            return;
        var found = ResolveConnections();
        _isMissing |= found.Count == 0;
        _connections.AddRange(found.Where(c => !_connections.Contains(c)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var state = ListenerState.Of(Session, isRenewed: true);
        var isAll = !MyInvocation.BoundParameters.ContainsKey(nameof(Connection)) && !MyInvocation.ExpectingInput;
        var connections = isAll ? state.Connections : _connections;
        if (isAll && connections.Count == 0 && !Quiet)
            ThrowTerminatingError(ModuleErrors.NoConnection());
        var journals = state.Journals.Where(j => !j.IsReadOnly && (isAll || connections.Any(c => ReferenceEquals(c.Journal, j)))).ToArray();
        var limits = new HealthLimits(MaxSilence, MaxLag, MaxDeadLetters);
        PbxHealth[] all =
        [
            .. connections.Select(c => HealthCheck.Of(c, limits, DateTimeOffset.Now)),
            .. journals.Select(j => HealthCheck.Of(j, limits)),
            .. state.Reactions.Where(r => journals.Any(j => j.Path == r.Journal)).Select(r => HealthCheck.Of(r, limits)),
        ];
        foreach (var ill in all.Where(h => !h.IsHealthy))
            WriteVerbose($"{ill}");
        if (Quiet)
            WriteObject(connections.Count > 0 && !_isMissing && Array.TrueForAll(all, h => h.IsHealthy));
        else
            WriteObject(all, enumerateCollection: true);
    }
}
