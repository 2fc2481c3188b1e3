using System.Management.Automation;
using PbxEvents.Module.Durable;

namespace PbxEvents.Module.Errors;

/// <summary>The module's own errors. Their texts stand in SR.resx, and a text's name is the error's id, so the two cannot drift.</summary>
internal static class ModuleErrors
{
    public static ErrorRecord NoConnection() =>
        Make(nameof(SR.NoConnection), SR.NoConnection, SR.NoConnectionAdvice, ErrorCategory.ConnectionError, null);

    public static ErrorRecord NoJournal() =>
        Make(nameof(SR.NoJournal), SR.NoJournal, SR.NoJournalAdvice, ErrorCategory.ObjectNotFound, null);

    public static ErrorRecord JournalUnwanted(string option) =>
        Make(nameof(SR.JournalUnwanted), SR.JournalUnwanted, SR.JournalUnwantedAdvice, ErrorCategory.InvalidArgument, option);

    public static ErrorRecord NoDefaultConnection(string open) =>
        Make(nameof(SR.NoDefaultConnection), SR.NoDefaultConnection, SR.NoDefaultConnectionAdvice, ErrorCategory.InvalidOperation, open);

    public static ErrorRecord ConnectionNotFound(string name) =>
        Make(nameof(SR.ConnectionNotFound), SR.ConnectionNotFound, SR.ConnectionNotFoundAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord ConnectionNameInUse(string name) =>
        Make(nameof(SR.ConnectionNameInUse), SR.ConnectionNameInUse, SR.ConnectionNameInUseAdvice, ErrorCategory.ResourceExists, name);

    public static ErrorRecord ConnectionEnded(PbxConnection connection) =>
        Make(nameof(SR.ConnectionEnded), SR.ConnectionEnded, SR.ConnectionEndedAdvice, ErrorCategory.ConnectionError, connection);

    public static ErrorRecord SubscriptionNotFound(object subscription) =>
        Make(nameof(SR.SubscriptionNotFound), SR.SubscriptionNotFound, SR.SubscriptionNotFoundAdvice, ErrorCategory.ObjectNotFound, subscription);

    public static ErrorRecord CallNotFound(string call) =>
        Make(nameof(SR.CallNotFound), SR.CallNotFound, SR.CallNotFoundAdvice, ErrorCategory.ObjectNotFound, call);

    public static ErrorRecord EventTypeNotFound(string name) =>
        Make(nameof(SR.EventTypeNotFound), SR.EventTypeNotFound, SR.EventTypeNotFoundAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord UnknownTimeZone(object zone) =>
        Make(nameof(SR.UnknownTimeZone), SR.UnknownTimeZone, SR.UnknownTimeZoneAdvice, ErrorCategory.InvalidArgument, zone);

    public static ErrorRecord OutcomeNeedsEnded(PbxCallState state) =>
        Make(nameof(SR.OutcomeNeedsEnded), SR.OutcomeNeedsEnded, SR.OutcomeNeedsEndedAdvice, ErrorCategory.InvalidArgument, state);

    public static ErrorRecord DataTooDeep(int limit) =>
        Make(nameof(SR.DataTooDeep), SR.DataTooDeep, SR.DataTooDeepAdvice, ErrorCategory.InvalidArgument, limit);

    public static ErrorRecord NoSimulator() =>
        Make(nameof(SR.NoSimulator), SR.NoSimulator, SR.NoSimulatorAdvice, ErrorCategory.ObjectNotFound, null);

    public static ErrorRecord AmbiguousSimulator(string names) =>
        Make(nameof(SR.AmbiguousSimulator), SR.AmbiguousSimulator, SR.AmbiguousSimulatorAdvice, ErrorCategory.InvalidOperation, names);

    public static ErrorRecord SimulatorNotFound(string name) =>
        Make(nameof(SR.SimulatorNotFound), SR.SimulatorNotFound, SR.SimulatorNotFoundAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord SimulatorNameInUse(string name) =>
        Make(nameof(SR.SimulatorNameInUse), SR.SimulatorNameInUse, SR.SimulatorNameInUseAdvice, ErrorCategory.ResourceExists, name);

    public static ErrorRecord NoRecordOf(string type, object item) =>
        Make(nameof(SR.NoRecordOf), SR.NoRecordOf.With(type), SR.NoRecordOfAdvice, ErrorCategory.InvalidArgument, item);

    public static ErrorRecord ActionMissing() =>
        Make(nameof(SR.ActionMissing), SR.ActionMissing, SR.ActionMissingAdvice, ErrorCategory.InvalidArgument, "-Action");

    public static ErrorRecord NoActionToRestart(PbxActionFailure failure) =>
        Make(nameof(SR.NoActionToRestart), SR.NoActionToRestart, SR.NoActionToRestartAdvice, ErrorCategory.ObjectNotFound, failure);

    /// <summary>What an action threw, with the event it was run for as the target.</summary>
    public static ErrorRecord ActionFailed(PbxActionFailure failure)
    {
        var message = SR.ActionFailed.With(failure.Subscription.Id, failure.Event, failure.Message);
        if (ScriptLine.Describe(failure.Error) is { } place)
            message = $"{message} {place}";
        return new ErrorRecord(failure.Error, nameof(SR.ActionFailed), ErrorCategory.OperationStopped, failure.Event)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = SR.ActionFailedAdvice.With(failure.Subscription.Id) },
        };
    }

    /// <summary>A try of a durable reaction that failed, with its event as the target.</summary>
    public static ErrorRecord TryFailed(FailedTry failed)
    {
        var what = failed.Due is { } due
            ? SR.TryFailed.With(failed.Reaction, failed.Event, failed.Attempt, failed.MaxAttempts, failed.Failure.Error, due.ToLocalTime().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture))
            : SR.ReactionFailed.With(failed.Reaction, failed.Event, failed.Attempt, failed.Failure.Error);
        return new ErrorRecord(new InvalidOperationException(what), failed.Due is null ? nameof(SR.ReactionFailed) : nameof(SR.TryFailed), ErrorCategory.OperationStopped, failed.Event)
        {
            ErrorDetails = new ErrorDetails(what) { RecommendedAction = (failed.Due is null ? SR.ReactionFailedAdvice : SR.TryFailedAdvice).With(failed.Reaction) },
        };
    }

    public static ErrorRecord NoReaction(string names) =>
        Make(nameof(SR.NoReaction), SR.NoReaction, SR.NoReactionAdvice, ErrorCategory.ObjectNotFound, names);

    public static ErrorRecord NoService(string name) =>
        Make(nameof(SR.NoService), SR.NoService, SR.NoServiceAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord NoExample(string name) =>
        Make(nameof(SR.NoExample), SR.NoExample, SR.NoExampleAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord NothingToWaitFor() =>
        Make(nameof(SR.NothingToWaitFor), SR.NothingToWaitFor, SR.NothingToWaitForAdvice, ErrorCategory.ObjectNotFound, null);

    public static ErrorRecord BadLogPath(string path, string why) =>
        Make(nameof(SR.BadLogPath), SR.BadLogPath.With(path, why), SR.BadLogPathAdvice, ErrorCategory.OpenError, path);

    public static ErrorRecord ReactionNotHere(string name) =>
        Make(nameof(SR.ReactionNotHere), SR.ReactionNotHere, SR.ReactionNotHereAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord ReactionsBusy(string names) =>
        Make(nameof(SR.ReactionsBusy), SR.ReactionsBusy, SR.ReactionsBusyAdvice, ErrorCategory.OperationTimeout, names);

    public static ErrorRecord BadReactionName(string name) =>
        Make(nameof(SR.BadReactionName), SR.BadReactionName, SR.BadReactionNameAdvice, ErrorCategory.InvalidArgument, VisibleText.OfValue(name));

    public static ErrorRecord BadTimeSpan(string parameter, TimeSpan value) =>
        Make(nameof(SR.BadTimeSpan), SR.BadTimeSpan.With(parameter, value), SR.BadTimeSpanAdvice.With(parameter), ErrorCategory.InvalidArgument, value);

    public static ErrorRecord ScriptNotFound(string path) =>
        Make(nameof(SR.ScriptNotFound), SR.ScriptNotFound, SR.ScriptNotFoundAdvice, ErrorCategory.ObjectNotFound, path);

    /// <summary>What the runspace of an action could not be made for.</summary>
    public static ErrorRecord InitializationFailed(RuntimeException error) => new(error, nameof(SR.InitializationFailed), ErrorCategory.InvalidOperation, null)
    {
        ErrorDetails = new ErrorDetails(SR.InitializationFailed.With(error.Message)) { RecommendedAction = SR.InitializationFailedAdvice },
    };

    public static ErrorRecord UsingTooMuch(string expression) =>
        Make(nameof(SR.UsingTooMuch), SR.UsingTooMuch, SR.UsingTooMuchAdvice, ErrorCategory.InvalidArgument, expression);

    public static ErrorRecord NoDeadLetter(PbxDeadLetter letter) =>
        Make(nameof(SR.NoDeadLetter), SR.NoDeadLetter, SR.NoDeadLetterAdvice, ErrorCategory.ObjectNotFound, letter);

    public static ErrorRecord StepOutside() =>
        Make(nameof(SR.StepOutside), SR.StepOutside, SR.StepOutsideAdvice, ErrorCategory.InvalidOperation, null);

    public static ErrorRecord StepOutputTooLarge(string step, int bytes) =>
        Make(nameof(SR.StepOutputTooLarge), SR.StepOutputTooLarge.With(step, bytes), SR.StepOutputTooLargeAdvice, ErrorCategory.LimitsExceeded, step);

    public static ErrorRecord StepOutputNotJson(string step, string why) =>
        Make(nameof(SR.StepOutputNotJson), SR.StepOutputNotJson.With(step, why), SR.StepOutputNotJsonAdvice, ErrorCategory.InvalidData, step);

    public static ErrorRecord SeveralConnections(string name) =>
        Make(nameof(SR.SeveralConnections), SR.SeveralConnections, SR.SeveralConnectionsAdvice, ErrorCategory.InvalidArgument, name);

    /// <param name="id">The text's name in SR.resx.</param>
    /// <param name="text">The text; {0} is the target.</param>
    /// <param name="advice">What to do; {0} is the target.</param>
    /// <param name="category">The category.</param>
    /// <param name="target">What it happened to.</param>
    private static ErrorRecord Make(string id, string text, string advice, ErrorCategory category, object? target)
    {
        var message = text.With(target);
        Exception exception = category switch
        {
            ErrorCategory.ObjectNotFound => new ItemNotFoundException(message),
            ErrorCategory.InvalidArgument => new ArgumentException(message),
            _ => new InvalidOperationException(message),
        };
        return new ErrorRecord(exception, id, category, target)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = advice.With(target) },
        };
    }
}
