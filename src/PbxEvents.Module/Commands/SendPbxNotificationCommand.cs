using System.Management.Automation;
using System.Security;
using System.Text;
using PbxEvents.Module.Completion;
using PbxEvents.Module.Data;
using PbxEvents.Module.Errors;
using PbxEvents.Module.Notify;
using PbxEvents.Notify;

namespace PbxEvents.Module.Commands;

/// <summary>
/// Tells somebody something: by mail, in Teams, in Slack, or with any web service. Texts are plain: what a caller calls himself cannot become
/// code, markup, a mention or a header.
/// </summary>
[Cmdlet(VerbsCommunications.Send, "PbxNotification", DefaultParameterSetName = WebhookSet, SupportsShouldProcess = true)]
public sealed class SendPbxNotificationCommand : SendingCmdlet
{
    private const string MailSet = "Mail";
    private const string TeamsSet = "Teams";
    private const string SlackSet = "Slack";
    private const string WebhookSet = "Webhook";

    private INotifier? _notifier;

    /// <summary>Sends a mail.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MailSet)]
    public SwitchParameter Mail { get; set; }

    /// <summary>Writes to a Teams channel or chat, by the webhook of a workflow.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TeamsSet)]
    public SwitchParameter Teams { get; set; }

    /// <summary>Writes to a Slack channel, by an incoming webhook.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SlackSet)]
    public SwitchParameter Slack { get; set; }

    /// <summary>Posts JSON to a web service.</summary>
    [Parameter(Mandatory = true, ParameterSetName = WebhookSet)]
    public SwitchParameter Webhook { get; set; }

    /// <summary>The text. <c>{Call.From}</c> and the like are places for values of the object that is piped in.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string Text { get; set; } = "";

    /// <summary>What it is about, in one line. The same places as in the text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MailSet)]
    [Parameter(ParameterSetName = TeamsSet)]
    [Parameter(ParameterSetName = SlackSet)]
    [Parameter(ParameterSetName = WebhookSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? Subject { get; set; }

    /// <summary>What the values come from: a call, an event, a gap, or any object.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public PSObject? InputObject { get; set; }

    /// <summary>The mail server.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MailSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string Server { get; set; } = "";

    /// <summary>Its port. Default 587, with -Tls Implicit 465, with -Tls None 25.</summary>
    [Parameter(ParameterSetName = MailSet)]
    [ValidateRange(1, 65535)]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public int Port { get; set; }

    /// <summary>How the way to the mail server is made secure. Default StartTls.</summary>
    [Parameter(ParameterSetName = MailSet)]
    public PbxMailTls Tls { get; set; }

    /// <summary>The sender, as pbx@example.com or PBX &lt;pbx@example.com&gt;.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MailSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string From { get; set; } = "";

    /// <summary>Who gets the mail.</summary>
    [Parameter(Mandatory = true, ParameterSetName = MailSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string[] To { get; set; } = [];

    /// <summary>Who gets a copy.</summary>
    [Parameter(ParameterSetName = MailSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string[] Cc { get; set; } = [];

    /// <summary>User and password at the mail server.</summary>
    [Parameter(ParameterSetName = MailSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The address of the Teams or Slack webhook, which is as good as a password.</summary>
    [Parameter(ParameterSetName = TeamsSet)]
    [Parameter(ParameterSetName = SlackSet)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public SecureString? Address { get; set; }

    /// <summary>The address of the web service.</summary>
    [Parameter(Mandatory = true, ParameterSetName = WebhookSet)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public Uri Uri { get; set; } = null!;

    /// <summary>Signs what is posted, so that the web service can tell who sent it.</summary>
    [Parameter(ParameterSetName = WebhookSet)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public SecureString? SigningSecret { get; set; }

    /// <summary>The whole body that is posted, in place of the usual one: a hashtable or an object.</summary>
    [Parameter(ParameterSetName = WebhookSet)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public object? Data { get; set; }

    /// <summary>The proxy. Default: the system's.</summary>
    [Parameter(ParameterSetName = TeamsSet)]
    [Parameter(ParameterSetName = SlackSet)]
    [Parameter(ParameterSetName = WebhookSet)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public Uri? Proxy { get; set; }

    /// <summary>The proxy's credential.</summary>
    [Parameter(ParameterSetName = TeamsSet)]
    [Parameter(ParameterSetName = SlackSet)]
    [Parameter(ParameterSetName = WebhookSet)]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    private string Receiver => ParameterSetName switch
    {
        MailSet => string.Join(", ", To.Concat(Cc)),
        WebhookSet => SR.WebhookName.With(Uri.IsAbsoluteUri ? Uri.Authority : "?"),
        _ => ParameterSetName,
    };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (SecretName is not null && (Credential is not null ? "-Credential" : Address is not null ? "-Address" : SigningSecret is not null ? "-SigningSecret" : null) is { } other)
            ThrowTerminatingError(ModuleErrors.SecretGivenTwice("-SecretName", other));
        if (SecretName is null && Address is null && ParameterSetName is TeamsSet or SlackSet)
            ThrowTerminatingError(ModuleErrors.NoWebhookAddress(ParameterSetName));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var subject = Subject is null ? null : Fill(Subject);
        var text = Fill(Text);
        if (!ShouldProcess(Receiver, SR.SendNotificationAction.With(VisibleText.OfValue(subject ?? text))))
            return;
        try
        {
            _notifier ??= MakeNotifier();
            WriteVerbose(SR.SendingNotification.With(VisibleText.OfValue(subject ?? text), _notifier.Target));
            var notification = MakeNotification(subject, text);
            var answer = Await(token => _notifier.SendAsync(notification, token));
            WriteVerbose(SR.NotificationTaken.With(_notifier.Target, answer));
        }
        catch (PbxException e)
        {
            // Terminating, also for one of many: in the action of a durable reaction only that makes the try fail.
            ThrowTerminatingError(e.ToErrorRecord(Receiver));
        }
    }

    private string Fill(string template) => new TextTemplate(template).Fill(InputObject, place =>
        WriteWarning(SR.UnknownPlaceholder.With(place, InputObject!.BaseObject.GetType().Name)));

    private Notification MakeNotification(string? subject, string text)
    {
        var body = Data is null ? default : ToJson(Data);
        var notification = new Notification
        {
            Subject = subject,
            Text = text,
            About = InputObject is not null && FlatRecord.Make(InputObject) is { } record ? PSObjectToJson.Convert(record) : default,
            Body = body,
        };

        // Each try of a durable reaction sends the same key, so that a receiver can leave the second out.
        return Session.Attempt is { } attempt
            ? notification with { Key = Notification.KeyOf(attempt.Delivery.Key, _notifier!.Target, subject, text, Encoding.UTF8.GetString(body.Span)) }
            : notification;
    }

    private ReadOnlyMemory<byte> ToJson(object data)
    {
        try
        {
            return PSObjectToJson.Convert(data);
        }
        catch (System.Text.Json.JsonException)
        {
            ThrowTerminatingError(ModuleErrors.DataTooDeep(PSObjectToJson.MaxDepth));
            return default;
        }
    }

    private INotifier MakeNotifier()
    {
        var transport = MakeTransport(Proxy, ProxyCredential);
        var (user, secret) = AskVault();
        var notifier = ParameterSetName switch
        {
            MailSet => Notifiers.Mail(MakeMail(user, secret), transport),
            TeamsSet => Notifiers.Teams(secret ?? new Secret(Address!), transport),
            SlackSet => Notifiers.Slack(secret ?? new Secret(Address!), transport),
            _ => Notifiers.Webhook(Uri, secret ?? (SigningSecret is null ? null : new Secret(SigningSecret)), transport),
        };
        if (SkipCertificateCheck)
            WriteWarning(SR.CertificateNotChecked.With(notifier.Target));
        return notifier;
    }

    private MailOptions MakeMail(string? user, Secret? secret) => new()
    {
        Server = Server,
        Port = Port > 0 ? Port : null,
        Tls = Tls,
        From = From,
        To = To,
        Cc = Cc,
        UserName = Credential?.UserName ?? user,
        Password = secret ?? (Credential is null ? null : new Secret(Credential.Password)),
    };
}
