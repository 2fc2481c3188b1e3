using System.Collections;
using System.Management.Automation;

namespace PbxEvents.Module.Listener;

/// <summary>Makes of what an item of a listener file says what its cmdlet takes.</summary>
/// <param name="file">The file.</param>
/// <param name="findSecret">Gives the secret of a name, as the type that is wanted.</param>
internal sealed class ListenerArguments(ListenerFile file, Func<string, Type, object> findSecret)
{
    /// <summary>What an item does that tells a notifier.</summary>
    private const string NotifyAction = "$message = $Delivery.MessageData; $_ | Send-PbxNotification @message";

    private readonly string _folder = Path.GetDirectoryName(file.Path)!;

    /// <summary>Where a service may write: what systemd made for it, else beside the file.</summary>
    private readonly string _stateFolder = Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0] is { Length: > 0 } state ? state : Path.GetDirectoryName(file.Path)!;

    /// <summary>The arguments of an item's cmdlet, by parameter.</summary>
    /// <exception cref="PbxException">A secret is not there.</exception>
    public Dictionary<string, object?> Of(ListenerItem item)
    {
        var arguments = WithoutNotify(item);
        if (item.Notify is { } notify)
        {
            arguments["Action"] = ScriptBlock.Create(NotifyAction);
            arguments["MessageData"] = MessageOf(item, notify);
        }
        return arguments;
    }

    /// <summary>The same without what tells a notifier.</summary>
    /// <inheritdoc cref="Of(ListenerItem)"/>
    public Dictionary<string, object?> WithoutNotify(ListenerItem item)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var value in item.Values.Values)
        {
            if (item.Section.FindParameter(value.Key) is { } parameter)
                arguments[parameter.Name] = Of(parameter, value.Value);
        }

        // In a file that names no connection all are meant, not the one that was opened last.
        if (item.Section.Name == "Subscriptions")
            arguments.TryAdd("Connection", "*");
        return arguments;
    }

    /// <summary>The texts of an item; of an alert that has none, those that its notice has.</summary>
    public static (string? Subject, string Text) TextsOf(ListenerItem item)
    {
        var isAlert = item.Section.Name == "Alerts";
        return (item.TextOf(ListenerSection.Subject) ?? (isAlert ? SR.ListenerAlertSubject : null), item.TextOf(ListenerSection.Text) ?? "{Text}");
    }

    /// <summary>What Send-PbxNotification takes for it.</summary>
    private Hashtable MessageOf(ListenerItem item, string notify)
    {
        var notifier = file.Items.First(i => i.Section.Name == ListenerSection.Notifiers && notify.Equals(i.Name, StringComparison.OrdinalIgnoreCase));
        var message = new Hashtable(Of(notifier));
        var (subject, text) = TextsOf(item);
        message[ListenerSection.Text] = text;
        if (subject is not null)
            message[ListenerSection.Subject] = subject;
        return message;
    }

    private object? Of(ParameterMetadata parameter, object? value)
    {
        if (ListenerCheck.IsSecret(parameter))
            return findSecret((string)value!, parameter.ParameterType);
        return parameter.ParameterType == typeof(string) && parameter.Name.EndsWith("Path", StringComparison.Ordinal) && value is string path
            ? Path.GetFullPath(path, parameter.Name == "FilePath" ? _folder : _stateFolder)
            : value;
    }
}
