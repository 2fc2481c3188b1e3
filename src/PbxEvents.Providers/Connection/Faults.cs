using PbxEvents.Providers.Contracts;

namespace PbxEvents.Providers.Connection;

/// <summary>The runtime's own failures, in one place, so that they read alike. No text holds a secret.</summary>
internal static class Faults
{
    public static PbxException IsOver(string connection, PbxException? why) => new(
        PbxErrorKind.Disconnected,
        why is null ? $"The connection '{connection}' is closed." : $"The connection '{connection}' has ended: {why.Message}",
        "Connect again with Connect-PbxEvents.")
    { Target = connection, IsPermanent = true };

    public static PbxException ServerClosed(string server) => new(
        PbxErrorKind.LinkLost, $"{server} closed the connection.", "Nothing to do: it is restored automatically.")
    { Target = server };

    public static PbxException NoStateFolder(string path) => OptionRules.Invalid(
        $"The folder of the state file '{path}' does not exist.", "Create it, or give another path with ‹StatePath›.", "‹StatePath›");

    public static PbxException StateIsFolder(string path) => OptionRules.Invalid(
        $"'{path}' is a folder, not a state file.", "Give the path of a file with ‹StatePath›.", "‹StatePath›");

    public static PbxException StateNotUsable(string path, Exception cause) => new(
        PbxErrorKind.InvalidOption, $"The state file '{path}' cannot be used: {cause.Message}",
        "Check the permissions of the file and its folder, or give another path with ‹StatePath›.", cause)
    { Target = "‹StatePath›", IsPermanent = true };

    public static PbxException StateInUse(string path, string holder) => new(
        PbxErrorKind.StateInUse, $"The state file '{path}' is in use by {holder}.",
        "End that one first, or give each its own file with ‹StatePath›: two that share one would report calls twice, or not at all.")
    { Target = path, IsPermanent = true };

    public static PbxException StateIsDamaged(string path, string aside) => StateSetAside(
        $"The state file '{path}' cannot be read, so it is unknown since when events are missing.", aside);

    public static PbxException StateIsNewer(string path, int version, string aside) => StateSetAside(
        $"The state file '{path}' was written by a newer version of PbxEvents (format {version}), so it is not used.", aside);

    public static PbxException StateIsForeign(string path, string why, string aside) => StateSetAside(
        $"The state file '{path}' belongs to something else, so it is not used. {why}", aside);

    public static PbxException StateNotWritten(string path, Exception cause) => new(
        PbxErrorKind.InvalidOption, $"The state file '{path}' cannot be written: {cause.Message}",
        "It is tried again. Until then a restart would continue from an older state: check the disk and the permissions.", cause)
    { Target = path };

    public static PbxException NoRecords(string provider) => new(
        PbxErrorKind.NotSupported, $"The call records of {provider} cannot be read yet.", "Use a subscription; Get-PbxCall lists the calls.")
    { Target = provider, IsPermanent = true };

    public static PbxException NoEvents(string connection) => new(
        PbxErrorKind.InvalidOption, $"The connection '{connection}' was opened for call records only: it gets no events, and nothing can be sent on it.",
        "Open one without ‹NoEvents›.")
    { Target = connection, IsPermanent = true };

    public static PbxException NotReady(string server, TimeSpan after) => new(
        PbxErrorKind.Timeout, $"{server} accepted the connection but was not ready within {after.TotalSeconds:0} s.",
        "Check that the address is that of the platform's event service.")
    { Target = server };

    public static PbxException ConnectTimeout(string server, TimeSpan after, string? stage) => new(
        PbxErrorKind.Timeout,
        $"The connection to {server} was not ready within {after.TotalSeconds:0.#} s{(stage is null ? "" : $"; the last thing done was: {stage}")}",
        "Check host and port, or allow more time with ‹Timeout›.")
    { Target = server };

    public static PbxException GaveUp(string server, int attempts, PbxException last) => new(
        last.Kind, $"The connection to {server} could not be restored in {attempts} attempts. The last one failed: {last.Message}",
        last.Advice, last)
    { Target = server, Code = last.Code, IsPermanent = true };

    public static PbxException NoTarget(string connection) => new(
        PbxErrorKind.HandshakeFailed, $"The platform named no server to connect '{connection}' to.", "Name one with ‹Server›.")
    { Target = connection };

    /// <summary>The fault with the list of all addresses that were tried; itself when there was only one.</summary>
    public static PbxException WithTried(PbxException fault, IReadOnlyList<string> tried) => tried.Count < 2 ? fault : new(
        fault.Kind, $"{fault.Message} Tried: {string.Join(", ", tried)}.", fault.Advice, fault)
    { Target = fault.Target, Code = fault.Code, RetryAfter = fault.RetryAfter, IsPermanent = fault.IsPermanent };

    /// <summary>A first attempt that failed: an advice that promises another one would be wrong, because there is none.</summary>
    public static PbxException NotRepeated(PbxException fault) => !fault.Advice.Contains("tried again", StringComparison.Ordinal) ? fault : new(
        fault.Kind, fault.Message,
        $"A first connect is not repeated. Connect again{(fault.RetryAfter is { } wait && wait > TimeSpan.Zero ? $", {wait.TotalSeconds:0} s from now at the earliest" : "")}.", fault)
    { Target = fault.Target, Code = fault.Code, RetryAfter = fault.RetryAfter, IsPermanent = fault.IsPermanent };

    public static PbxException Unexpected(string doing, Exception e) => new(
        PbxErrorKind.ServerError, $"An unexpected error while {doing}: {e.GetType().Name}: {e.Message}",
        "Report it with a trace (‹TracePath›).", e);

    public static PbxException RequestLinkLost(string server, PbxException? why) => new(
        PbxErrorKind.LinkLost, $"The link to {server} is down, so there can be no answer{(why is null ? "." : $": {why.Message}")}",
        "Send the request again once the connection is restored.")
    { Target = server };

    public static PbxException NoReply(string request, string? to, TimeSpan after) => new(
        PbxErrorKind.NoReply,
        $"Nobody answered '{request}'{(to is null ? "" : $" to {to}")} within {after.TotalSeconds:0.#} s.",
        "Check that the receiver is online and that this credential may reach it, or allow more time with ‹Timeout›.")
    { Target = request };

    public static PbxException SubscriptionPending(PbxSubscription subscription, TimeSpan after) => new(
        PbxErrorKind.SubscriptionTimeout,
        $"The subscription {subscription.Filter} could not be made within {after.TotalSeconds:0} s, because the link is down.",
        "Check Get-PbxConnection; subscribe again once it is connected.")
    { Target = subscription.Filter.ToString() };

    public static PbxException Unreadable(string server, string why, string excerpt, Exception? cause) => new(
        PbxErrorKind.ProtocolError,
        $"A frame from {server} could not be read and was skipped: {why} It begins: {excerpt}",
        "If events are missing, report it with a trace (‹TracePath›). Further frames with the same fault are only counted.", cause)
    { Target = server };

    private static PbxException StateSetAside(string what, string aside) => new(
        PbxErrorKind.InvalidOption, $"{what} It was renamed to '{aside}', and a new one is started.",
        "Nothing to do, unless you meant another file: then disconnect, and give its path with ‹StatePath›.")
    { Target = aside };
}
