namespace PbxEvents.Notify;

/// <summary>A way to tell somebody something. Any thread, any number of times.</summary>
internal interface INotifier
{
    /// <summary>Who is told, for a log. Never with anything secret.</summary>
    string Target { get; }

    /// <summary>Tells it, within the notifier's own time.</summary>
    /// <param name="notification">What to tell.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>What the server answered, for a log.</returns>
    /// <exception cref="PbxException">
    /// It was not taken. <see cref="PbxException.IsPermanent"/> says that the same again will not be taken either.
    /// </exception>
    Task<string> SendAsync(Notification notification, CancellationToken cancellationToken);
}
