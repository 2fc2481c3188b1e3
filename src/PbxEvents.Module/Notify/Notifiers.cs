using PbxEvents.Module.Parts;
using PbxEvents.Notify;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Module.Notify;

/// <summary>Makes notifiers, for cmdlets and for whatever else tells people something. What sends mail is loaded when the first mail is meant.</summary>
internal static class Notifiers
{
    private static readonly Lazy<IMailNotifierFactory> Mails = new(() =>
        PartContext.Make<IMailNotifierFactory>("PbxEvents.Notify.Mail.MailNotifierFactory", PbxErrorKind.NotifierFailed));

    /// <summary>Sends mail.</summary>
    /// <exception cref="PbxException">An option means nothing, or the module is not whole.</exception>
    public static INotifier Mail(MailOptions mail, TransportOptions transport) => Mails.Value.Create(mail, transport);

    /// <summary>Writes to a Teams channel or chat.</summary>
    /// <inheritdoc cref="Webhook"/>
    public static INotifier Teams(Secret address, TransportOptions transport) => new TeamsNotifier(address, transport);

    /// <summary>Writes to a Slack channel.</summary>
    /// <inheritdoc cref="Webhook"/>
    public static INotifier Slack(Secret address, TransportOptions transport) => new SlackNotifier(address, transport);

    /// <summary>Posts JSON.</summary>
    /// <exception cref="PbxException">An option means nothing.</exception>
    public static INotifier Webhook(Uri address, Secret? signingSecret, TransportOptions transport) =>
        new WebhookNotifier(new Secret(address.OriginalString), signingSecret, transport);
}
