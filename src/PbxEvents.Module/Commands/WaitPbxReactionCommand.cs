using System.Management.Automation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Health;
using PbxEvents.Module.Reading;
using PbxEvents.Module.Service;
using PbxEvents.Module.Watching;
using PbxEvents.Providers.Connection;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Waits while the durable reactions, and the actions of subscriptions, of this session run, and shows what they put out: what a listener does
/// once all is set up. It reports its status to systemd. It ends when the process is told to stop (SIGTERM, or when the service stops): then nothing
/// new is taken, and the actions come to their end.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "PbxReaction")]
public sealed class WaitPbxReactionCommand : PbxCmdlet
{
    /// <summary>How long connections and journals have to be closed before the process ends.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The names; wildcards allowed. Default: all that this session runs.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(ReactionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Ends when all that the connections have received is done or a dead letter. Suspended reactions are not waited for.</summary>
    [Parameter]
    public SwitchParameter UntilIdle { get; set; }

    /// <summary>How many seconds to wait; -1, the default, for ever.</summary>
    [Parameter]
    [Alias("TimeoutSec")]
    [ValidateRange(-1, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double Timeout { get; set; } = -1;

    /// <summary>How many seconds running actions have to finish when the process is told to stop; then they are told to end. Default 20.</summary>
    [Parameter]
    [ValidateRange(0, 2_147_483)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public double StopTimeout { get; set; } = 20;

    /// <summary>A log file, line by line; five of 10 MB are kept. Default: none; for a service, what collects its output.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>
    /// A port on this machine alone, at which /healthz says whether the listener lives, /readyz whether it is connected and subscribed, and
    /// /metrics its figures. Default: none.
    /// </summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int? HealthPort { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var patterns = new TextPatterns(Name);
        var reactions = Session.DurableReactions.Where(r => patterns.IsMatch(r.Name)).ToArray();
        if (reactions.Length == 0 && MyInvocation.BoundParameters.ContainsKey(nameof(Name)))
            ThrowTerminatingError(ModuleErrors.NoReaction(string.Join(", ", Name)));
        if (reactions.Length == 0 && !Session.Connections.Any(c => c.State is not (PbxConnectionState.Faulted or PbxConnectionState.Disconnected)))
            ThrowTerminatingError(ModuleErrors.NothingToWaitFor());
        foreach (var client in Session.Connections)
            Follow(client);
        var log = Session.Log;
        using var own = OpenLog();
        using var health = OpenHealth();
        Session.TellSupervisor();
        Session.Log = own ?? log;
        Session.Log?.Write(ActivityLevel.Information, SR.Listening.With(ListenerState.Of(Session)));
        try
        {
            Listen(reactions, health);
        }
        finally
        {
            Session.Log = log;
            Session.Talk?.Leave();
        }
    }

    private ServiceLog? OpenLog()
    {
        if (LogPath is null)
            return null;
        var path = GetUnresolvedProviderPathFromPSPath(LogPath);
        try
        {
            return ServiceLog.Of(Session, new FileSink(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            ThrowTerminatingError(ModuleErrors.BadLogPath(path, e.Message));
            return null;
        }
    }

    private ListenerHealth? OpenHealth()
    {
        if (HealthPort is not { } port)
            return null;
        try
        {
            var health = ListenerHealth.Of(Session, port);
            WriteVerbose(SR.HealthPortOpen.With(port));
            return health;
        }
        catch (SocketException e)
        {
            ThrowTerminatingError(ModuleErrors.BadHealthPort(port, e.Message));
            return null;
        }
    }

    private void Listen(RunningReaction[] reactions, ListenerHealth? health)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            end.TrySetResult();
        });
        var deadline = new Deadline(Timeout);

        // What a connection that had ended before has left can still be done; but nobody waits for more of one that brings no more.
        var faulted = UntilIdle ? Session.Connections.Where(c => c.State == PbxConnectionState.Faulted).ToArray() : [];
        while (!WaitOnce(end.Task, deadline.Left))
        {
            Session.Talk?.Turn();
            health?.Turn();
            foreach (var reaction in reactions.Where(r => r.State is PbxReactionState.Faulted or PbxReactionState.Stuck))
                GiveUp(reaction, reactions);
            if (Session.Connections.FirstOrDefault(c => c.State == PbxConnectionState.Faulted && !faulted.Contains(c)) is { } connection)
                EndScript(ReadingCmdlet.WhyEnded(connection));
            if (UntilIdle && Session.Reactions.Count == 0 && IsIdle(reactions))
            {
                GiveTurn();
                return;
            }
            if (!deadline.IsOver)
                continue;
            if (UntilIdle)
                WriteError(ModuleErrors.ReactionsBusy(string.Join(", ", reactions.Where(r => !IsIdle([r])).Select(r => r.Name))));
            return;
        }
        Session.Talk?.Stopping();
        health?.Stopping();
        Session.Log?.Write(ActivityLevel.Information, SR.ToldToEnd.With(StopTimeout));
        StopAll(reactions);
    }

    /// <summary>A reaction that does not go on. One whose action does not end is over with its process only; a prompt is not to vanish.</summary>
    private void GiveUp(RunningReaction reaction, RunningReaction[] all)
    {
        if (reaction.LastError is not { } error)
            return;
        if (reaction.State == PbxReactionState.Stuck && LiveHost.IsUnattended)
        {
            StopAll(Array.FindAll(all, r => r.State == PbxReactionState.Running));
            var why = SR.ProcessEnds.With(error.Message, ExitCodes.ActionStuck);
            if (Session.Log is { } log)
                log.Write(ActivityLevel.Error, why);
            else
                Host.UI.WriteErrorLine(why);
            Await(_ => Task.WhenAny(Session.DisposeAsync().AsTask(), Task.Delay(FarewellTimeout, CancellationToken.None)));
            Environment.Exit(ExitCodes.ActionStuck);
        }
        EndScript(error.ToErrorRecord(reaction.Name));
    }

    /// <summary>
    /// As throw does: a script that goes on after its last wait would end as if all was well, and nothing would start it again. An error of
    /// a cmdlet ends no more than its line.
    /// </summary>
    private void EndScript(ErrorRecord error)
    {
        // Who is to know should know before nobody is there to tell it.
        if (Session.Alerts is { Count: > 0 } alerts)
            Await(_ => Task.WhenAll(alerts.Select(a => a.FlushAsync(FarewellTimeout))));

        // The log of a service gets it when the script has ended.
        if (LogPath is not null)
            Session.Log?.Write(ActivityLevel.Error, ServiceLog.Describe(error));
        var named = new ErrorRecord(error.Exception, $"{error.FullyQualifiedErrorId},{GetType().FullName}", error.CategoryInfo.Category, error.TargetObject)
        {
            ErrorDetails = error.ErrorDetails,
        };
        throw new RuntimeException(error.Exception.Message, error.Exception, named) { WasThrownFromThrowStatement = true };
    }

    private bool IsIdle(RunningReaction[] reactions)
    {
        try
        {
            return Array.TrueForAll(reactions, r => r.IsIdle);
        }
        catch (PbxException e)
        {
            WriteVerbose(e.Message);
            return false;
        }
    }

    private void StopAll(RunningReaction[] reactions)
    {
        var all = Await(_ => Task.WhenAll(reactions.Select(r => r.StopAsync(TimeSpan.FromSeconds(StopTimeout)))));
        foreach (var reaction in reactions)
            Session.Remove(reaction);
        GiveTurn();
        for (var i = 0; i < all.Length; i++)
        {
            if (!all[i])
                WriteWarning(SR.ReactionCutOff.With(reactions[i].Name));
        }
    }
}
