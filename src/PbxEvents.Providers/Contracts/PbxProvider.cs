namespace PbxEvents.Providers.Contracts;

/// <summary>What PbxEvents knows of one platform, apart from any connection.</summary>
public abstract class PbxProvider
{
    /// <summary>The name for <c>-Provider</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The platform's event catalogue.</summary>
    public abstract IReadOnlyList<PbxEventType> EventTypes { get; }

    /// <summary>What can be given to <c>-Topic</c>, for completion.</summary>
    public abstract IReadOnlyList<string> Topics { get; }

    /// <summary>
    /// The options of <see cref="PbxConnectOptions"/> that this platform has a use for, besides those every platform has
    /// (Provider, Name, BufferSize, Timeout, MaxReconnectAttempts, StatePath, TracePath, Transport, Application, InstanceId).
    /// </summary>
    public abstract IReadOnlySet<string> OptionNames { get; }

    /// <summary>
    /// Where events have the word for a person's presence: for each event's name the fields of its payload, members separated by dots, the
    /// first that is there counts. Empty where the platform tells of none.
    /// </summary>
    internal virtual IReadOnlyDictionary<string, IReadOnlyList<string>> PresenceFields { get; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Makes the driver of a connection, after the options were found to belong to this platform.</summary>
    /// <param name="context">What the driver works with.</param>
    /// <returns>The driver.</returns>
    /// <exception cref="PbxException">An option is missing or contradicts another; the text says which and why.</exception>
    internal abstract PlatformDriver CreateDriver(DriverContext context);
}
