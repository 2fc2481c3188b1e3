namespace PbxEvents.Benchmarks.Contestants;

/// <summary>Somebody who receives call events, in a process of its own.</summary>
internal interface IContestant : IAsyncDisposable
{
    /// <summary>How many events were taken, to the end of what this contestant does with one. Any thread.</summary>
    long Count { get; }

    /// <summary>Connects and gets ready for events.</summary>
    Task ConnectAsync();
}
