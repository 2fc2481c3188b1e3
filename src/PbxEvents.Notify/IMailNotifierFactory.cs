using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify;

/// <summary>Makes notifiers that send mail. It is found by its name, in an assembly that nobody references.</summary>
internal interface IMailNotifierFactory
{
    /// <summary>Makes one. Nothing is opened yet.</summary>
    /// <param name="mail">Server and receivers.</param>
    /// <param name="transport">Certificate and time.</param>
    /// <exception cref="PbxException">An address is none, or the options contradict each other.</exception>
    INotifier Create(MailOptions mail, TransportOptions transport);
}
