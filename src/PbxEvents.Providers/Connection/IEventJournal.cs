namespace PbxEvents.Providers.Connection;

/// <summary>Keeps the events of connections beyond the process. Any thread.</summary>
internal interface IEventJournal
{
    /// <summary>Where the state of a connection is kept, beside its events.</summary>
    /// <param name="connection">The connection's name.</param>
    string StatePathOf(string connection);

    /// <summary>Keeps the events of a connection from its first to its last.</summary>
    /// <param name="stream">The connection.</param>
    /// <exception cref="PbxException">The journal is closed, or for reading only.</exception>
    IEventKeeping Keep(KeptStream stream);

    /// <summary>The events of a connection, also of earlier processes, in order.</summary>
    /// <param name="connection">The connection's name.</param>
    /// <param name="since">Those that arrived at or after it.</param>
    /// <exception cref="PbxException">The journal is closed, or cannot be read.</exception>
    IEnumerable<PbxEvent> ReadSince(string connection, DateTimeOffset since);
}

/// <summary>One connection's events on their way into a journal. Any thread.</summary>
internal interface IEventKeeping
{

    /// <summary>When events came that nobody could keep, from the first stretch of them to the last; null when all are kept.</summary>
    UnkeptTime? Unkept { get; }

    /// <summary>Waits until an event, and all before it, outlive the process.</summary>
    /// <param name="sequence">The event's sequence.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when they do; false when nobody keeps them any more.</returns>
    Task<bool> KeptAsync(long sequence, CancellationToken cancellationToken);
}

/// <summary>A time in which events came that a journal does not have. Immutable.</summary>
/// <param name="From">When the last event before them came.</param>
/// <param name="To">When it was found that they are missing.</param>
internal sealed record UnkeptTime(DateTimeOffset From, DateTimeOffset To);

/// <summary>What a journal has to know of a connection.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Provider">The platform.</param>
/// <param name="Log">The events.</param>
/// <param name="Mask">Takes the secrets out of what is written.</param>
/// <param name="Warn">Tells the connection's readers that something is wrong with the journal.</param>
internal sealed record KeptStream(string Connection, string Provider, EventLog Log, SecretMask Mask, Action<PbxException> Warn)
{
    /// <summary>The connection's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
