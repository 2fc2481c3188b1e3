using System.Management.Automation;
using PbxEvents.Journal;
using PbxEvents.Journal.Reactions;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Runs an action for events of a journal, in order for each call, until it has succeeded for each or has failed as often as it may. How far it
/// is stands in the journal, by the reaction's name: the next process goes on there.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "PbxReaction", DefaultParameterSetName = ActionSet, SupportsShouldProcess = true)]
[OutputType(typeof(PbxReaction))]
public sealed class RegisterPbxReactionCommand : ReactionFilterCmdlet
{
    private const int MaxNameLength = 64;
    private const int MaxConcurrency = 64;

    /// <summary>The reaction's name, by which the journal knows it.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0)]
    [ArgumentCompleter(typeof(ReactionCompleter))]
    public string Name { get; set; } = "";

    /// <summary>Run for each event: <c>$_</c> is the event, <c>$Delivery</c> the try. It runs in a runspace of its own, made anew from its text.</summary>
    [Parameter(
        Mandatory = true,
        Position = 1,
        ParameterSetName = ActionSet)]
    [ValidateNotNull]
    public ScriptBlock? Action { get; set; }

    /// <summary>Where it begins when the journal has not seen its name before: Now, Oldest, or a time. Default Now.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StartCompleter))]
    [ValidateNotNull]
    public StartArgument StartAt { get; set; } = new("Now");

    /// <summary>How often the action is tried for an event in all. Default 5.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The delay before the second try; each further one is four times as long, at most an hour. Default 5 seconds.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Which events run one after the other. Default those of a call.</summary>
    [Parameter]
    public PbxOrderBy OrderBy { get; set; }

    /// <summary>How many actions run at once, each in a runspace of its own, for events that need not wait for each other. Default 1.</summary>
    [Parameter]
    [ValidateRange(1, MaxConcurrency)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Concurrency { get; set; } = 1;

    /// <summary>Events that arrived longer ago when their turn comes are dead letters without a try. Default no limit.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan? MaxEventAge { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MaxEventAge <= TimeSpan.Zero)
            ThrowTerminatingError(ModuleErrors.BadTimeSpan(nameof(MaxEventAge), MaxEventAge.Value));
        if (RetryDelay < TimeSpan.Zero)
            ThrowTerminatingError(ModuleErrors.BadTimeSpan(nameof(RetryDelay), RetryDelay));
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > MaxNameLength || Name.Trim() != Name || !Name.All(c => char.IsLetterOrDigit(c) || c is ' ' or '.' or '_' or '-'))
            ThrowTerminatingError(ModuleErrors.BadReactionName(Name));
        if (!ShouldProcess(Name, SR.RegisterReactionAction))
            return;
        var target = Journal?.Text ?? Name;
        try
        {
            var journal = Find() ?? (EventJournal)OpenJournal(new JournalOptions { Path = GetUnresolvedProviderPathFromPSPath(Journal!.Text) });
            if (FindRunning(journal, Name) is { State: PbxReactionState.Faulted } ended)
            {
                Await(_ => ended.StopAsync(TimeSpan.Zero));
                Session.Remove(ended);
            }
            Start(journal);
            WriteObject(Look(journal).First(r => r.Name == Name));
        }
        catch (PbxException e)
        {
            ThrowTerminatingError(e.ToErrorRecord(target));
        }
    }

    private void Start(EventJournal journal)
    {
        var options = new ReactionOptions
        {
            Name = Name,
            IsMatch = MakeFilter(),
            IsOfMoments = MakeCallFilter().NamesMoment,
            StartAfter = StartAt.IsOldest ? 0 : StartAt.Moment is { } moment ? journal.LastBefore(moment) : null,
            MaxAttempts = MaxAttempts,
            RetryDelay = RetryDelay,
            Timeout = Timeout,
            OrderBy = OrderBy,
            MaxEventAge = MaxEventAge,
        };
        Session.Reactions.Listen();
        var slots = new ReactionSlots(Concurrency, () => MakeHost(Action, isTest: false));
        try
        {
            Session.Add(new RunningReaction(journal, options, FailOn, MessageData, slots, Session.Reactions.Reports, Session.Meter));
        }
        catch (PbxException)
        {
            slots.Dispose();
            throw;
        }
    }
}
