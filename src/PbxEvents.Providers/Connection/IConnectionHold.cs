namespace PbxEvents.Providers.Connection;

/// <summary>What makes a connection that of one process of several that could have it; given back when disposed. Any thread.</summary>
internal interface IConnectionHold : IAsyncDisposable
{
    /// <summary>Ends when another process has it, with why this one is over then.</summary>
    Task<PbxException> Lost { get; }
}
