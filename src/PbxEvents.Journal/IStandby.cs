using PbxEvents.Providers.Connection;

namespace PbxEvents.Journal;

/// <summary>One of the processes that could have a connection, of which one has it. Any thread.</summary>
internal interface IStandby : IConnectionHold
{
    /// <summary>Waits until no other process has the connection. The state that the last one left is on this machine then.</summary>
    /// <param name="waiting">Told why it waits, each time that is something else.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PbxException">The database refuses it for good.</exception>
    Task TakeAsync(Action<string> waiting, CancellationToken cancellationToken);
}
