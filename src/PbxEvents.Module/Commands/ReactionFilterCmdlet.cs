using System.Management.Automation;
using PbxEvents.Module.Arguments;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Reading;

namespace PbxEvents.Module.Commands;

/// <summary>Base of the cmdlets that give a durable reaction's filter and action.</summary>
public abstract class ReactionFilterCmdlet : JournalCmdlet
{
    private protected const string ActionSet = "Action";
    private protected const string FileSet = "File";

    private protected ReactionFilterCmdlet()
    {
    }

    /// <summary>The script that runs for each event: <c>$_</c> is the event, <c>$Delivery</c> the try.</summary>
    [Parameter(
        Mandatory = true,
        ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>Only events of these categories.</summary>
    [Parameter]
    [Alias("Type")]
    public PbxCategory[]? Category { get; set; }

    /// <summary>Only events with these platform names; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(EventNameCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? EventName { get; set; }

    /// <summary>The event with which a call enters one of these states; once for each call and state.</summary>
    [Parameter]
    [Alias("State")]
    public PbxCallState[]? CallState { get; set; }

    /// <summary>The event with which a call ends so; once for each call.</summary>
    [Parameter]
    public PbxOutcome[]? Outcome { get; set; }

    /// <summary>Only calls that go this way.</summary>
    [Parameter]
    public PbxDirection[]? Direction { get; set; }

    /// <summary>The end of an inbound call that reached nobody: missed, abandoned, busy, rejected, voicemail or failed; once for each call.</summary>
    [Parameter]
    public SwitchParameter Unreached { get; set; }

    /// <summary>Only what these extensions take part in; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ExtensionCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Extension { get; set; }

    /// <summary>Only what came through these queues; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(QueueCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? Queue { get; set; }

    /// <summary>Only what comes from these numbers; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CallerCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? From { get; set; }

    /// <summary>Only what goes to these numbers; wildcards allowed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CalleeCompleter))]
    [SupportsWildcards]
    [ValidateWildcard]
    [ValidateNotNullOrEmpty]
    public string[]? To { get; set; }

    /// <summary>Only what began while one of these schedules was open: the call, or else the event.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public PbxSchedule[]? Within { get; set; }

    /// <summary>Only what began while none of these schedules was open.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    [ValidateNotNullOrEmpty]
    public PbxSchedule[]? Outside { get; set; }

    /// <summary>Only events of these connections: objects or names, wildcards allowed. Default: of all that the journal keeps.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public ConnectionArgument[]? Connection { get; set; }

    /// <summary>Runs once in the action's runspace before it: functions, modules and variables that it needs.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? InitializationScript { get; set; }

    /// <summary>Any value, available in <c>$Delivery.MessageData</c>. It is not stored in the journal.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? MessageData { get; set; }

    /// <summary>How long the action may take for one event; then it is told to end, and the attempt has failed. Default 10 minutes.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Which errors of the action make a try fail. Default: those that end it.</summary>
    [Parameter]
    public PbxFailOn FailOn { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Outcome is not null || Unreached)
            RefuseOtherThanEnded(CallState);
        if (Timeout <= TimeSpan.Zero || Timeout.TotalMilliseconds > uint.MaxValue - 1)
            ThrowTerminatingError(ModuleErrors.BadTimeSpan(nameof(Timeout), Timeout));
    }

    private protected CallFilter MakeCallFilter() => new()
    {
        State = CallState,
        Outcome = Outcome,
        Direction = Direction,
        IsUnreached = Unreached,
        Parties = new PartyFilter(null, null, null, null),
        Hours = new HoursFilter(null, null),
    };

    /// <summary>Selects events. The result may be called on any thread.</summary>
    private protected Func<PbxEvent, bool> MakeFilter()
    {
        var calls = MakeCallFilter();
        var events = new EventFilter
        {
            Category = Category,
            Name = new TextPatterns(EventName),
            Parties = new PartyFilter(From, To, Extension, Queue),
            Hours = new HoursFilter(Within, Outside),
        };
        var connections = Connection;
        return e => (connections is null || Array.Exists(connections, c => c.MatchesName(e.Connection))) && events.IsMatch(e) && calls.IsMatch(e);
    }

    /// <summary>Makes the runspace of the action.</summary>
    private protected ReactionHost MakeHost(ScriptBlock? action, bool isTest)
    {
        try
        {
            var code = action is not null ? ReactionCode.Of(action, SessionState) : ReactionCode.Of(FindFile());
            var initialization = InitializationScript is null ? null : ReactionCode.Of(InitializationScript, SessionState);
            return new ReactionHost(code, initialization, SessionState.Path.CurrentFileSystemLocation.ProviderPath, isTest);
        }
        catch (PSNotSupportedException e)
        {
            ThrowTerminatingError(ModuleErrors.UsingTooMuch(e.Message));
            throw;
        }
        catch (RuntimeException e)
        {
            ThrowTerminatingError(ModuleErrors.InitializationFailed(e));
            throw;
        }
    }

    private string FindFile()
    {
        var path = GetUnresolvedProviderPathFromPSPath(FilePath);
        if (!File.Exists(path))
            ThrowTerminatingError(ModuleErrors.ScriptNotFound(path));
        return path;
    }
}
