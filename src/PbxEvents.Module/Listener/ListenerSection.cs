using System.Management.Automation;
using PbxEvents.Module.Commands;

namespace PbxEvents.Module.Listener;

/// <summary>
/// A section of a listener file. Its keys are the parameters of one cmdlet, so there is one place that says what a connection or a reaction
/// takes: the cmdlet's. Immutable.
/// </summary>
internal sealed class ListenerSection
{
    /// <summary>What comes last: the wait, and what it takes.</summary>
    public const string Wait = "Wait";

    /// <summary>Who can be told. Nothing is done for them but by what names them.</summary>
    public const string Notifiers = "Notifiers";

    /// <summary>Who is told, and what, in place of an action: a notifier's name, and the texts of Send-PbxNotification.</summary>
    public const string Notify = "Notify", Subject = "Subject", Text = "Text";

    /// <summary>What a notifier is told comes from who tells it; what is secret, from the vault by SecretName.</summary>
    private static readonly string[] NotOfNotifiers = ["Text", "Subject", "InputObject", "Data", "Credential", "ProxyCredential", "Address", "SigningSecret"];

    private ListenerSection(string name, string command, Type cmdlet, bool isSingle = false, bool mayNotify = false, IReadOnlyList<string>? notKeys = null)
    {
        (Name, Command, IsSingle, MayNotify) = (name, command, isSingle, mayNotify);
        notKeys ??= [];
        Parameters = [.. new CommandMetadata(cmdlet).Parameters.Values.Where(p => !notKeys.Contains(p.Name)).OrderBy(p => p.Name, StringComparer.Ordinal)];
    }

    /// <summary>All of them, in the order in which they are done.</summary>
    public static IReadOnlyList<ListenerSection> All { get; } =
    [
        new("Journal", "Open-PbxJournal", typeof(OpenPbxJournalCommand), isSingle: true, notKeys: ["ReadOnly"]),
        new("Connections", "Connect-PbxEvents", typeof(ConnectPbxEventsCommand), notKeys: ["Journal", "NoEvents", "TokenProvider"]),
        new("Subscriptions", "Register-PbxSubscription", typeof(RegisterPbxSubscriptionCommand)),
        new(Notifiers, "Send-PbxNotification", typeof(SendPbxNotificationCommand), notKeys: NotOfNotifiers),
        new("Reactions", "Register-PbxReaction", typeof(RegisterPbxReactionCommand), mayNotify: true, notKeys: ["Journal"]),
        new("Alerts", "Register-PbxAlert", typeof(RegisterPbxAlertCommand), mayNotify: true),
        new(Wait, "Wait-PbxReaction", typeof(WaitPbxReactionCommand), isSingle: true, notKeys: ["Name", "UntilIdle", "Timeout"]),
    ];

    /// <summary>Its name in the file.</summary>
    public string Name { get; }

    /// <summary>The cmdlet that does what an item says.</summary>
    public string Command { get; }

    /// <summary>True for one table, false for a list of them.</summary>
    public bool IsSingle { get; }

    /// <summary>True when its items may tell a notifier instead of having an action.</summary>
    public bool MayNotify { get; }

    /// <summary>The parameters that are its keys. What makes no sense in a file is left out.</summary>
    public IReadOnlyList<ParameterMetadata> Parameters { get; }

    /// <summary>The section of that name; null for none.</summary>
    public static ListenerSection? Find(string name) => All.FirstOrDefault(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>True for a key that is no parameter of the cmdlet.</summary>
    public bool IsOwnKey(string key) => MayNotify
        ? ((string[])[Notify, Subject, Text]).Contains(key, StringComparer.OrdinalIgnoreCase)
        : Name == Notifiers && key.Equals("Name", StringComparison.OrdinalIgnoreCase);

    /// <summary>The parameter that a key means, by name or alias; null for none.</summary>
    public ParameterMetadata? FindParameter(string key) =>
        Parameters.FirstOrDefault(p => p.Name.Equals(key, StringComparison.OrdinalIgnoreCase) || p.Aliases.Contains(key, StringComparer.OrdinalIgnoreCase));
}
