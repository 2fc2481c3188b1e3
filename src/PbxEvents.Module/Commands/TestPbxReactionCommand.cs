using System.Diagnostics;
using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Tries an action on what a journal holds: one object for each event that fits, with what the action put out. Nothing is marked done, no
/// reaction moves; <c>$WhatIfPreference</c> is set in the action, and <c>$Delivery.IsTest</c>.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "PbxReaction", DefaultParameterSetName = ActionSet)]
[OutputType(typeof(PbxReactionTest))]
public sealed class TestPbxReactionCommand : ReactionFilterCmdlet
{
    /// <summary>Run for each event: <c>$_</c> is the event, <c>$Delivery</c> the try.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ParameterSetName = ActionSet)]
    [ValidateNotNull]
    public ScriptBlock? Action { get; set; }

    /// <summary>Only events that arrived since, by this machine's clock: a date and time, a span (so long ago), today or yesterday.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Since { get; set; }

    /// <summary>Only events that arrived before, by this machine's clock.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MomentCompleter))]
    public MomentArgument? Until { get; set; }

    /// <summary>Ends after this many events.</summary>
    [Parameter]
    [Alias("First")]
    [ValidateRange(1, int.MaxValue)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxEvents { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    protected override void EndProcessing() => UseJournal(journal =>
    {
        using var host = MakeHost(Action, isTest: true);
        var options = new ReactionOptions { Name = "test", IsMatch = MakeFilter(), IsOfMoments = MakeCallFilter().NamesMoment };
        var seen = new HashSet<string>();
        foreach (var pbxEvent in journal.ReadFor(new EventQuery(Since?.Moment, Until?.Moment), this))
        {
            if (StopToken.IsCancellationRequested)
                throw new PipelineStoppedException();
            if (!options.IsMatch(pbxEvent) || !seen.Add(options.KeyOf(pbxEvent)))
                continue;
            WriteObject(Run(host, pbxEvent, options.KeyOf(pbxEvent)));
            if (seen.Count == MaxEvents)
                return;
        }
    });

    private PbxReactionTest Run(ReactionHost host, PbxEvent pbxEvent, string key)
    {
        var delivery = new PbxDelivery { Key = key, Attempt = 1, IsTest = true, Reaction = "test", MessageData = MessageData };
        var attempt = new ReactionTry(pbxEvent, delivery, FailOn, null);
        var output = new List<object?>();
        var others = new List<object>();
        var started = Stopwatch.GetTimestamp();
        string? error = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        limit.CancelAfter(Timeout);
        try
        {
            Await(_ => Task.Factory.StartNew(() => host.Run(attempt, Take, limit.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }
        catch (TryFailedException e)
        {
            error = e.Failure.Error;
        }
        catch (OperationCanceledException)
        {
            error = $"It did not finish within {Timeout}.";
        }
        foreach (var other in others)
        {
            if (other is WarningRecord warning)
                WriteWarning(warning.Message);
            else if (other is InformationRecord information)
                WriteInformation(information);
            else if (other is ErrorRecord record && error is null)
                WriteError(record);
        }
        return new PbxReactionTest { Event = pbxEvent, Key = key, Output = output, Error = error, Duration = Stopwatch.GetElapsedTime(started) };

        // On the action's thread, which has ended when they are read.
        void Take(object item)
        {
            if (item is WarningRecord or InformationRecord or ErrorRecord)
                others.Add(item);
            else
                output.Add(item);
        }
    }
}
