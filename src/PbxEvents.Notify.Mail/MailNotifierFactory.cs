using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Mail;

/// <summary>Makes the notifiers that send mail.</summary>
internal sealed class MailNotifierFactory : IMailNotifierFactory
{
    /// <inheritdoc/>
    public INotifier Create(MailOptions mail, TransportOptions transport) => new MailNotifier(mail, transport);
}
