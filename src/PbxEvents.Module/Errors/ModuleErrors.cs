using System.Management.Automation;
using PbxEvents.Module.Durable;
using PbxEvents.Module.Listener;

namespace PbxEvents.Module.Errors;

/// <summary>The module's own errors. Their texts stand in SR.resx, and a text's name is the error's id, so the two cannot drift.</summary>
internal static class ModuleErrors
{
    public static ErrorRecord NoConnection() =>
        Make(nameof(SR.NoConnection), SR.NoConnection, SR.NoConnectionAdvice, ErrorCategory.ConnectionError, null);

    public static ErrorRecord NoJournal() =>
        Make(nameof(SR.NoJournal), SR.NoJournal, SR.NoJournalAdvice, ErrorCategory.ObjectNotFound, null);

    public static ErrorRecord StandbyUnwanted(string option) =>
        Make(nameof(SR.StandbyUnwanted), SR.StandbyUnwanted, SR.StandbyUnwantedAdvice, ErrorCategory.InvalidArgument, option);

    public static ErrorRecord StandbyWithoutJournal() =>
        Make(nameof(SR.StandbyWithoutJournal), SR.StandbyWithoutJournal, SR.StandbyWithoutJournalAdvice, ErrorCategory.InvalidOperation, null);

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

    public static ErrorRecord UnknownCountry(string country) =>
        Make(nameof(SR.UnknownCountry), SR.UnknownCountry, SR.UnknownCountryAdvice, ErrorCategory.InvalidArgument, VisibleText.OfValue(country));

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
        Make(nameof(SR.NoRecordOf), SR.NoRecordOf, SR.NoRecordOfAdvice, ErrorCategory.InvalidArgument, item, type);

    public static ErrorRecord DashboardRunning(int port) =>
        Make(nameof(SR.DashboardRunning), SR.DashboardRunning, SR.DashboardRunningAdvice, ErrorCategory.ResourceExists, port);

    public static ErrorRecord BadDashboardPort(int port, string why) =>
        Make(nameof(SR.BadDashboardPort), SR.BadDashboardPort, SR.BadDashboardPortAdvice, ErrorCategory.OpenError, port, port, why);

    public static ErrorRecord BadTokenPath(string path, string why) =>
        Make(nameof(SR.BadTokenPath), SR.BadTokenPath, SR.BadTokenPathAdvice, ErrorCategory.OpenError, path, path, why);

    public static ErrorRecord NoReportForm(string path) =>
        Make(nameof(SR.NoReportForm), SR.NoReportForm, SR.NoReportFormAdvice, ErrorCategory.InvalidArgument, path);

    public static ErrorRecord ReportExists(string path) =>
        Make(nameof(SR.ReportExists), SR.ReportExists, SR.ReportExistsAdvice, ErrorCategory.ResourceExists, path);

    public static ErrorRecord ReportUnwritable(string path, Exception why) =>
        Make(nameof(SR.ReportUnwritable), SR.ReportUnwritable, SR.ReportUnwritableAdvice, ErrorCategory.WriteError, path, path, why.Message);

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

    public static ErrorRecord NoAlert(string name) =>
        Make(nameof(SR.NoAlert), SR.NoAlert, SR.NoAlertAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord AlertNameInUse(string name) =>
        Make(nameof(SR.AlertNameInUse), SR.AlertNameInUse, SR.AlertNameInUseAdvice, ErrorCategory.ResourceExists, name);

    public static ErrorRecord AlertForNothing(string name) =>
        Make(nameof(SR.AlertForNothing), SR.AlertForNothing, SR.AlertForNothingAdvice, ErrorCategory.InvalidArgument, name);

    /// <summary>The action of an alert failed; it is tried again.</summary>
    public static ErrorRecord AlertFailed(PbxAlertNotice notice, string why) =>
        Make(nameof(SR.AlertFailed), SR.AlertFailed, SR.AlertFailedAdvice, ErrorCategory.OperationStopped, notice, notice.Alert, notice, why);

    public static ErrorRecord ListenerFileNotFound(string path) =>
        Make(nameof(SR.ListenerFileNotFound), SR.ListenerFileNotFound, SR.ListenerFileNotFoundAdvice, ErrorCategory.ObjectNotFound, path);

    public static ErrorRecord ListenerMistake(string path, ListenerProblem problem)
    {
        var place = $"{Path.GetFileName(path)}, line {problem.Line}{(problem.Key.Length == 0 ? "" : $", {problem.Key}")}";
        return Make(nameof(SR.ListenerMistake), SR.ListenerMistake, SR.ListenerMistakeAdvice, ErrorCategory.InvalidData, path, place, problem.Text);
    }

    /// <summary>A service that meets it is not to be started again, so it is an option that is wrong.</summary>
    public static ErrorRecord BadListenerFile(string path, int mistakes) =>
        new PbxException(PbxErrorKind.InvalidOption, SR.BadListenerFile.With(path, mistakes), SR.BadListenerFileAdvice).ToErrorRecord(path);

    /// <summary>What an item of a listener file led to: the same error, with its place in the file.</summary>
    public static ErrorRecord ListenerItemFailed(string path, ListenerItem item, Exception error)
    {
        var inner = error is RuntimeException { ErrorRecord: { } record } ? record : error is PbxException failure ? failure.ToErrorRecord(item.Place) : null;
        var message = SR.ListenerItemFailed.With($"{Path.GetFileName(path)}, line {item.Line}, {item.Place}", inner?.ErrorDetails?.Message ?? inner?.Exception.Message ?? error.Message);
        return new ErrorRecord(inner?.Exception ?? error, inner?.FullyQualifiedErrorId.Split(',')[0] ?? nameof(SR.ListenerItemFailed), inner?.CategoryInfo.Category ?? ErrorCategory.NotSpecified, path)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = inner?.ErrorDetails?.RecommendedAction ?? SR.ListenerItemFailedAdvice },
        };
    }

    public static ErrorRecord NothingToWaitFor() =>
        Make(nameof(SR.NothingToWaitFor), SR.NothingToWaitFor, SR.NothingToWaitForAdvice, ErrorCategory.ObjectNotFound, null);

    public static ErrorRecord BadLogPath(string path, string why) =>
        Make(nameof(SR.BadLogPath), SR.BadLogPath, SR.BadLogPathAdvice, ErrorCategory.OpenError, path, path, why);

    public static ErrorRecord BadHealthPort(int port, string why) =>
        Make(nameof(SR.BadHealthPort), SR.BadHealthPort.With(port, why), SR.BadHealthPortAdvice, ErrorCategory.ResourceUnavailable, port);

    public static ErrorRecord ReactionNotHere(string name) =>
        Make(nameof(SR.ReactionNotHere), SR.ReactionNotHere, SR.ReactionNotHereAdvice, ErrorCategory.ObjectNotFound, name);

    public static ErrorRecord ReactionsBusy(string names) =>
        Make(nameof(SR.ReactionsBusy), SR.ReactionsBusy, SR.ReactionsBusyAdvice, ErrorCategory.OperationTimeout, names);

    public static ErrorRecord BadReactionName(string name) =>
        Make(nameof(SR.BadReactionName), SR.BadReactionName, SR.BadReactionNameAdvice, ErrorCategory.InvalidArgument, VisibleText.OfValue(name));

    public static ErrorRecord BadTimeSpan(string parameter, TimeSpan value) =>
        Make(nameof(SR.BadTimeSpan), SR.BadTimeSpan, SR.BadTimeSpanAdvice, ErrorCategory.InvalidArgument, value, parameter, value);

    public static ErrorRecord ScriptNotFound(string path) =>
        Make(nameof(SR.ScriptNotFound), SR.ScriptNotFound, SR.ScriptNotFoundAdvice, ErrorCategory.ObjectNotFound, path);

    /// <summary>What the runspace of an action could not be made for.</summary>
    public static ErrorRecord InitializationFailed(RuntimeException error) => new(error, nameof(SR.InitializationFailed), ErrorCategory.InvalidOperation, null)
    {
        ErrorDetails = new ErrorDetails(SR.InitializationFailed.With(error.Message)) { RecommendedAction = SR.InitializationFailedAdvice },
    };

    public static ErrorRecord UsingTooMuch(string expression) =>
        Make(nameof(SR.UsingTooMuch), SR.UsingTooMuch, SR.UsingTooMuchAdvice, ErrorCategory.InvalidArgument, expression);

    public static ErrorRecord NoWebhookAddress(string kind) =>
        Make(nameof(SR.NoWebhookAddress), SR.NoWebhookAddress, SR.NoWebhookAddressAdvice, ErrorCategory.InvalidArgument, kind);

    public static ErrorRecord SecretGivenTwice(string parameter, string other) =>
        Make(nameof(SR.SecretGivenTwice), SR.SecretGivenTwice, SR.SecretGivenTwiceAdvice, ErrorCategory.InvalidArgument, other, parameter, other);

    public static ErrorRecord NoVault(string secret) =>
        Make(nameof(SR.NoVault), SR.NoVault, SR.NoVaultAdvice, ErrorCategory.ObjectNotFound, secret);

    public static ErrorRecord SecretFailed(string secret, string why) =>
        Make(nameof(SR.SecretFailed), SR.SecretFailed.With(secret, why), SR.SecretFailedAdvice, ErrorCategory.ReadError, secret);

    public static ErrorRecord SecretUnsuitable(string secret, string what) =>
        Make(nameof(SR.SecretUnsuitable), SR.SecretUnsuitable.With(secret, what), SR.SecretUnsuitableAdvice, ErrorCategory.InvalidType, secret);

    public static ErrorRecord NoDeadLetter(PbxDeadLetter letter) =>
        Make(nameof(SR.NoDeadLetter), SR.NoDeadLetter, SR.NoDeadLetterAdvice, ErrorCategory.ObjectNotFound, letter);

    public static ErrorRecord StepOutside() =>
        Make(nameof(SR.StepOutside), SR.StepOutside, SR.StepOutsideAdvice, ErrorCategory.InvalidOperation, null);

    public static ErrorRecord StepOutputTooLarge(string step, int bytes) =>
        Make(nameof(SR.StepOutputTooLarge), SR.StepOutputTooLarge, SR.StepOutputTooLargeAdvice, ErrorCategory.LimitsExceeded, step, step, bytes);

    public static ErrorRecord StepOutputNotJson(string step, string why) =>
        Make(nameof(SR.StepOutputNotJson), SR.StepOutputNotJson, SR.StepOutputNotJsonAdvice, ErrorCategory.InvalidData, step, step, why);

    public static ErrorRecord SeveralConnections(string name) =>
        Make(nameof(SR.SeveralConnections), SR.SeveralConnections, SR.SeveralConnectionsAdvice, ErrorCategory.InvalidArgument, name);

    /// <param name="id">The text's name in SR.resx.</param>
    /// <param name="text">The text.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="category">The category.</param>
    /// <param name="target">What it happened to.</param>
    /// <param name="values">What text and advice have places for; none for the target alone.</param>
    private static ErrorRecord Make(string id, string text, string advice, ErrorCategory category, object? target, params object?[] values)
    {
        // Once only: what is filled in may have braces of its own.
        var message = text.With(values.Length > 0 ? values : [target]);
        Exception exception = category switch
        {
            ErrorCategory.ObjectNotFound => new ItemNotFoundException(message),
            ErrorCategory.InvalidArgument => new ArgumentException(message),
            _ => new InvalidOperationException(message),
        };
        return new ErrorRecord(exception, id, category, target)
        {
            ErrorDetails = new ErrorDetails(message) { RecommendedAction = advice.With(values.Length > 0 ? values : [target]) },
        };
    }
}
